"""G1: an ordering ends in a key that is unique, or pages repeat some rows and skip others."""

import ast
from collections.abc import Iterator

from tools.house.sources import Facts, Source, declared_models, keyword, names_in

ROW_KEYS = {"id", "pk"}


def check_ordering(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find ``Meta.ordering`` whose last key may be the same for two rows."""
    if source.place != "models":
        return
    for model in declared_models(source):
        for line, last in _last_keys(model):
            if last not in ROW_KEYS | set(_unique_fields(model)):
                yield line, f"the ordering of {model.name} must end in a unique key, not {last}"


def _last_keys(model: ast.ClassDef) -> Iterator[tuple[int, str]]:
    metas = [part for part in model.body if isinstance(part, ast.ClassDef) and part.name == "Meta"]
    for part in (part for meta in metas for part in meta.body):
        match part:
            case ast.Assign(
                targets=[ast.Name(id="ordering")],
                value=ast.List(elts=[*_, ast.Constant(value=str(last))])
                | ast.Tuple(elts=[*_, ast.Constant(value=str(last))]),
            ):
                yield part.lineno, last.removeprefix("-")


def _unique_fields(model: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(model):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as field):
                if _says_true(field, "unique") or _says_true(field, "primary_key"):
                    yield name
            case ast.Call() if names_in(node.func)[-1] == "UniqueConstraint":
                yield from _sole_field(node)


def _says_true(field: ast.Call, option: str) -> bool:
    value = keyword(field, option)
    return isinstance(value, ast.Constant) and value.value is True


def _sole_field(constraint: ast.Call) -> Iterator[str]:
    fields = keyword(constraint, "fields")
    if keyword(constraint, "condition") is not None:
        return
    match fields:
        case ast.List(elts=[ast.Constant(value=str(name))]):
            yield name
        case ast.Tuple(elts=[ast.Constant(value=str(name))]):
            yield name

"""W1: rows are written in ``actions`` only (admin, migrations, tests and the kit apart).

The names of writes are shared with dicts, sets, files and digests, so the rule asks who is spoken
to. Three kinds of names, from the clearest to the vaguest:

- ``bulk_create`` and its like belong to rows alone and are always found.
- ``save`` and ``delete`` are found unless the receiver is known to be something else: the cache,
  the session, a storage, ``super()``, ``self`` outside a model, or what another library made.
- ``create``, ``update``, ``add`` and ``clear`` are found where the receiver looks like rows:
  ``X.objects``, a chain with a word of query sets in it, a name assigned from such or annotated as
  one, or an attribute that some model declares as leading to many.

A write by a function that is handed over without being called, or through ``getattr``, is not seen.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.house.sources import FUNCTIONS, Facts, Source, is_model, names_in

FREE_PLACES = {"actions", "admin"}
FREE_APPS = {"kit"}

ONLY_ROWS = {
    "bulk_create", "bulk_update", "get_or_create", "update_or_create", "create_user",
    "create_superuser", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create",
    "acreate_user", "asave", "adelete", "acreate", "aupdate",
}  # fmt: skip
MOSTLY_ROWS = {"save", "delete"}
PERHAPS_ROWS = {"create", "update"}
PERHAPS_MANY = {"add", "remove", "set", "clear"}

MANAGERS = {"objects", "_default_manager", "_base_manager"}
QUERY_WORDS = {
    "filter", "exclude", "select_for_update", "select_related", "prefetch_related", "order_by",
    "annotate", "distinct", "visible_to", "public", "get_queryset", "filter_queryset", "all",
}  # fmt: skip
NOT_ROWS = {"cache", "caches", "session", "storage", "storages", "default_storage"}
WITH_ROWS = {"tradepost", "django", "rest_framework", "djoser"}
RAW_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\s", re.IGNORECASE)


def check_writes(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find writes of rows outside the places that may write."""
    if source.place in FREE_PLACES or source.app in FREE_APPS:
        return
    judge = _Judge(source, facts)
    for call in source.calls:
        if isinstance(call.func, ast.Attribute) and judge.writes(call, call.func):
            yield call.lineno, f".{call.func.attr}() writes; move it into an action"


@dataclass(frozen=True)
class _Judge:
    """Answers for one file who is spoken to."""

    source: Source
    facts: Facts

    def writes(self, call: ast.Call, function: ast.Attribute) -> bool:
        name, receiver = function.attr, function.value
        if names_in(receiver)[0] == "super":
            return False  # the method of that name that is being extended; its callers are found
        if name in ONLY_ROWS:
            return True
        if name in MOSTLY_ROWS:
            return not self._is_something_else(receiver)
        if name in PERHAPS_ROWS:
            return self._is_rows(receiver)
        if name in PERHAPS_MANY:
            return self._leads_to_many(receiver)
        return name.startswith("execute") and _is_raw_write(call)

    def _is_rows(self, receiver: ast.expr, depth: int = 0) -> bool:
        names = names_in(receiver)
        if MANAGERS & set(names) or QUERY_WORDS & set(names[1:]) or self._leads_to_many(receiver):
            return True
        if names == ["self"]:
            return self._in_row_class(receiver)
        known = self._known_about(receiver) if depth < 3 else []  # noqa: PLR2004 - ends loops
        return any(_says_rows(node) or self._is_rows(node, depth + 1) for node in known)

    def _leads_to_many(self, receiver: ast.expr) -> bool:
        if not isinstance(receiver, ast.Attribute):
            return False
        return receiver.attr in self.facts.many or receiver.attr.endswith("_set")

    def _is_something_else(self, receiver: ast.expr) -> bool:
        names = names_in(receiver)
        if names == ["self"]:
            return not self._in_row_class(receiver)
        if NOT_ROWS & {names[0], names[-1]} or self._comes_from_elsewhere(names[0]):
            return True
        known = self._known_about(receiver)
        return bool(known) and all(
            NOT_ROWS & set(names_in(node)) or self._comes_from_elsewhere(names_in(node)[0])
            for node in known
        )

    def _comes_from_elsewhere(self, name: str) -> bool:
        module = self.source.imports.get(name)
        return module is not None and module.partition(".")[0] not in WITH_ROWS

    def _in_row_class(self, node: ast.AST) -> bool:
        holder = self.source.enclosing(node, (ast.ClassDef,))
        if not isinstance(holder, ast.ClassDef):
            return False
        bases = [name for base in holder.bases for name in names_in(base)]
        return is_model(holder) or any(name.endswith(("QuerySet", "Manager")) for name in bases)

    def _known_about(self, receiver: ast.expr) -> list[ast.expr]:
        """Return what the function assigns to the receiver, and how it is annotated."""
        if not isinstance(receiver, ast.Name):
            return []
        scope = self.source.enclosing(receiver, FUNCTIONS) or self.source.tree
        return [known for name, known in _bindings(scope) if name == receiver.id]


def _bindings(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                yield name, annotation
            case ast.arg(arg=name, annotation=ast.expr() as annotation):
                yield name, annotation


def _says_rows(annotation: ast.expr) -> bool:
    return names_in(annotation)[-1].endswith(("QuerySet", "Manager"))


def _is_raw_write(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    return isinstance(first, ast.Constant) and bool(RAW_WRITE.match(str(first.value)))

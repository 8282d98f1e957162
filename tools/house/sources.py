"""The files that are checked, parsed, and what the rules need to know of all of them."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Finding:
    """A place that breaks a rule, with the path as seen from where the package lies."""

    path: PurePosixPath
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.rule} {self.message}"


@dataclass(frozen=True)
class Source:
    """One file: ``tradepost/store/api.py`` has the app ``store`` and the place ``api``.

    All files of a package share its place: ``tradepost/store/actions/carts.py`` is in ``actions``.
    """

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @property
    def app(self) -> str:
        return self.path.parts[1]

    @property
    def place(self) -> str:
        inside = self.path.parts[2:]
        return PurePosixPath(inside[0]).stem if inside else ""

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def imports(self) -> dict[str, str]:
        """Each imported name with the module it came from, or the module it is."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {alias.asname or alias.name: node.module for alias in node.names}
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    names[alias.asname or alias.name.partition(".")[0]] = alias.name
        return names

    @property
    def calls(self) -> Iterator[ast.Call]:
        return (node for node in self.nodes if isinstance(node, ast.Call))

    @property
    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, FUNCTIONS))

    def enclosing(self, node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> ast.AST | None:
        """Return the innermost node of these kinds that holds ``node``."""
        holder = self.parents.get(node)
        while holder is not None and not isinstance(holder, kinds):
            holder = self.parents.get(holder)
        return holder


@dataclass(frozen=True)
class Facts:
    """What is declared anywhere: models, names that lead from a row to many, jobs."""

    models: frozenset[str]
    many: frozenset[str]
    jobs: dict[str, Function]


def read_sources(package: Path) -> list[Source]:
    """Return every Python file of the package, in the order of their paths."""
    return [
        Source(PurePosixPath(package.name, *file.relative_to(package).parts), file.read_text())
        for file in sorted(package.rglob("*.py"))
    ]


def collect_facts(sources: Iterable[Source]) -> Facts:
    """Return what all files together declare; tests declare nothing."""
    models: set[str] = set()
    many = {"groups", "user_permissions"}
    jobs: dict[str, Function] = {}
    for source in sources:
        if source.place == "tests":
            continue
        if source.place == "models":
            models |= {model.name for model in declared_models(source)}
            many |= set(_names_of_many(source))
        jobs |= {name: function for name, function in declared_jobs(source)}
    return Facts(frozenset(models), frozenset(many), jobs)


def declared_models(source: Source) -> Iterator[ast.ClassDef]:
    """Yield the model classes of a file."""
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and is_model(node):
            yield node


def is_model(node: ast.ClassDef) -> bool:
    """Tell a model by its base: ``models.Model``, an ``Abstract...`` or another ``...Model``."""
    bases = [names_in(base)[-1] for base in node.bases]
    return any(base.endswith("Model") or base.startswith("Abstract") for base in bases)


def _names_of_many(source: Source) -> Iterator[str]:
    for call in source.calls:
        field = names_in(call.func)[-1:]
        if field == ["ManyToManyField"]:
            holder = source.parents[call]
            if isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Name):
                yield holder.targets[0].id
        if field in (["ManyToManyField"], ["ForeignKey"], ["GenericRelation"]):
            related = keyword(call, "related_name")
            if isinstance(related, ast.Constant) and str(related.value).isidentifier():
                yield str(related.value)


def declared_jobs(source: Source) -> Iterator[tuple[str, Function]]:
    """Yield the name and the function of each ``@job("name")``."""
    for function in source.functions:
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and names_in(decorator.func)[-1:] == ["job"]:
                name = first_text(decorator)
                if name is not None:
                    yield name, function


def names_in(node: ast.AST) -> list[str]:
    """Return the names along a chain: ``Order.objects.filter(pk=1)[0].save`` has five.

    A part that has no name (a literal, a conditional) gives an empty name.
    """
    match node:
        case ast.Name():
            return [node.id]
        case ast.Attribute():
            return [*names_in(node.value), node.attr]
        case ast.Call():
            return names_in(node.func)
        case ast.Subscript() | ast.Await():
            return names_in(node.value)
        case _:
            return [""]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, None if it is not given."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def first_text(call: ast.Call) -> str | None:
    """Return the first argument if it is written out as a string."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return None

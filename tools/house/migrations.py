"""M1: no migration of a table that people use may lock it for long, or pull it away from under the
code of the release before, which runs beside the new one for a while (docs/deploy.md).

Tables that a migration makes itself are empty, so anything goes. Nobody can see from here which
tables are large: all others count as such, and a comment may say why one does not.
"""

import ast
from collections.abc import Callable, Iterator, Mapping

from tools.house.sources import Facts, Source, first_text, keyword, names_in

# The last migration of each app before there was this rule.
BEFORE_THE_RULE = {
    "accounts": 6, "feed": 3, "kit": 2, "likes": 1, "messaging": 4, "notifications": 3,
    "payments": 2, "stays": 9, "store": 10, "tags": 1,
}  # fmt: skip
ONLINE = ("AddIndexOnline", "AddCheckOnline", "AddIndexConcurrently", "RemoveIndexConcurrently")
INDEXED = ("ForeignKey", "OneToOneField")

REFUSED = {
    "AddIndex": "the index locks the table while it is made: AddIndexOnline",
    "AddConstraint": "all rows are looked at under a lock: AddCheckOnline, or say why it is short",
    "AlterField": "a column may be rewritten under a lock: say why not",
    "AlterUniqueTogether": "the index locks the table while it is made",
    "AlterModelTable": "the release before knows the old name",
    "RenameField": "the release before knows the old name",
    "RenameModel": "the release before knows the old name",
    "RemoveField": "the release before reads it: say since which release nothing does",
    "DeleteModel": "the release before reads it: say since which release nothing does",
}


def check_migrations(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find operations that lock a table, or that the release before does not bear."""
    if _number_of(source) <= BEFORE_THE_RULE.get(source.app, 0):
        return
    made = set(_tables_made(source))
    for call in source.calls:
        name = names_in(call.func)[-1]
        judged = _table_of(call) not in made and not _is_about_state_only(source, call)
        if judged and (fault := REFUSED.get(name) or CHECKS.get(name, _nothing)(call)):
            yield call.lineno, f"{name}: {fault}"
        if name in ONLINE and not _is_outside_of_transactions(source):
            yield call.lineno, f"{name} needs a migration with atomic = False"


def _number_of(source: Source) -> int:
    digits = source.path.stem.partition("_")[0]
    return int(digits) if digits.isdigit() else 0


def _tables_made(source: Source) -> Iterator[str]:
    for call in source.calls:
        if names_in(call.func)[-1] == "CreateModel":
            yield (_text(keyword(call, "name")) or first_text(call) or "").lower()


def _table_of(call: ast.Call) -> str:
    """Return the model that an operation is about, in small letters as Django compares them."""
    named = _text(keyword(call, "model_name")) or first_text(call) or _text(keyword(call, "name"))
    return named.lower()


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_about_state_only(source: Source, call: ast.Call) -> bool:
    holder: ast.AST | None = call
    while holder := source.enclosing(holder, (ast.keyword,)) if holder else None:
        if isinstance(holder, ast.keyword) and holder.arg == "state_operations":
            return True
    return False


def _is_outside_of_transactions(source: Source) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and names_in(node.targets[0]) == ["atomic"]
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
        for node in source.nodes
    )


def _nothing(call: ast.Call) -> str:
    return ""


def _check_new_field(call: ast.Call) -> str:
    field = keyword(call, "field") or (call.args[2] if len(call.args) > 2 else None)  # noqa: PLR2004
    if not isinstance(field, ast.Call):
        return "nobody can tell what kind of field that is: write it out"
    kind = names_in(field.func)[-1]
    if kind == "ManyToManyField":  # a table of its own
        return ""
    if kind == "GeneratedField":
        return "every row is written anew under a lock"
    if not (_is(field, "null", value=True) or keyword(field, "db_default")):
        return "the release before inserts rows without it: null=True or db_default"
    indexed = kind in INDEXED and not _is(field, "db_index", value=False)
    if indexed or _is(field, "db_index", value=True) or _is(field, "unique", value=True):
        return "the index locks the table while it is made: db_index=False and AddIndexOnline"
    return ""


def _is(call: ast.Call, name: str, *, value: bool) -> bool:
    said = keyword(call, name)
    return isinstance(said, ast.Constant) and said.value is value


CHECKS: Mapping[str, Callable[[ast.Call], str]] = {"AddField": _check_new_field}

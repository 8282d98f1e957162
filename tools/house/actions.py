"""A1: an action is atomic, takes keywords only, and says in a sentence what it will do.

``@atomic`` is the one of ``tradepost.kit.transactions``; Django's knows no last words. Two kinds
of functions beside the actions open no transaction, because they are parts of one: ``lock_...``
(which may take its key by position) and those that speak ``before_commit``. Both fail by
themselves when no transaction is open.
"""

import ast
from collections.abc import Iterator

from tools.house.sources import FUNCTIONS, Facts, Function, Source, names_in

TRANSACTIONS = "tradepost.kit.transactions"


def check_actions(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find public functions in ``actions`` that lack something of an action."""
    if source.place != "actions":
        return
    for node in source.tree.body:
        if isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
            yield from ((node.lineno, f"{node.name} {fault}") for fault in _faults(source, node))


def _faults(source: Source, action: Function) -> Iterator[str]:
    locks = action.name.startswith("lock_")
    if not (locks or _speaks_before_commit(action) or _is_atomic(source, action)):
        yield f"needs @atomic of {TRANSACTIONS}"
    if _is_atomic(source, action) and _runs_later(action):
        yield "runs after @atomic has closed the transaction (async, or a generator)"
    if not locks and _takes_positions(action):
        yield "takes keyword arguments only"
    if not ast.get_docstring(action):
        yield "needs a docstring"


def _is_atomic(source: Source, action: Function) -> bool:
    bare = any(names_in(decorator) == ["atomic"] for decorator in action.decorator_list)
    return bare and source.imports.get("atomic") == TRANSACTIONS


def _speaks_before_commit(action: Function) -> bool:
    return any(
        isinstance(node, ast.Call) and names_in(node.func)[-1] == "before_commit"
        for node in ast.walk(action)
    )


def _runs_later(action: Function) -> bool:
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(action))
    return yields or isinstance(action, ast.AsyncFunctionDef)


def _takes_positions(action: Function) -> bool:
    arguments = action.args
    return bool(arguments.posonlyargs or arguments.args or arguments.vararg)

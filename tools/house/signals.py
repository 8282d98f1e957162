"""S1: signals are listened to in ``signals/handlers.py``, briefly, and never while fixtures load.

A handler has at most five lines, a ``dispatch_uid``, and looks at ``raw`` when it hears of saves:
a fixture brings its own rows. ``signals/__init__.py`` declares and imports nothing of ours.
"""

import ast
from collections.abc import Iterator

from tools.house.sources import Facts, Function, Source, keyword, names_in

LONGEST_BODY = 5
TOLD_RAW = {"pre_save", "post_save"}
MODEL_SIGNALS = {
    "pre_init", "post_init", "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed",
    "pre_migrate", "post_migrate",
}  # fmt: skip


def check_signals(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find listeners in the wrong place, and handlers that do too much or too little."""
    if source.place == "signals" and source.path.stem == "__init__":
        yield from _judge_declarations(source)
    at_home = source.path.parts[2:] == ("signals", "handlers.py")
    for call, handler in _connections(source):
        if at_home:
            yield from _judge_handler(call, handler)
        else:
            yield call.lineno, "signals are listened to in signals/handlers.py only"


def _judge_declarations(source: Source) -> Iterator[tuple[int, str]]:
    for name, module in source.imports.items():
        if module.startswith("tradepost"):
            yield 1, f"signals are declared without knowing anybody; {name} is imported"


def _connections(source: Source) -> Iterator[tuple[ast.Call, Function | None]]:
    """Yield each call that connects, with the function that it connects if it can be seen."""
    functions = {function.name: function for function in source.functions}
    for call in source.calls:
        names = names_in(call.func)
        if names[-1] == "receiver":
            holder = source.parents[call]
            yield call, holder if isinstance(holder, Function) else None
        elif names[-1] == "connect" and _is_signal(source, call, names):
            yield call, functions.get(names_in(call.args[0])[-1]) if call.args else None


def _is_signal(source: Source, call: ast.Call, names: list[str]) -> bool:
    """Tell ``some_signal.connect(...)`` from a database's or a socket's ``connect``."""
    said = keyword(call, "sender") or keyword(call, "dispatch_uid")
    module = source.imports.get(names[0], "")
    return bool(said) or bool(MODEL_SIGNALS & set(names)) or "signals" in module.split(".")


def _judge_handler(call: ast.Call, handler: Function | None) -> Iterator[tuple[int, str]]:
    if keyword(call, "dispatch_uid") is None:
        yield call.lineno, "a receiver needs a dispatch_uid, so that it is connected once"
    if handler is None:
        return
    length = lines_of_body(handler)
    if length > LONGEST_BODY:
        yield handler.lineno, f"{handler.name} has {length} lines; call one action ({LONGEST_BODY})"
    heard = {name for node in ast.walk(call) for name in names_in(node)}
    if heard & TOLD_RAW and not _looks_at_raw(handler):
        yield handler.lineno, f"{handler.name} must skip raw saves, which come from fixtures"


def lines_of_body(function: Function) -> int:
    """Return how many lines the body takes, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1 if body else 0


def _looks_at_raw(handler: Function) -> bool:
    for statement in handler.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == "raw":
                return True
            if isinstance(node, ast.Constant) and node.value == "raw":
                return True
    return False

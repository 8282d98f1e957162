"""R1: every look-up of a door starts from ``visible_to(user)`` or ``public()``.

So a stranger's object cannot be found by forgetting a filter. Found are ``X.objects`` that goes on
with another word, ``get_object_or_404(X, ...)`` with the model itself, and class-based views that
name a ``model`` instead of a query. Where a row leads to others (``order.items.all()``), the start
was judged already.
"""

import ast
from collections.abc import Iterator

from tools.house.sources import FUNCTIONS, Facts, Source, names_in

DOORS = {"api", "views", "consumers", "serializers", "forms", "filters"}
STARTS = {"visible_to", "public", "none"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {
    "get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404",
}  # fmt: skip


def check_reads(source: Source, facts: Facts) -> Iterator[tuple[int, str]]:
    """Find look-ups in doors that start from everything."""
    if source.place not in DOORS:
        return
    for node in source.nodes:
        match node:
            case ast.Attribute(attr=attr) if attr in MANAGERS:
                yield from _judge_start(source, node)
            case ast.Call(args=[first, *_]) if names_in(node.func)[-1] in SHORTCUTS:
                yield from _judge_shortcut(node, first, facts)
            case ast.ClassDef() if node.name != "Meta":
                yield from _judge_view(node, facts)


def _judge_start(source: Source, manager: ast.Attribute) -> Iterator[tuple[int, str]]:
    then = source.parents[manager]
    if not (isinstance(then, ast.Attribute) and then.attr in STARTS):
        word = f".{then.attr}" if isinstance(then, ast.Attribute) else ""
        yield manager.lineno, f".{manager.attr}{word} sees everything; use visible_to() or public()"


def _judge_shortcut(call: ast.Call, first: ast.expr, facts: Facts) -> Iterator[tuple[int, str]]:
    if isinstance(first, ast.Name | ast.Attribute) and names_in(first)[-1] in facts.models:
        yield call.lineno, "a look-up from the model sees everything; start from visible_to()"


def _judge_view(view: ast.ClassDef, facts: Facts) -> Iterator[tuple[int, str]]:
    if any(isinstance(part, FUNCTIONS) and part.name == "get_queryset" for part in view.body):
        return
    for part in view.body:
        match part:
            case ast.Assign(targets=[ast.Name(id="model")], value=value):
                if names_in(value)[-1] in facts.models:
                    yield part.lineno, f"{view.name} shows every row; give it get_queryset()"

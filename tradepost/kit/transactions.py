"""One transaction per action, with last words.

Some writes must come last in a transaction, in one order for everybody, because they lock rows
that many people share (the feed's counters, the version stamps). An action that called them in
the middle, or two nested actions that each called them, would lock in an order of its own, and
two such transactions would deadlock. So they are collected while the outermost action runs and
written once, sorted, just before it commits. docs/locking.md draws the whole order.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tradepost.kit.deadlocks import again_after_deadlock

P = ParamSpec("P")
R = TypeVar("R")
Flush = Callable[[list[Any]], None]


@dataclass
class _Unit:
    depth: int = 0
    last_words: list[tuple[int, Flush, Any]] = field(default_factory=list)


class _Current(threading.local):
    def __init__(self) -> None:
        self.unit = _Unit()


_current = _Current()


def atomic(action: Callable[P, R]) -> Callable[P, R]:
    """Run the action in a transaction: all of it happens, last words included, or nothing.

    Nested actions are part of the outermost one and cost no savepoint: a refusal inside ends it
    all. An action that wants to catch a nested refusal and go on opens
    ``unit_of_work(savepoint=True)`` around it. The outermost one is begun again where it lost a
    deadlock (``kit/deadlocks.py``).
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        def once() -> R:
            with unit_of_work():
                return action(*args, **kwargs)

        return once() if _current.unit.depth else again_after_deadlock(once)

    return run


@contextmanager
def unit_of_work(*, savepoint: bool = False) -> Iterator[None]:
    """Open a transaction, or join the one of the outer unit, which then writes the last words.

    With ``savepoint`` a nested unit can be rolled back by itself.
    """
    unit = _current.unit
    said_before = len(unit.last_words)
    unit.depth += 1
    try:
        with transaction.atomic(savepoint=savepoint or unit.depth == 1):
            yield
            if unit.depth == 1:
                _flush(unit)
    except BaseException:
        del unit.last_words[said_before:]  # what a rolled-back level wanted to say did not happen
        raise
    finally:
        unit.depth -= 1


def before_commit(flush: Flush, item: object, *, order: int) -> None:
    """Have ``flush`` called once with all its items at the end, lower ``order`` first."""
    if _current.unit.depth == 0:
        raise RuntimeError("before_commit() needs an action: decorate it with @atomic")
    _current.unit.last_words.append((order, flush, item))


def _flush(unit: _Unit) -> None:
    while unit.last_words:  # last words may have last words of their own
        waiting, unit.last_words = unit.last_words, []
        for order, flush in sorted({(o, f) for o, f, _ in waiting}, key=lambda pair: pair[0]):
            flush([item for o, f, item in waiting if (o, f) == (order, flush)])


@contextmanager
def refusing_duplicates(taken: QuerySet[Any], error: Exception) -> Iterator[None]:
    """Raise ``error`` when what is written here breaks a unique constraint and ``taken`` has a row.

    The constraint decides, not a look beforehand: two requests may write at the same moment. Any
    other fault of integrity is one of ours and goes through.
    """
    try:
        with unit_of_work(savepoint=True):
            yield
    except IntegrityError as fault:
        if taken.exists():
            raise error from fault
        raise

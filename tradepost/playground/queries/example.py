"""Runs an example and says what it gave, how it is written, and how many queries it took."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from django.db import connection

Example = Callable[[], Iterable[object] | Mapping[str, object]]


@dataclass(frozen=True)
class Answer:
    """``lines`` are the results as text; ``queries`` is how many it took to get them."""

    name: str
    question: str
    code: str
    lines: list[str]
    queries: int


@dataclass(frozen=True)
class Chapter:
    title: str
    answers: list[Answer]


def read_chapter(module: ModuleType) -> Chapter:
    """Run every public function of the module, in the order in which they are written."""
    functions = [
        function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    ]
    return Chapter(_first_paragraph(module), [read_answer(function) for function in functions])


def read_answer(example: Example) -> Answer:
    """Run one example."""
    with counting_queries() as queries:
        lines = _lines(example())
    return Answer(
        name=example.__name__,
        question=_first_paragraph(example),
        code=inspect.getsource(example),
        lines=lines,
        queries=len(queries),
    )


@contextmanager
def counting_queries() -> Iterator[list[str]]:
    """Collect the SQL of every query that runs in the block."""
    queries: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


def _lines(found: Iterable[object] | Mapping[str, object]) -> list[str]:
    if isinstance(found, Mapping):
        return [f"{key}: {value}" for key, value in found.items()]
    return [str(row) for row in found]


def _first_paragraph(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())

"""What must be true of the rows at any time, and a look whether it is.

Constraints keep most of it, actions the rest. The audit trusts neither: every app registers what it
promises from its ``apps.py``, and ``manage.py audit`` names the rows that break it. It only reads.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.db import connection

MOST_NAMED = 20  # rows of one finding
MOST_COUNTED = 10_000  # where everything is wrong, nobody needs to know how much
FETCHED = 1000
DIGITS = re.compile(r"[0-9a-f]{32}")  # of a UUID
PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))  # of them, where each begins and how long

Find = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    """Something that holds at any time. ``find`` describes each row that breaks it.

    ``sentence`` says what is true of good rows. One look is one statement wherever SQL can say it,
    so that it sees one moment of a database that others are writing to.
    """

    name: str
    sentence: str
    find: Find


@dataclass(frozen=True)
class Finding:
    """How many rows break an invariant, counted up to MOST_COUNTED, and the first of them."""

    invariant: Invariant
    count: int
    rows: tuple[str, ...]


_invariants: dict[str, Invariant] = {}


def register_invariant(name: str, sentence: str, find: Find) -> None:
    """Have the audit look for rows that break this; ``name`` begins with the app's."""
    if name in _invariants:
        raise ValueError(f"the invariant {name!r} is registered already")
    _invariants[name] = Invariant(name, sentence, find)


def list_invariants(names: Collection[str] = ()) -> list[Invariant]:
    """Return these invariants, or all, by name. Raises LookupError for a name that nobody has."""
    unknown = sorted(set(names) - _invariants.keys())
    if unknown:
        raise LookupError(f"there is no invariant {', '.join(unknown)}")
    return [_invariants[name] for name in sorted(names or _invariants)]


def audit(invariants: Iterable[Invariant]) -> Iterator[Finding]:
    """Look for what breaks each of these, one by one; a finding without rows is a good one."""
    for invariant in invariants:
        faults = iter(invariant.find())
        rows = tuple(islice(faults, MOST_NAMED))
        more = sum(1 for _ in islice(faults, MOST_COUNTED - len(rows)))
        yield Finding(invariant, len(rows) + more, rows)


def find_faults(names: Collection[str] = ()) -> list[str]:
    """Return a line for every row that is named by an audit; an empty list when all is well."""
    findings = audit(list_invariants(names))
    return [f"{found.invariant.name}: {row}" for found in findings for row in found.rows]


def select(sql: str, params: Collection[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the rows that a statement finds, as the database driver has them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def describe(sentence: str, sql: str, params: Collection[Any] = ()) -> Find:
    """Return a ``find`` that fills each row of the statement into the places of ``sentence``."""

    def find() -> Iterator[str]:
        return (sentence.format(*map(shown, row)) for row in select(sql, params))

    return find


def all_of(*finds: Find) -> Find:
    """Return a ``find`` of what each of these finds."""
    return lambda: chain.from_iterable(find() for find in finds)


def is_id(column: str, text: str) -> str:
    """Return a condition in SQL: the UUID in ``column`` is the one that ``text`` writes.

    On either side of it is what an index or a hash may find; a text that is no UUID is no fault.
    """
    if connection.features.has_native_uuid_field:
        return f"{written(column)} = {text}"
    return f"{column} = REPLACE({text}, '-', '')"


def written(column: str) -> str:
    """Return SQL for the UUID in ``column`` as JSON has it, with its hyphens."""
    if connection.features.has_native_uuid_field:
        return as_text(column)
    parts = [f"SUBSTR({column}, {first}, {size})" for first, size in PARTS]
    return " || '-' || ".join(parts)


def as_text(column: str) -> str:
    """Return SQL for a UUID or JSON in ``column`` as the database writes it."""
    return f"CAST({column} AS {'CHAR' if connection.vendor == 'mysql' else 'text'})"


def in_json(column: str, key: str) -> str:
    """Return SQL for the text under ``key`` of the JSON in ``column``."""
    if connection.vendor == "postgresql":
        return f"({column} ->> '{key}')"
    if connection.vendor == "mysql":
        return f"JSON_VALUE({column}, '$.{key}')"
    return f"JSON_EXTRACT({column}, '$.{key}')"


def shown(value: Any) -> Any:
    """Return a value of a row as people know it; ids are digits where there is no type for them."""
    return UUID(value) if isinstance(value, str) and DIGITS.fullmatch(value) else value

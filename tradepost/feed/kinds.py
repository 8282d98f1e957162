"""The kinds of events that the feed carries: when each comes, and what its data says.

Every app registers its own (``events.py``) from ``apps.py``. docs/feed-events.json is made of them
(``schema.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import get_args
from uuid import UUID

Fact = str | int | bool | None
TypeOfFact = type | UnionType
TYPES = {UUID, str, int, bool, NoneType}  # a UUID is said as a string


@dataclass(frozen=True, eq=False)
class EventKind:
    sentence: str
    fields: Mapping[str, TypeOfFact]


_kinds: dict[str, EventKind] = {}


def register_event(kind: str, /, *, sentence: str, **fields: TypeOfFact) -> None:
    """Say when events of ``kind`` come, and of which type each field of their data is.

    A type is UUID, str, int, bool, or one of these ``| None``. Raises ValueError for a kind that is
    registered already, and TypeError for another type.
    """
    if kind in _kinds:
        raise ValueError(f"the event {kind!r} is registered already")
    for name, said in fields.items():
        if not types_of(said) <= TYPES:
            raise TypeError(f"{name!r} of the event {kind!r} is {said}, which is no fact")
    _kinds[kind] = EventKind(sentence, fields)


def check_event(kind: str, data: Mapping[str, Fact]) -> None:
    """Raise LookupError for a kind that nobody registered, ValueError for other fields than it has.

    That is quick enough for every event; the types of the fields are looked at in the tests.
    """
    fields = find_event(kind).fields
    if data.keys() != fields.keys():
        raise ValueError(f"the event {kind!r} says {[*fields]}, not {[*data]}")


def find_event(kind: str) -> EventKind:
    """Return what was said of a kind. Raises LookupError for one that nobody registered."""
    known = _kinds.get(kind)
    if known is None:
        raise LookupError(f"no event is called {kind!r}")
    return known


def list_events() -> dict[str, EventKind]:
    """Return all kinds by name, in the order of their names."""
    return dict(sorted(_kinds.items()))


def types_of(said: TypeOfFact) -> set[type]:
    """Return the types that a field may have."""
    return set(get_args(said)) if isinstance(said, UnionType) else {said}

"""Pages of places that were looked for, from queries that are built once for each shape.

Those with words are built each time: what they ask the index depends on the words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from tradepost.kit.http.keyset import Page, Place, as_page, away_from, parts_beyond
from tradepost.kit.money import to_minor
from tradepost.kit.prepared import Kind, Prepared
from tradepost.stays.models import Property
from tradepost.stays.queries.search import (
    FEW,
    count_near,
    free_places,
    matching_places,
)
from tradepost.stays.queries.wishes import Question, Shape, Wish, question_of
from tradepost.stays.rows import COLUMNS, Row, place_rows

Keys = tuple[str, ...]
KINDS: Mapping[str, Kind] = {
    "guests": int, "min_price": Decimal, "max_price": Decimal, "room_type": str, "amenity": str,
    "first": int, "last": int, "west": float, "south": float, "east": float, "north": float,
    "start": date, "end": date, "nights": int, "days_left": int, "beyond": int,
    "zones_behind": str, "zones_ahead": str,
    "key_id": int, "key_price": Decimal, "key_rating": Decimal,
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How places are looked at: which conditions they meet, and in which order after what.

    ``place`` has marks for values, or none.
    """

    shape: Shape
    keys: Keys
    place: Place


def find_places(*, wish: Wish, keys: Keys, place: Place, size: int, now: datetime) -> Page[Row]:
    """Return the rows of places that could be booked just so, next to a place in this order.

    Raises what ``question_of`` refuses.
    """
    return read_found(question_of(wish=wish, now=now), keys, place, size)


def read_found(question: Question, keys: Keys, place: Place, size: int) -> Page[Row]:
    """Return the rows of places next to a place in this order; where there are bounds, after a look
    at how many places lie within."""
    if question.shape.has_bounds and count_near(question=question) > FEW:
        question = question.walking()
    marks = tuple(range(len(place.values)))
    look = Look(question.shape, keys, replace(place, values=marks))
    values = {**question.values, **dict(zip(_names_of(look), place.values, strict=True))}
    kept = {n: to_minor(v) if isinstance(v, Decimal) else v for n, v in values.items()}
    try:
        return as_page(_take(look, kept, size + 1), place, size)
    except EmptyResultSet:  # no row can meet a condition: a search for nothing but punctuation
        return as_page([], place, size)


def _take(look: Look, values: Mapping[str, Any], most: int) -> list[Row]:
    rows: list[Row] = []
    for part in _parts(look) if look.shape.text else _kept_parts(look):
        if len(rows) < most:
            rows += part.run(**values, limit=most - len(rows))
    return rows


def _parts(look: Look) -> list[Prepared]:
    """Return the queries that one after the other find what is next to a place."""
    number = len(parts_beyond(Property.objects.public(), look.keys, look.place))
    places = {name: _kind_of(name) for name in (*_names_in(look.shape), *_names_of(look))}
    around = _around(look)
    return [Prepared(partial(_build, look, n), places=places, around=around) for n in range(number)]


_kept_parts = lru_cache(maxsize=500)(_parts)


def _around(look: Look) -> str:
    if not look.shape.has_stay:
        return "{query} LIMIT %(limit)s"
    if connection.vendor == "sqlite":  # it would sort anew, and look up all nights for that
        return free_places(places="{query}", order="", vendor="sqlite")
    order = ", ".join(
        f"{COLUMNS.index(key.lstrip('-')) + 1} {'DESC' if key.startswith('-') else 'ASC'}"
        for key in away_from(look.place, look.keys)
    )
    return free_places(places="{query}", order=f"ORDER BY {order}", vendor=connection.vendor)


def _build(look: Look, part: int, **marks: Any) -> Any:
    place = replace(look.place, values=tuple(marks[name] for name in _names_of(look)))
    order = away_from(place, look.keys)
    sorted_by = look.keys[0].lstrip("-")
    places = matching_places(shape=look.shape, sorted_by=sorted_by, **marks)
    condition = parts_beyond(places, order, place)[part]
    return place_rows(places.filter(condition).order_by(*order))


def _names_in(shape: Shape) -> Iterator[str]:
    """Yield the names of the values that fill a shape."""
    yield from shape.simple
    yield from (f"amenity{n}" for n in range(shape.amenities))
    yield from (f"{name}{n}" for name in ("first", "last") for n in range(shape.ranges))
    if shape.has_bounds:
        yield from ("west", "south", "east", "north")
    if shape.has_stay:
        yield from ("start", "end", "nights")
    if shape.is_soon or shape.is_far:
        yield from ("days_left", "beyond", "zones_behind", "zones_ahead")


def _names_of(look: Look) -> list[str]:
    """Return the names of the values that say where the place is."""
    return [f"key_{key.lstrip('-')}" for key in look.keys] if look.place.values else []


def _kind_of(name: str) -> Kind:
    return KINDS[name.rstrip("0123456789")]

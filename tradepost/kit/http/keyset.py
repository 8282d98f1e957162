"""Where a page begins when pages are not counted: just after a row, in the order of the list.

A cursor names the columns of the order and the values of the last row that was seen. The next page
is what comes after them, which the database finds by index: ``(price, id) > (8.99, 17)`` compared
as one, because a row at a time it would read all that cost 8.99 before it comes to the 17.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    F,
    Field,
    Func,
    GeneratedField,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)
from django.db.models.sql.compiler import SQLCompiler

LONGEST_CURSOR = 2000

Row = TypeVar("Row")


class BadCursor(Exception):
    """No list of ours gave this cursor, at least not in this order."""


@dataclass(frozen=True)
class Place:
    """A place between two rows: after the one with these values, or with ``backwards`` before.

    Without values it is the beginning of the list, or with ``backwards`` its end. ``leads`` says
    that the row came first of those with its first value: a hint of what is cheap, never of what
    is right, for rows may have come since.
    """

    values: tuple[Any, ...] = ()
    backwards: bool = False
    leads: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list in its order, and whether there is more on either side of them.

    On the side that the reader came from there was something, and may be nothing by now.
    """

    rows: list[Row]
    has_before: bool
    has_after: bool


class RowIsGreater(Func):
    """``(a, b) > (x, y)``: compared by the first column that differs."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, *columns_and_values: Any, operator: str) -> None:
        super().__init__(*columns_and_values, operator=operator)

    def as_sql(  # type: ignore[override] # it has no template to be given
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(part) for part in self.get_source_expressions()]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _ in some) for some in (parts[:half], parts[half:]))
        params = tuple(param for _, params in parts for param in params)
        return f"({left}) {self.extra['operator']} ({right})", params


def keys_of(rows: QuerySet[Any]) -> tuple[str, ...]:
    """Return the columns that the rows are ordered by, ``-`` before those that fall, the id last.

    Only columns of the table that are never null count: a search by relevance has no such place.
    """
    keys: dict[str, str] = {}
    for key in rows.query.order_by or rows.model._meta.ordering:
        name = "id" if str(key).lstrip("-") == "pk" else str(key).lstrip("-")
        if isinstance(key, str) and name not in keys and _is_column(rows.model, name):
            keys[name] = f"-{name}" if key.startswith("-") else name
    if "id" not in keys:
        falls = any(key.startswith("-") for key in list(keys.values())[-1:])
        keys["id"] = "-id" if falls else "id"
    return tuple(keys.values())


def fixed_keys(
    model: type[Model], ordering: Sequence[str], *, filled: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the order that a list always has; together its columns must tell all rows apart.

    Columns that are ``filled`` may be null elsewhere, but are not in this list. Raises
    ImproperlyConfigured for a column that names no place.
    """
    for key in ordering:
        if not _is_column(model, key.lstrip("-"), filled):
            raise ImproperlyConfigured(f"{key}: {model.__name__} has no such column that is set.")
    return tuple(ordering)


def read_page(rows: QuerySet[Any], keys: Sequence[str], place: Place, size: int) -> Page[Any]:
    """Return the ``size`` rows next to the place; every page costs the same."""
    return as_page(_take(rows, keys, place, size + 1), place, size)


def as_page(found: Sequence[Row], place: Place, size: int) -> Page[Row]:
    """Return the page of ``size`` rows that were found next to a place, nearest first, with one row
    more if there are more."""
    came_from, has_more, shown = bool(place.values), len(found) > size, list(found[:size])
    if place.backwards:
        return Page(shown[::-1], has_before=has_more, has_after=came_from)
    return Page(shown, has_before=came_from, has_after=has_more)


def place_beside(
    page: Page[Row],
    keys: Sequence[str],
    *,
    backwards: bool = False,
    value_of: Callable[[Row, str], Any] = getattr,
) -> Place:
    """Return the place after the rows of a page, or with ``backwards`` before them.

    A page without rows lies at an end of the list, so that all there is, is seen from that end.
    """
    if not page.rows:
        return Place(backwards=backwards)
    nearest = page.rows[:2] if backwards else page.rows[:-3:-1]
    values = [tuple(value_of(row, key.lstrip("-")) for key in keys) for row in nearest]
    return Place(values[0], backwards, leads=len(values) > 1 and values[0][0] != values[1][0])


def write_cursor(keys: Sequence[str], place: Place) -> str:
    """Return the place as text for an address."""
    values = [_plain(value) for value in place.values]
    said = [",".join(keys), place.backwards, values, *([True] if place.leads else [])]
    return urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


def read_cursor(model: type[Model], keys: Sequence[str], cursor: str) -> Place:
    """Return the place that a cursor names. Raises BadCursor."""
    if len(cursor) > LONGEST_CURSOR:
        raise BadCursor
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        names, backwards, values, *leads = orjson.loads(text)
        if names != ",".join(keys) or not isinstance(backwards, bool):
            raise BadCursor
        pairs = zip(keys, values, strict=True) if values else ()
        found = tuple(_value(_column(model, key), value) for key, value in pairs)
        return Place(found, backwards, leads=leads == [True])
    except (ValidationError, binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise BadCursor from error


def _is_column(model: type[Model], name: str, filled: Sequence[str] = ()) -> bool:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    is_set = name in filled or not field.null
    return bool(getattr(field, "concrete", False)) and is_set


def _column(model: type[Model], key: str) -> "Field[Any, Any]":
    column = model._meta.get_field(key.lstrip("-"))
    field = column.output_field if isinstance(column, GeneratedField) else column
    assert isinstance(field, Field)  # keys_of() lets nothing else through
    return field


def _value(field: "Field[Any, Any]", said: object) -> Any:
    if isinstance(said, bool) or not isinstance(said, str | int) or "\0" in str(said):
        raise BadCursor
    str(said).encode()  # half a character is no text for a database
    value = field.to_python(said)
    if not isinstance(value, str):  # a text that is in the list may be older than its rules
        field.run_validators(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadCursor
        value.astimezone(UTC)  # the first and last hours of time have no UTC
    return value


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def away_from(place: Place, keys: Sequence[str]) -> list[str]:
    """Return the order in which what is next to a place comes first."""
    return [_turned(key) for key in keys] if place.backwards else list(keys)


def _turned(key: str) -> str:
    return key.removeprefix("-") if key.startswith("-") else f"-{key}"


def _take(rows: QuerySet[Any], keys: Sequence[str], place: Place, most: int) -> list[Any]:
    """Return the next ``most`` rows after the place, or the last before it, nearest first."""
    order = away_from(place, keys)
    ordered = rows.order_by(*order)
    parts = parts_beyond(rows, order, place)
    if len(parts) == 1:
        return list(ordered.filter(parts[0])[:most])
    found: list[Any] = []
    for condition in parts:
        if len(found) < most:
            found += ordered.prefetch_related(None).filter(condition)[: most - len(found)]
    # Once for all parts: what belongs to the rows takes as many queries as on the first page.
    prefetch_related_objects(found, *rows._prefetch_related_lookups)  # type: ignore[attr-defined]
    return found


def parts_beyond(rows: QuerySet[Any], keys: Sequence[str], place: Place) -> list[Any]:
    """Return the conditions of what comes after the place in this order, nearest first."""
    if not place.values:
        return [Q()]
    values = [Value(v, _column(rows.model, k)) for k, v in zip(keys, place.values, strict=True)]
    falling = {key.startswith("-") for key in keys}
    if len(falling) == 1 and _looks_rows_up(rows, place):
        columns = [F(key.lstrip("-")) for key in keys]
        return [RowIsGreater(*columns, *values, operator="<" if falling.pop() else ">")]
    return _one_by_one(dict(zip(keys, values, strict=True)))


def _looks_rows_up(rows: QuerySet[Any], place: Place) -> bool:
    """Say whether the database finds what is ``(a, id) < (x, y)`` by index alone.

    SQLite keeps a number that is the primary key outside its indexes. Then it looks only ``a`` up,
    and reads all that are equal in it before it comes to the ``id``.
    """
    vendor = connections[rows.db].vendor
    has_number = isinstance(rows.model._meta.pk, IntegerField)
    return vendor == "postgresql" or (vendor == "sqlite" and (place.leads or not has_number))


def _one_by_one(values: Mapping[str, Value]) -> list[Q]:
    """Say it in parts: what is equal in all columns but the last, then in all but two, and so on.

    Each part is looked up whole; a page that lies within the first part takes one query.
    """
    same, parts = Q(), []
    for key, value in values.items():
        name = key.lstrip("-")
        word = "lt" if key.startswith("-") else "gt"
        parts.append(same & Q(**{f"{name}__{word}": value}))
        same &= Q(**{name: value})
    return parts[::-1]

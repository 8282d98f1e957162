"""Where a page begins when pages are not counted: just after a row, in the order of the list.

A cursor names the columns of the order and the values of the last row that was seen. The next page
is what comes after them, which the database finds by index: ``(price, id) > (8.99, 17)`` compared
as one, because a row at a time it would read all that cost 8.99 before it comes to the 17.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Func, GeneratedField, Model, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

LONGEST_CURSOR = 2000


class BadCursor(Exception):
    """No list of ours gave this cursor, at least not in this order."""


@dataclass(frozen=True)
class Place:
    """A place between two rows: after the one with these values, or with ``backwards`` before."""

    values: tuple[Any, ...]
    backwards: bool = False


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


def take(rows: QuerySet[Any], keys: Sequence[str], place: Place | None, most: int) -> list[Any]:
    """Return the next ``most`` rows after the place, or the last before it, nearest first."""
    turned = [_turned(key) for key in keys] if place and place.backwards else list(keys)
    ordered = rows.order_by(*turned)
    if place is None:
        return list(ordered[:most])
    found: list[Any] = []
    for condition in _beyond(rows, turned, place):
        if len(found) < most:
            found += ordered.filter(condition)[: most - len(found)]
    return found


def write_cursor(keys: Sequence[str], place: Place) -> str:
    """Return the place as text for an address."""
    said = [",".join(keys), place.backwards, [_plain(value) for value in place.values]]
    return urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


def read_cursor(model: type[Model], keys: Sequence[str], cursor: str) -> Place:
    """Return the place that a cursor names. Raises BadCursor."""
    if len(cursor) > LONGEST_CURSOR:
        raise BadCursor
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        names, backwards, values = orjson.loads(text)
        if names != ",".join(keys) or not isinstance(backwards, bool):
            raise BadCursor
        pairs = zip(keys, values, strict=True)
        return Place(tuple(_value(_column(model, key), value) for key, value in pairs), backwards)
    except (ValidationError, binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise BadCursor from error


def _is_column(model: type[Model], name: str) -> bool:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return bool(getattr(field, "concrete", False)) and not field.null


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


def _turned(key: str) -> str:
    return key.removeprefix("-") if key.startswith("-") else f"-{key}"


def _beyond(rows: QuerySet[Any], keys: Sequence[str], place: Place) -> list[Any]:
    """Return the conditions of what comes after the place in this order, nearest first."""
    values = [Value(v, _column(rows.model, k)) for k, v in zip(keys, place.values, strict=True)]
    falling = {key.startswith("-") for key in keys}
    if len(falling) == 1 and connections[rows.db].vendor == "postgresql":
        columns = [F(key.lstrip("-")) for key in keys]
        return [RowIsGreater(*columns, *values, operator="<" if falling.pop() else ">")]
    return _beyond_one_by_one(dict(zip(keys, values, strict=True)))


def _beyond_one_by_one(values: Mapping[str, Value]) -> list[Q]:
    """Say it in parts: what is equal in all columns but the last, then in all but two, and so on.

    SQLite looks only the first column of a comparison of rows up by index; each part it looks up
    whole. A page that lies within one part takes one query.
    """
    same, parts = Q(), []
    for key, value in values.items():
        name = key.lstrip("-")
        word = "lt" if key.startswith("-") else "gt"
        parts.append(same & Q(**{f"{name}__{word}": value}))
        same &= Q(**{name: value})
    return parts[::-1]

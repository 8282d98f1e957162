"""Queries of the hottest paths: built by the ORM once for each shape, then only run.

To build a query costs Django several times what the database needs to answer it. Here the ORM
builds it with marks in the place of values; what is asked for later only fills these places. The
rows are what the database driver gives: no model instances, no conversions.
"""

import sqlite3
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet
from django.db.models.expressions import Combinable

MOST_SIZES = 100
FIRST_MARK = 1_900_000_000  # no constant of a query is as large; fits most columns of integers
FIRST_DAY = date(7000, 1, 1)  # the mark of a date is one from here on

_file: ContextVar[sqlite3.Connection | None] = ContextVar("file", default=None)

Kind = type[int] | type[float] | type[str] | type[Decimal] | type[UUID] | type[date]


class Prepared:
    """A query whose ``places`` are filled when it is run: an ``int``, a ``float``, a ``str``, a
    ``date``, a ``UUID``, or for the exact hundredths of our columns ``Decimal``.

    ``build`` is called with a mark for each place; columns of small integers are to be compared
    with it as a ``Value`` of larger ones. ``around`` is SQL with the query in it, which may have
    more places of the form ``%(name)s``.

    It is built when it is first run, which a query with a lock must be in a transaction.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        *,
        places: Mapping[str, Kind] | None = None,
        around: str = "{query}",
    ) -> None:
        self._build = build
        self._places = dict(places or {})
        self._around = around
        self._constants: dict[str, Any] = {}
        self._sql = ""
        self._named_sql = ""  # with the places as :name

    @property
    def sql(self) -> str:
        """The statement, with the places as ``%(name)s``."""
        if not self._sql:
            self._sql = self._around.replace("{query}", self._fill())
        return self._sql

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row for these values, None without one."""
        rows = self.run(**values)
        return rows[0] if rows else None

    def run(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows for these values, hundredths as whole numbers."""
        sql = self.sql
        for name, kind in self._places.items():
            if kind in (UUID, date):
                values[name] = _as_kept(values[name])
        given = {**self._constants, **values}
        if (file := _file.get()) is not None:
            self._named_sql = self._named_sql or sql % {name: f":{name}" for name in given}
            return file.execute(self._named_sql, given).fetchall()
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return list(cursor.fetchall())  # MariaDB's driver gives a tuple

    def _fill(self) -> str:
        """Have the query built and find the marks among its parameters."""
        marks = {name: FIRST_MARK + number for number, name in enumerate(self._places)}
        query = self._build(**{n: _value(kind, marks[n]) for n, kind in self._places.items()})
        sql, params = query.query.sql_with_params()
        names: dict[Hashable, str] = {}
        for name, mark in marks.items():
            names[_kept_mark(self._places[name], mark)] = name
        places = []
        for number, value in enumerate(params):
            place = names.get(value) if isinstance(value, Hashable) else None
            if place is None:
                place = f"constant{number}"
                self._constants[place] = value
            places.append(f"%({place})s")
        return str(sql % tuple(places))


@contextmanager
def reading_from(file: sqlite3.Connection) -> Iterator[None]:
    """Let what is prepared read through this connection: on an event loop Django's is forbidden."""
    token = _file.set(file)
    try:
        yield
    finally:
        _file.reset(token)


class PreparedIn:
    """A ``Prepared`` for each number of values of an ``IN``, all of one ``kind``: ``build`` takes a
    list of marks."""

    def __init__(
        self, build: Callable[[list[Any]], QuerySet[Any, Any]], *, kind: Kind = int
    ) -> None:
        self._build = build
        self._kind = kind
        self._of_size: dict[int, Prepared] = {}

    def run(self, values: Collection[int] | Collection[UUID]) -> list[tuple[Any, ...]]:
        """Return the rows for these values, none for no values."""
        if not values:
            return []
        size = len(values)
        if (prepared := self._of_size.get(size)) is None:
            places = {f"value{number}": self._kind for number in range(size)}
            prepared = Prepared(lambda **marks: self._build(list(marks.values())), places=places)
            if size <= MOST_SIZES:
                self._of_size[size] = prepared
        return prepared.run(**{f"value{number}": value for number, value in enumerate(values)})


def hundredths(column: str) -> Combinable:
    """Return a column of exact hundredths as the database keeps it: whole numbers."""
    return ExpressionWrapper(F(column), output_field=BigIntegerField())


def as_uuid(kept: Any) -> UUID:
    """Return an id as a row has it: a UUID, or its digits where the database knows no UUIDs."""
    return kept if isinstance(kept, UUID) else UUID(kept)


def _as_kept(value: UUID | date) -> UUID | date | str:
    """Return a value as the database's driver takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datefield_value(value) or value


def _kept_mark(kind: Kind, mark: int) -> int | str | UUID | date:
    """Return a mark as it is found among the parameters of a query."""
    if kind in (UUID, date):
        return _as_kept(_value(kind, mark))
    return str(mark) if kind is str else mark


def _value(kind: Kind, mark: int) -> Any:
    if kind is UUID:
        return UUID(int=mark)
    if kind is date:
        return FIRST_DAY + timedelta(days=mark - FIRST_MARK)
    if kind is Decimal:
        return Decimal(mark).scaleb(-2)
    return str(mark) if kind is str else float(mark) if kind is float else mark

"""Queries of the hottest addresses: built by the ORM once for each shape, then only run.

To build a query costs Django several times what the database needs to answer it. Here the ORM
builds it with marks in the place of values; what is asked for later only fills these places. The
rows are what the database driver gives: no model instances, no conversions.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

MOST_SIZES = 100
FIRST_MARK = 1_900_000_000  # no constant of a query is as large; fits every column of integers


class Prepared:
    """A query whose ``places`` (name: ``int`` or ``Decimal`` for hundredths) are filled when it is
    run. ``build`` is called with a mark for each place; ``around`` is SQL with the query in it,
    which may have more places of the form ``%(name)s``.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        *,
        places: Mapping[str, type[int] | type[Decimal]],
        around: str = "{query}",
    ) -> None:
        marks = {name: FIRST_MARK + number for number, name in enumerate(places)}
        query = build(**{name: _value(kind, marks[name]) for name, kind in places.items()})
        sql, params = query.query.sql_with_params()
        names = {mark: f"%({name})s" for name, mark in marks.items()}
        self._constants = {
            f"constant{n}": value for n, value in enumerate(params) if value not in names
        }
        filled = [names.get(value, f"%(constant{n})s") for n, value in enumerate(params)]
        self.sql = around.replace("{query}", sql % tuple(filled))

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row for these values, None without one."""
        rows = self.run(**values)
        return rows[0] if rows else None

    def run(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows for these values, hundredths as whole numbers."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, {**self._constants, **values})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


class PreparedIn:
    """A ``Prepared`` for each number of values of an ``IN``: ``build`` takes a list of marks."""

    def __init__(self, build: Callable[[list[int]], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._of_size: dict[int, Prepared] = {}

    def run(self, values: Collection[int]) -> list[tuple[Any, ...]]:
        """Return the rows for these values, none for no values."""
        if not values:
            return []
        size = len(values)
        if (prepared := self._of_size.get(size)) is None:
            places = {f"value{number}": int for number in range(size)}
            prepared = Prepared(lambda **marks: self._build(list(marks.values())), places=places)
            if size <= MOST_SIZES:
                self._of_size[size] = prepared
        return prepared.run(**{f"value{number}": value for number, value in enumerate(values)})


def _value(kind: type[int] | type[Decimal], mark: int) -> int | Decimal:
    return Decimal(mark).scaleb(-2) if kind is Decimal else mark

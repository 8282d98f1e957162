"""Conditions said so that the database's planner makes the right thing of them."""

from typing import Any

from django.db.models import BooleanField, Case, Func, Q, When


class WithoutIndex(Func):
    """A column that SQLite's planner may not look up by index.

    It takes any index whose columns are named, for whatever range, and then sorts all rows; going
    through the index of the order and leaving rows out is hundreds of times faster for a page of
    ten. PostgreSQL knows how wide a range is and gets the plain column.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def often(condition: Q) -> Case:
    """Return a condition that a planner expects every second row to meet.

    Left to itself, PostgreSQL takes a value that is looked up, or two coordinates of one place, for
    something that nearly no row meets, and prepares to read the whole table.
    """
    return Case(When(condition, then=True), default=False, output_field=BooleanField())

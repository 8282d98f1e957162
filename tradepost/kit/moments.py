"""Moments as values of queries."""

from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Value
from django.db.models.sql.compiler import SQLCompiler


class Moment(Value):
    """A moment beside a column of moments.

    MariaDB would take it for text, and what it makes of both too: noon with its fractions of a
    second is then another one than noon without them.
    """

    def __init__(self, value: datetime) -> None:
        super().__init__(value, DateTimeField())

    def as_mysql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        sql, params = self.as_sql(compiler, connection, **context)
        return f"CAST({sql} AS DATETIME(6))", params

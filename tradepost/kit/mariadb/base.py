"""Django's backend for MariaDB and MySQL, brought closer to what the other databases do.

It speaks by PyMySQL, which needs no compiler, where mysqlclient is not installed. Sessions read our
SQL as standard SQL: names in double quotes, ``||`` joins texts. Texts are equal when they are the
same (the collation of the database, docs/configuration.md), so that nobody's ``client_id`` is taken
for another; only what asks for it (``icontains``, ``iexact``) forgives capitals. A whole number
that is divided by another gives a whole one, cut off, so that prices are the same everywhere.
Numbers that are never below zero are kept so by a check, in columns that have a sign: without one,
MariaDB refuses to add anything up to less than nothing, even where somebody only asks for it.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

if find_spec("MySQLdb") is None:
    import pymysql

    pymysql.install_as_MySQLdb()

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.mysql import base, operations

SQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,ANSI_QUOTES,PIPES_AS_CONCAT"
WITH_A_SIGN = {
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint",
}
FORGIVING = ("iexact", "icontains", "istartswith", "iendswith")


class DatabaseOperations(operations.DatabaseOperations):
    integer_field_ranges = BaseDatabaseOperations.integer_field_ranges

    def combine_expression(self, connector: str, sub_expressions: list[str]) -> str:
        if connector == "/":  # of whole numbers, as all that we divide are: prices, ratings
            return f"({' DIV '.join(sub_expressions)})"
        return str(super().combine_expression(connector, sub_expressions))

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        if lookup_type in FORGIVING:
            return "LOWER(%s)"
        return str(super().lookup_cast(lookup_type, internal_type))

    def sql_flush(
        self,
        style: Any,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        """Delete rows and truncate nothing: no trigger hears of that, and the indexes of the search
        would go on finding what is gone."""
        deletions = super().sql_flush(style, tables)
        first = [
            f"ALTER TABLE {self.quote_name(table)} AUTO_INCREMENT = 1"
            for table in tables
            if reset_sequences
        ]
        return [*deletions, *first]


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    _data_types = base.DatabaseWrapper._data_types | WITH_A_SIGN  # type: ignore[attr-defined] # no stub
    operators = base.DatabaseWrapper.operators | dict.fromkeys(FORGIVING, "LIKE LOWER(%s)")
    pattern_ops = base.DatabaseWrapper.pattern_ops | {
        "icontains": "LIKE LOWER(CONCAT('%%', {}, '%%'))",
        "istartswith": "LIKE LOWER(CONCAT({}, '%%'))",
        "iendswith": "LIKE LOWER(CONCAT('%%', {}))",
    }

    def get_connection_params(self) -> dict[str, Any]:
        return {"init_command": f"SET sql_mode = '{SQL_MODE}'", **super().get_connection_params()}

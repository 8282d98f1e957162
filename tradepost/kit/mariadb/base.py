"""Django's backend for MariaDB and MySQL, brought closer to what the other databases do.

It speaks by PyMySQL, which needs no compiler, where mysqlclient is not installed. Sessions read our
SQL as standard SQL: names in double quotes, ``||`` joins texts. Texts are equal when they are the
same (the collation of the database, docs/configuration.md), so that nobody's ``client_id`` is taken
for another; only what asks for it (``icontains``, ``iexact``) forgives capitals. A whole number
that is divided by another gives a whole one, cut off, so that prices are the same everywhere.
"""

from importlib.util import find_spec
from typing import Any

if find_spec("MySQLdb") is None:
    import pymysql

    pymysql.install_as_MySQLdb()

from django.db.backends.mysql import base, operations

SQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,ANSI_QUOTES,PIPES_AS_CONCAT"
FORGIVING = ("iexact", "icontains", "istartswith", "iendswith")


class DatabaseOperations(operations.DatabaseOperations):
    def combine_expression(self, connector: str, sub_expressions: list[str]) -> str:
        if connector == "/":  # of whole numbers, as all that we divide are: prices, ratings
            return f"({' DIV '.join(sub_expressions)})"
        return str(super().combine_expression(connector, sub_expressions))

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        if lookup_type in FORGIVING:
            return "LOWER(%s)"
        return str(super().lookup_cast(lookup_type, internal_type))


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    operators = base.DatabaseWrapper.operators | dict.fromkeys(FORGIVING, "LIKE LOWER(%s)")
    pattern_ops = base.DatabaseWrapper.pattern_ops | {
        "icontains": "LIKE LOWER(CONCAT('%%', {}, '%%'))",
        "istartswith": "LIKE LOWER(CONCAT({}, '%%'))",
        "iendswith": "LIKE LOWER(CONCAT('%%', {}))",
    }

    def get_connection_params(self) -> dict[str, Any]:
        return {"init_command": f"SET sql_mode = '{SQL_MODE}'", **super().get_connection_params()}

"""Row locks that Django's query sets have no word for."""

from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

from tradepost.kit.errors import DomainError, NotFound

Row = TypeVar("Row", bound=Model)
HOLDS = {"postgresql": " FOR KEY SHARE", "mysql": " LOCK IN SHARE MODE"}


def lock_one(
    rows: QuerySet[Row],
    *,
    weakly: bool = False,
    error: DomainError | type[DomainError] = NotFound,
) -> Row:
    """Return the first of ``rows``, locked until the transaction ends; rows joined to it are not,
    but on MariaDB, which has no word for that.

    ``weakly`` lets others refer to it meanwhile, where the database can. Raises ``error`` for none.
    """
    own = ("self",) if connection.features.has_select_for_update_of else ()
    row = rows.select_for_update(of=own, no_key=weakly and weak()).first()
    if row is None:
        raise error
    return row


def hold(rows: QuerySet[Any]) -> bool:
    """Keep the first of ``rows`` from being deleted until the transaction ends; False without one.

    Others may change it meanwhile, except on MariaDB. Where a database has no such lock (SQLite has
    one writer at a time and needs none), this only looks.
    """
    try:
        sql, params = rows.order_by().values_list("pk")[:1].query.sql_with_params()
    except EmptyResultSet:  # a condition that no row can meet, such as an id of 30 digits
        return False
    with connection.cursor() as cursor:
        cursor.execute(sql + HOLDS.get(connection.vendor, ""), params)
        return cursor.fetchone() is not None


def weak() -> bool:
    """Return whether ``select_for_update(no_key=)`` is there: it lets others refer to the rows."""
    return bool(connection.features.has_select_for_no_key_update)

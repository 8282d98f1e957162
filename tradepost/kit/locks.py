"""Row locks that Django's query sets have no word for."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def hold(rows: QuerySet[Any]) -> bool:
    """Keep the first of ``rows`` from being deleted until the transaction ends; False without one.

    Others may change it meanwhile. Where a database has no such lock (SQLite has one writer at a
    time and needs none), this only looks.
    """
    try:
        sql, params = rows.order_by().values_list("pk")[:1].query.sql_with_params()
    except EmptyResultSet:  # a condition that no row can meet, such as an id of 30 digits
        return False
    lock = " FOR KEY SHARE" if connection.features.has_select_for_no_key_update else ""
    with connection.cursor() as cursor:
        cursor.execute(sql + lock, params)
        return cursor.fetchone() is not None


def weak() -> bool:
    """Return whether ``select_for_update(no_key=)`` is there: it lets others refer to the rows."""
    return bool(connection.features.has_select_for_no_key_update)

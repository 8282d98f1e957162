"""Empty tables after a test that commits, at a fraction of what Django's flush costs.

Django truncates every table and makes content types and permissions anew, half a second on
PostgreSQL for the few rows that a test leaves. Here only what has rows is deleted, and the rows
that migrating makes stay as long as nobody has touched them.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

MADE_BY_MIGRATING = (ContentType, Permission)
PERMISSIONS_UID = "django.contrib.auth.management.create_permissions"

_rows_of_migrating: dict[str, list[Any]] = {}  # by database, as this module last saw them made


def flush_by_deleting(case: TransactionTestCase) -> None:
    """Stand in for ``TransactionTestCase._fixture_teardown``."""
    for database in case._databases_names(include_mirrors=False):
        empty_tables(database)


def empty_tables(database: str) -> None:
    """Leave the database as migrating leaves an empty one: no rows but those of the framework, and
    every guard in its place. Rows that somebody still writes in a transaction are waited for."""
    connection = connections[database]
    untouched = _read_rows_of_migrating(database) == _rows_of_migrating.get(database)
    kept = {model._meta.db_table for model in MADE_BY_MIGRATING} if untouched else set()
    EMPTIERS.get(connection.vendor, _empty_by_django)(connection, kept)
    ContentType.objects.clear_cache()
    if untouched:
        with _without_making_rows():
            emit_post_migrate_signal(verbosity=0, interactive=False, db=database)
    else:
        emit_post_migrate_signal(verbosity=0, interactive=False, db=database)
        _rows_of_migrating[database] = _read_rows_of_migrating(database)


def _read_rows_of_migrating(database: str) -> list[Any]:
    return [
        list(model._base_manager.using(database).order_by("pk").values_list())
        for model in MADE_BY_MIGRATING
    ]


@contextmanager
def _without_making_rows() -> Iterator[None]:
    """The rows are there: spare the hundred queries that look for them."""
    post_migrate.disconnect(dispatch_uid=PERMISSIONS_UID)
    post_migrate.disconnect(create_contenttypes)
    try:
        yield
    finally:
        post_migrate.connect(create_permissions, dispatch_uid=PERMISSIONS_UID)
        post_migrate.connect(create_contenttypes)


def _empty_by_django(connection: BaseDatabaseWrapper, kept: set[str]) -> None:
    """Delete from each of Django's tables; triggers take care of those of the search."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    sql = connection.ops.sql_flush(no_style(), sorted(set(tables) - kept))
    connection.ops.execute_sql_flush(sql)


def _empty_postgresql(connection: BaseDatabaseWrapper, kept: set[str]) -> None:
    """Delete from every table that has rows. Like TRUNCATE, wait for whoever uses one of them and
    ask no trigger."""
    tables = _list_tables(connection) - kept
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(map(connection.ops.quote_name, sorted(tables)))}")
        cursor.execute("SET LOCAL session_replication_role = replica")
        _delete_from_filled(connection, cursor, tables)


def _list_tables(connection: BaseDatabaseWrapper) -> set[str]:
    """Return all tables, those of the search too, but for the list of migrations."""
    return set(connection.introspection.table_names()) - {"django_migrations"}


def _delete_from_filled(
    connection: BaseDatabaseWrapper, cursor: Any, tables: Iterable[str]
) -> None:
    quoted = map(connection.ops.quote_name, sorted(tables))
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in quoted)
    cursor.execute(" UNION ALL ".join(asked))
    for (table,) in cursor.fetchall():
        cursor.execute(f"DELETE FROM {table}")


EMPTIERS = {"postgresql": _empty_postgresql}

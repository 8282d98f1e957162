"""Empty tables after a test that commits, at a fraction of what Django's flush costs.

Django truncates every table and makes content types and permissions anew, half a second on
PostgreSQL for the few rows that a test leaves. Here only what has rows is deleted; and the rows
that migrations made are as they were, for the next test may be one that expects them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

PERMISSIONS_UID = "django.contrib.auth.management.create_permissions"
Rows = list[tuple[Any, ...]]

_rows_of_migrations: dict[str, dict[str, Rows]] = {}  # by database and quoted table


def remember_rows_of_migrations(database: str) -> None:
    """Note what is in the tables; to be called when migrations have run, before any test."""
    connection = connections[database]
    with connection.cursor() as cursor:
        filled = _list_filled(cursor, _list_tables(connection))
        _rows_of_migrations[database] = {table: _read(cursor, table) for table in filled}


def flush_by_deleting(case: TransactionTestCase) -> None:
    """Stand in for ``TransactionTestCase._fixture_teardown``."""
    for database in case._databases_names(include_mirrors=False):
        empty_tables(database)


def empty_tables(database: str) -> None:
    """Leave the database as migrating left it: no rows but those of migrations, every guard in its
    place. Rows that somebody still writes in a transaction are waited for."""
    connection = connections[database]
    tables, made = _list_tables(connection), _rows_of_migrations[database]
    unchecked = connection.constraint_checks_disabled()
    with unchecked, transaction.atomic(using=database), connection.cursor() as cursor:
        for table in PREPARE[connection.vendor](cursor, tables) | made.keys():
            _restore(connection, cursor, table, made.get(table, []))
    ContentType.objects.clear_cache()
    with _without_making_rows():
        emit_post_migrate_signal(verbosity=0, interactive=False, db=database)


def _list_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the quoted names of all tables that tests write to. Those of the search belong to
    triggers on SQLite, and are among the others elsewhere."""
    if connection.vendor == "sqlite":
        names = connection.introspection.django_table_names(only_existing=True)
    else:
        names = connection.introspection.table_names()
    return [connection.ops.quote_name(name) for name in names if name != "django_migrations"]


def _list_filled(cursor: Any, tables: list[str]) -> set[str]:
    asked = (f"SELECT {n} WHERE EXISTS (SELECT 1 FROM {table})" for n, table in enumerate(tables))
    cursor.execute(" UNION ALL ".join(asked))
    return {tables[number] for (number,) in cursor.fetchall()}


def _read(cursor: Any, table: str) -> Rows:
    cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
    return cursor.fetchall()


def _restore(connection: BaseDatabaseWrapper, cursor: Any, table: str, rows: Rows) -> None:
    """Have these rows in the table, and no others, with new keys after theirs; leave it alone if
    the rows are so."""
    if rows and _read(cursor, table) == rows:
        return
    cursor.execute(f"DELETE FROM {table}")
    if rows:
        places = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        models = apps.get_models(include_auto_created=True)
        own = [m for m in models if connection.ops.quote_name(m._meta.db_table) == table]
        # A test that made the table anew has made its counter anew.
        for statement in connection.ops.sequence_reset_sql(no_style(), own):
            cursor.execute(statement)


def _prepare_postgresql(cursor: Any, tables: list[str]) -> set[str]:
    """Wait for whoever uses a table and ask no trigger, as TRUNCATE does; return what has rows."""
    cursor.execute(f"LOCK TABLE {', '.join(tables)}")
    cursor.execute("SET LOCAL session_replication_role = replica")
    return _list_filled(cursor, tables)


def _prepare_mariadb(cursor: Any, tables: list[str]) -> set[str]:
    """Return all: only a deletion sees, and waits for, the rows that nobody has committed."""
    return set(tables)


PREPARE = {
    "postgresql": _prepare_postgresql,
    "sqlite": _list_filled,  # has waited: a transaction begins when it is the only writer
    "mysql": _prepare_mariadb,
}


@contextmanager
def _without_making_rows() -> Iterator[None]:
    """Spare the hundred queries that look whether content types and permissions are there."""
    post_migrate.disconnect(dispatch_uid=PERMISSIONS_UID)
    post_migrate.disconnect(create_contenttypes)
    try:
        yield
    finally:
        post_migrate.connect(create_permissions, dispatch_uid=PERMISSIONS_UID)
        post_migrate.connect(create_contenttypes)

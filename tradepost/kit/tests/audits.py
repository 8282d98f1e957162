"""Breaking what constraints and triggers keep, to see whether an audit finds it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def lay_bare(*tables: str) -> None:
    """Take every constraint, index and trigger off these tables, until the test ends."""
    if connection.vendor == "mysql":
        _put_before(tables)
        return
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
    drop = "DROP TABLE {} CASCADE" if connection.vendor == "postgresql" else "DROP TABLE {}"
    for table in tables:
        run(f"CREATE TABLE bare_copy AS SELECT * FROM {table}")
        run(drop.format(table))
        run(f"CREATE TABLE {table} AS SELECT * FROM bare_copy")
        run("DROP TABLE bare_copy")


def _put_before(tables: Iterable[str]) -> None:
    """Let bare tables stand before the true ones: MariaDB commits when one of those is changed."""
    for table in tables:
        run(f"CREATE TEMPORARY TABLE bare_copy AS SELECT * FROM {table}")
        run(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM bare_copy")
        run("DROP TEMPORARY TABLE bare_copy")


@contextmanager
def breaking() -> Iterator[Callable[[str, str], None]]:
    """Give what lays tables bare (their names, in one text) and then runs a statement; nothing of
    it is kept, nor checked when the test ends."""
    bare: list[str] = []

    def break_rows(tables: str, sql: str) -> None:
        bare.extend(tables.split())
        lay_bare(*tables.split())
        run(sql)

    yield break_rows
    if connection.vendor == "mysql":  # which rolls back no temporary table
        for table in bare:
            run(f"DROP TEMPORARY TABLE {table}")
    transaction.set_rollback(True)

"""One connection per thread, and the small differences between the two databases."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

ADDRESS = os.environ["FLOOR_DATABASE"]
IS_SQLITE = ADDRESS.startswith("sqlite:///")
PRAGMAS = (  # those of Tradepost's settings
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
    "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
)
FOR_UPDATE = "" if IS_SQLITE else " FOR UPDATE"
Rows = list[tuple[Any, ...]]

_thread = threading.local()


def query(sql: str, *parameters: object) -> Rows:
    """Run a statement with ``%s`` for parameters and return its rows, if it gives any."""
    cursor = _connection().execute(_dialect(sql), parameters)
    return cursor.fetchall() if cursor.description else []


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what is done inside, or nothing of it."""
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE" if IS_SQLITE else "BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def key(value: UUID | str) -> str:
    """A UUID as a parameter that both databases take."""
    return value.hex if isinstance(value, UUID) else value.replace("-", "")


def uuid(value: Any) -> UUID:
    """A UUID as read from a column."""
    return value if isinstance(value, UUID) else UUID(value)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if IS_SQLITE else "+00")


def moment(value: Any) -> object:
    """A point in time as read from a column, ready for JSON."""
    return f"{value.replace(' ', 'T')}Z" if isinstance(value, str) else value


def _connection() -> Any:
    if not hasattr(_thread, "connection"):
        _thread.connection = _connect()
    return _thread.connection


def _connect() -> Any:
    if not IS_SQLITE:
        return psycopg.connect(ADDRESS, autocommit=True)
    path = ADDRESS.removeprefix("sqlite:///")
    connection = sqlite3.connect(path, isolation_level=None, timeout=20)
    connection.executescript(PRAGMAS)
    return connection


def _dialect(sql: str) -> str:
    return sql.replace("%s", "?") if IS_SQLITE else sql

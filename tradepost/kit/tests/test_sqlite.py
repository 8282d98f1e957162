"""The line that the writers of a process wait in on SQLite."""

import gc
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="others have locks that wake"),
]
SOON = 10  # seconds, for what takes none


def another(*, timeout: float = SOON) -> BaseDatabaseWrapper:
    """A connection of its own to the tests' database."""
    made = connections.create_connection("default")
    made.settings_dict = made.settings_dict | {
        "OPTIONS": made.settings_dict["OPTIONS"] | {"timeout": timeout}
    }
    made.inc_thread_sharing()
    return made


@pytest.fixture
def writer() -> Iterator[BaseDatabaseWrapper]:
    """A connection in the middle of a transaction."""
    with closing(another()) as made:
        made.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        yield made


def begin(database: BaseDatabaseWrapper) -> None:
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_who_waits_writes_when_the_one_before_has_ended(writer, end):
    begun = threading.Event()

    def wait() -> None:
        with closing(another()) as second:
            begin(second)
            begun.set()
            second.rollback()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not begun.wait(0.2)

    getattr(writer, end)()

    assert begun.wait(SOON)
    waiting.join()


def test_nobody_waits_longer_than_the_time_limit(writer):
    with closing(another(timeout=0.1)) as second, pytest.raises(OperationalError, match="locked"):
        begin(second)


def test_a_connection_that_is_dropped_in_the_middle_holds_nobody_up():
    dropped = another()
    begin(dropped)

    del dropped
    gc.collect()

    with closing(another(timeout=1)) as second:
        begin(second)
        second.rollback()


def test_who_cannot_begin_because_of_another_process_leaves_the_line(tmp_path):
    """Another process, which does not wait in this line, has SQLite's own lock."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        with closing(another(timeout=0.1)) as second, pytest.raises(OperationalError):
            begin(second)
        file.execute("ROLLBACK")

    with closing(another(timeout=1)) as third:
        begin(third)
        third.rollback()

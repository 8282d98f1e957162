"""A database that has too much to do at once is no fault of anybody: try again."""

import sqlite3

import pytest
from django.db import OperationalError

from tradepost.kit.interruptions import is_busy


class Deadlock(Exception):
    sqlstate = "40P01"


class NoSuchHost(Exception):
    sqlstate = "08006"


def failure(words: str, cause: Exception) -> OperationalError:
    error = OperationalError(*cause.args, words)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "busy"),
    [
        (failure("database is locked", sqlite3.OperationalError()), True),
        (failure("deadlock detected", Deadlock()), True),
        (failure("Lock wait timeout exceeded", Exception(1205)), True),
        (failure("Deadlock found", Exception(1213)), True),
        (failure("disk I/O error", sqlite3.OperationalError()), False),
        (failure("connection failed", NoSuchHost()), False),
        (failure("Too many connections", Exception(1040)), False),
    ],
    ids=["locked", "deadlock", "waited", "lost", "disk", "connection", "connections"],
)
def test_only_what_another_try_may_mend_is_busy(error, busy):
    assert is_busy(error) is busy


def test_a_busy_database_is_503_with_a_time_to_come_back(forgiving, db, monkeypatch):
    from tradepost.kit.http import pagination

    def fail(*arguments: object, **options: object) -> None:
        raise failure("database is locked", sqlite3.OperationalError())

    monkeypatch.setattr(pagination.NumberedOrKeysetPages, "paginate_queryset", fail)

    answer = forgiving().get("/api/v1/store/products/?search=tea")

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "busy"

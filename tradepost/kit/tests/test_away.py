"""A database that has gone is no fault of anybody: another one takes its place, try again."""

import logging
import sqlite3
import sys

import pytest
from django.core import mail
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError, connection

from tradepost.kit.faults import FaultMails
from tradepost.kit.http.hot import middleware
from tradepost.kit.interruptions import is_away
from tradepost.kit.models import Job


class Said(Exception):
    """What a driver raises: PostgreSQL's has a state, or none where the connection is gone."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


class NumberSaid(Exception):
    """What MariaDB's driver raises."""


def failure(kind: type[Exception], cause: Exception) -> Exception:
    error = kind("it failed")
    error.__cause__ = cause
    return error


GONE = failure(OperationalError, Said(None))


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (GONE, True),
        (failure(OperationalError, Said("57P01")), True),
        (failure(OperationalError, Said("08006")), True),
        (failure(InternalError, Said("25006")), True),
        (failure(OperationalError, NumberSaid(2013, "lost")), True),
        (failure(OperationalError, Said("40P01")), False),
        (failure(ProgrammingError, Said("42703")), False),
        (failure(InternalError, Said("XX000")), False),
        (failure(InterfaceError, Said(None)), False),
        (failure(OperationalError, sqlite3.OperationalError("disk I/O error")), False),
        (failure(OperationalError, NumberSaid(1054, "no such column")), False),
        (ConnectionRefusedError(), False),
    ],
    ids=lambda value: value if isinstance(value, bool) else f"{type(value).__name__}",
)
def test_only_what_another_server_may_mend_is_away(error, away):
    assert is_away(error) is away


def fail(*arguments: object, **options: object) -> None:
    raise GONE


def test_an_api_without_its_database_is_503_with_a_time_to_come_back(forgiving, db, monkeypatch):
    monkeypatch.setattr("tradepost.store.api.carts.create_cart", fail)

    answer = forgiving().post("/api/v1/store/carts/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["code"] == "away"


def test_a_middleware_without_its_database_is_503_too(forgiving, db, monkeypatch):
    monkeypatch.setattr(middleware, "look_at", fail)

    answer = forgiving().get("/api/v1/store/products/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["code"] == "away"


def test_people_see_a_page_that_asks_for_patience(client, db, monkeypatch):
    monkeypatch.setattr("tradepost.core.views.home.home_facts", fail)

    answer = client.get("/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "Back in a moment" in answer.content.decode()


def test_the_admins_hear_of_crashes_and_not_of_a_database_that_is_away(db, settings):
    settings.ADMINS = ["root@example.com"]
    handler = FaultMails()

    for error in (GONE, ValueError("a crash")):
        try:
            raise error
        except Exception:  # noqa: BLE001 - as Django's handler does
            handler.emit(logging.makeLogRecord({"msg": "x", "exc_info": sys.exc_info()}))

    [job] = Job.objects.filter(name="kit.report_trouble")
    assert "ValueError" in str(job.arguments["facts"])
    assert mail.outbox == []


def test_a_database_that_takes_no_writes_is_not_ready(client, db):
    if connection.vendor != "postgresql":
        pytest.skip("a standby is PostgreSQL's")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "the database is read only"})

"""Statements that take long are logged, without what belongs to people."""

import logging

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.utils import DatabaseError

from tradepost.kit import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(caplog, settings) -> pytest.LogCaptureFixture:
    """Every statement is a slow one."""
    settings.SLOW_QUERY_MS = 0.000001
    caplog.set_level(logging.WARNING, logger="tradepost.statements")
    return caplog


def find(address: str) -> int:
    return get_user_model().objects.filter(email=address).count()


def test_a_slow_statement_is_logged_with_places_for_its_values(slow) -> None:
    find("walter@example.com")

    [record] = slow.records
    assert record.msg["event"] == "query.slow"
    assert record.msg["database"] == "default"
    assert "accounts_user" in record.msg["sql"]
    assert "%s" in record.msg["sql"]
    assert "walter" not in str(record.msg)


def test_one_that_fails_is_logged_too(slow) -> None:
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT %s FROM nowhere", ["walter"])

    [record] = slow.records
    assert record.msg["sql"] == "SELECT %s FROM nowhere"


def test_a_long_statement_is_cut(slow) -> None:
    get_user_model().objects.filter(username__in=[str(n) for n in range(900)]).count()

    [record] = slow.records
    assert len(record.msg["sql"]) == statements.LONGEST_TEXT + 1


@pytest.mark.parametrize("limit", [0, 600_000])
def test_others_are_not_logged(slow, settings, limit) -> None:
    settings.SLOW_QUERY_MS = limit

    find("walter@example.com")

    assert slow.records == []


def test_connections_that_are_opened_are_watched_once() -> None:
    fresh = connection.copy()
    statements._watch(None, fresh)
    statements._watch(None, fresh)

    assert fresh.execute_wrappers.count(statements._send) == 1

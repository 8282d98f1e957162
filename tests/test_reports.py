"""Faults, as Sentry receives them."""

import json
import logging
from collections.abc import Iterator

import pytest
import sentry_sdk
import structlog
from django.core.signals import got_request_exception

from tests.receivers import receiver
from tradepost.accounts.api import AccountViewSet
from tradepost.kit.reports import report_faults

SAID = "walter@example.com"


class Sentry:
    """Has what a server told it."""

    def __init__(self, received) -> None:
        self.received = received

    def text(self) -> str:
        sentry_sdk.flush(5)
        return "".join(body.decode() for _, body in self.received)

    def events(self) -> list[dict]:
        lines = [json.loads(line) for line in self.text().splitlines() if line]
        return [line for line in lines if "event_id" in line and "level" in line]


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with receiver() as (address, received):
        report_faults(f"http://key@{address}/1")
        yield Sentry(received)
        sentry_sdk.init()
        got_request_exception.disconnect(dispatch_uid="tradepost.reports")


@pytest.fixture
def crash(monkeypatch) -> None:
    """The view of one's own account breaks, with words that quote somebody."""

    def broken(self, request, *args, **kwargs):
        password = "a-long-Secret-1"
        raise ValueError(f"Key (email)=({SAID}) and {password} exist already")

    monkeypatch.setattr(AccountViewSet, "me", broken)


@pytest.mark.django_db
def test_a_crash_is_told_by_its_route_and_nothing_about_people(sentry, crash, api, ann):
    client = api(ann)
    client.raise_request_exception = False
    answer = client.get(f"/api/v1/auth/users/me/?of={SAID}", headers={"User-Agent": "Wren/77"})

    [event] = sentry.events()
    [exception] = event["exception"]["values"]
    assert answer.status_code == 500
    assert (exception["type"], exception.get("value")) == ("ValueError", None)
    assert exception["stacktrace"]["frames"][-1]["function"] == "broken"
    assert event["tags"]["route"] == "api/v1/auth/users/me/$"
    assert event["tags"]["request_id"]
    told = sentry.text()
    secrets = [SAID, "a-long-Secret-1", "Wren/77", "exist already", ann.email, str(ann.pk)]
    assert [secret for secret in secrets if secret in told] == []


def test_an_error_in_the_log_is_told_by_its_name(sentry):
    structlog.get_logger("tradepost.shop").error("till.stuck", customer=SAID)

    [event] = sentry.events()
    assert (event["message"], event["level"]) == ("till.stuck", "error")
    assert SAID not in sentry.text()


def test_one_in_words_is_told_by_its_logger_alone(sentry):
    logging.getLogger("some.library").error("no mailbox for %s", SAID)

    [event] = sentry.events()
    assert event["message"] == "error of some.library"
    assert SAID not in sentry.text()


def test_what_is_no_error_is_not_told(sentry):
    structlog.get_logger("tradepost.shop").warning("till.slow")

    assert sentry.events() == []

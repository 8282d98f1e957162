"""Who gets into the socket, and until when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import Session
from tradepost.feed.actions.tickets import issue_ticket
from tradepost.feed.models import Ticket
from tradepost.feed.tests.live import Live, cookie_of, happen, numbers, session_of, ticket_of

NOT_KNOWN = {
    "type": "closing", "code": 4401, "reason": "not signed in", "retry_after_seconds": None,
}  # fmt: skip
SIGNED_OUT = {**NOT_KNOWN, "reason": "signed out"}
ANOTHER_ORIGIN = {**NOT_KNOWN, "code": 4403, "reason": "another origin"}


def open_page(live: Live, key: str, *, origin: str | None):
    """Open a socket as the script of a page does."""
    client = live.connect(additional_headers=cookie_of(key), origin=origin)
    client.say("hello")
    return client


def test_a_page_of_the_site_gets_in_by_its_session(live, ann) -> None:
    client = open_page(live, session_of(ann), origin=f"http://{live.host}")

    assert client.hear("welcome")["user"] == str(ann.pk)


def test_who_is_no_browser_gets_in_by_a_session(live, ann) -> None:
    client = open_page(live, session_of(ann), origin=None)

    assert client.hear("welcome")["user"] == str(ann.pk)


def test_a_trusted_origin_gets_in_by_a_session(live, ann, settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example.com"]

    client = open_page(live, session_of(ann), origin="https://app.example.com")

    assert client.hear("welcome")["user"] == str(ann.pk)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example.com",
        "http://{host}.evil.example.com",
        "http://evil@{host}",
        "https://{host}",
        "http://127.0.0.1",
        "null",
        "file://",
        "http://[",
        "{host}",
        "",
    ],
)
def test_a_page_of_another_origin_does_not_get_in(live, ann, origin) -> None:
    client = open_page(live, session_of(ann), origin=origin.format(host=live.host))

    assert client.ends() == (4403, ANOTHER_ORIGIN)


def test_a_page_of_another_origin_gets_in_by_a_ticket(live, ann) -> None:
    client = live.connect(origin="http://evil.example.com")
    client.say("hello", ticket=ticket_of(ann))

    assert client.hear("welcome")["user"] == str(ann.pk)


def test_without_cookie_or_ticket_nobody_gets_in(live, db) -> None:
    client = live.connect()
    client.say("hello")

    assert client.ends() == (4401, NOT_KNOWN)


@pytest.mark.parametrize("key", ["", "garbage", "x" * 32])
def test_a_made_up_session_does_not_get_in(live, ann, key) -> None:
    client = open_page(live, key, origin=None)

    assert client.ends() == (4401, NOT_KNOWN)


def test_an_old_session_does_not_get_in(live, ann) -> None:
    key = session_of(ann)
    Session.objects.update(expire_date=timezone.now())

    assert open_page(live, key, origin=None).ends() == (4401, NOT_KNOWN)


def test_the_session_of_a_closed_account_does_not_get_in(live, ann) -> None:
    key = session_of(ann)
    close_account(user=ann)

    assert open_page(live, key, origin=None).ends() == (4401, NOT_KNOWN)


@pytest.mark.parametrize("ticket", ["garbage", "", 1, ["a"], {"a": 1}, True, "\0", "é"])
def test_garbage_is_no_ticket(live, ann, ticket) -> None:
    ticket_of(ann)
    client = live.connect()
    client.say("hello", ticket=ticket)

    assert client.ends() == (4401, NOT_KNOWN)
    assert Ticket.objects.count() == 1


def test_a_ticket_opens_one_socket(live, ann) -> None:
    ticket = ticket_of(ann)
    first, second = live.connect(), live.connect()
    first.say("hello", ticket=ticket)
    first.hear("welcome")

    second.say("hello", ticket=ticket)

    assert second.ends() == (4401, NOT_KNOWN)


def test_an_old_ticket_opens_none(live, ann) -> None:
    ticket, _ = issue_ticket(user=ann, now=timezone.now() - timedelta(minutes=1))
    client = live.connect()
    client.say("hello", ticket=ticket)

    assert client.ends() == (4401, NOT_KNOWN)


def test_the_ticket_of_a_closed_account_opens_none(live, ann) -> None:
    ticket = ticket_of(ann)
    ann.is_active = False
    ann.save()
    client = live.connect()
    client.say("hello", ticket=ticket)

    assert client.ends() == (4401, NOT_KNOWN)


def test_a_bad_ticket_is_not_helped_by_a_session(live, ann) -> None:
    client = live.connect(additional_headers=cookie_of(session_of(ann)))
    client.say("hello", ticket="garbage")

    assert client.ends() == (4401, NOT_KNOWN)


# --- The end ---------------------------------------------------------------------------------


def test_signing_out_ends_the_sockets_of_the_session(quick, live, ann) -> None:
    key, other = session_of(ann), session_of(ann)
    page, another_page = (open_page(live, one, origin=None) for one in (key, other))
    by_ticket = live.enter(ann)
    page.hear("welcome"), another_page.hear("welcome")

    Session.objects.filter(pk=key).delete()

    assert page.ends() == (4401, SIGNED_OUT)
    happen(ann)
    assert [numbers(one.rows(1)) for one in (another_page, by_ticket)] == [[1], [1]]


def test_a_new_password_ends_all_sockets(quick, live, ann, bob) -> None:
    page, by_ticket = open_page(live, session_of(ann), origin=None), live.enter(ann)
    of_bob = live.enter(bob)
    page.hear("welcome")

    ann.set_password("another-horse")
    ann.save()

    assert page.ends() == (4401, SIGNED_OUT)
    assert by_ticket.ends() == (4401, SIGNED_OUT)
    happen(bob)
    assert numbers(of_bob.rows(1)) == [1]


def test_a_closed_account_ends_all_sockets(quick, live, ann) -> None:
    page, by_ticket = open_page(live, session_of(ann), origin=None), live.enter(ann)
    page.hear("welcome")

    close_account(user=ann)

    assert page.ends()[0] == 4401
    assert by_ticket.ends()[0] == 4401


def test_a_session_that_has_run_out_ends_its_socket(quick, live, ann) -> None:
    page = open_page(live, session_of(ann), origin=None)
    page.hear("welcome")

    Session.objects.update(expire_date=timezone.now())

    assert page.ends() == (4401, SIGNED_OUT)

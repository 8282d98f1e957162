"""Tickets let somebody with a token into the socket, once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from tradepost.feed.actions.tickets import (
    TICKET_SECONDS,
    drop_old_tickets,
    issue_ticket,
    redeem_ticket,
)
from tradepost.feed.errors import BadTicket
from tradepost.feed.models import Ticket
from tradepost.feed.tasks import drop_tickets
from tradepost.feed.tests.live import at_once, ticket_of

TICKET = "/api/v1/feed/ticket/"


def test_a_ticket_says_until_when_it_is_good(api, ann) -> None:
    before = timezone.now()

    answer = api(ann).post(TICKET)

    assert answer.status_code == 201
    assert sorted(answer.json()) == ["expires_at", "ticket"]
    assert len(answer.json()["ticket"]) == 43
    assert answer["Cache-Control"] == "no-store"
    left = Ticket.objects.get().expires_at - before
    assert timedelta(seconds=60) <= left < timedelta(seconds=70)


def test_each_call_gives_another_ticket(api, ann) -> None:
    client = api(ann)

    tickets = {client.post(TICKET, headers={"Idempotency-Key": "k"}).json()["ticket"] for _ in "ab"}

    assert len(tickets) == 2


def test_visitors_get_no_ticket(api, db) -> None:
    assert api().post(TICKET).status_code == 401
    assert not Ticket.objects.exists()


def test_a_ticket_is_whose_it_was_given_to(ann, bob) -> None:
    ticket_of(bob)

    assert redeem_ticket(ticket=ticket_of(ann), now=timezone.now()) == ann.pk


def test_a_ticket_works_once(ann) -> None:
    ticket = ticket_of(ann)
    redeem_ticket(ticket=ticket, now=timezone.now())

    with pytest.raises(BadTicket):
        redeem_ticket(ticket=ticket, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_with_one_ticket_one_gets_in(ann) -> None:
    for _ in range(5):
        redeem = partial(redeem_ticket, ticket=ticket_of(ann), now=timezone.now())

        outcomes = at_once(*[redeem] * 4)

        assert sorted(map(type, outcomes), key=str) == [*[BadTicket] * 3, type(ann.pk)]


@pytest.mark.parametrize(("late", "is_good"), [(-1, True), (0, False), (1, False)])
def test_a_ticket_is_good_for_a_minute(ann, late, is_good) -> None:
    now = timezone.now()
    ticket, expires_at = issue_ticket(user=ann, now=now)
    assert expires_at == now + timedelta(seconds=TICKET_SECONDS)

    outcome = outcome_of(ticket=ticket, now=expires_at + timedelta(microseconds=late))

    assert outcome == (ann.pk if is_good else BadTicket)


def outcome_of(**asked):
    try:
        return redeem_ticket(**asked)
    except BadTicket:
        return BadTicket


@pytest.mark.parametrize("ticket", ["", "garbage", "'; --", "x" * 60_000, "\0", "é"])
def test_garbage_is_nobodys_ticket(ann, ticket) -> None:
    ticket_of(ann)

    with pytest.raises(BadTicket):
        redeem_ticket(ticket=ticket, now=timezone.now())

    assert Ticket.objects.count() == 1


def test_the_database_does_not_know_a_ticket(ann) -> None:
    ticket = ticket_of(ann)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM feed_ticket")
        [row] = cursor.fetchall()
    assert ticket not in str(row)
    assert Ticket.objects.filter(digest=ticket).count() == 0


def test_old_tickets_are_swept(ann, bob) -> None:
    now = timezone.now()
    issue_ticket(user=ann, now=now - timedelta(seconds=TICKET_SECONDS))
    issue_ticket(user=bob, now=now - timedelta(seconds=TICKET_SECONDS - 1))

    assert drop_old_tickets(now=now) == 1

    assert [one.user for one in Ticket.objects.all()] == [bob]


def test_the_sweeping_is_a_job(ann) -> None:
    issue_ticket(user=ann, now=timezone.now() - timedelta(minutes=2))

    drop_tickets()

    assert not Ticket.objects.exists()

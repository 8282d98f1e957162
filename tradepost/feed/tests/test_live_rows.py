"""What a socket sends is what ``GET feed/`` answers, from wherever a client was."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tradepost.feed.actions.publishing import publish
from tradepost.feed.actions.trimming import trim_feeds
from tradepost.feed.consumers import follower, hub
from tradepost.feed.consumers.credentials import Credential, by_ticket, find_ended
from tradepost.feed.models import FeedHead, Pointer
from tradepost.feed.queries import read_ends, read_feed, read_grown
from tradepost.feed.tests.live import (
    at_once,
    happen,
    numbers,
    session_of,
    ticket_of,
)
from tradepost.kit.transactions import unit_of_work


def test_a_welcome_says_who_where_and_how(live, ann) -> None:
    happen(ann, times=3)

    welcome = live.enter(ann).welcome

    assert 0 < welcome.pop("retry_after_seconds") <= 3
    assert welcome == {
        "type": "welcome", "user": str(ann.pk), "epoch": str(ann.pk), "seq": 3, "beat_seconds": 25,
    }  # fmt: skip


def test_without_a_cursor_a_socket_begins_at_the_end(live, ann) -> None:
    happen(ann, times=3)
    client = live.enter(ann)

    happen(ann)

    assert numbers(client.rows(1)) == [4]


@pytest.mark.parametrize(("seq", "rest"), [(0, [1, 2, 3]), (1, [2, 3]), (2, [3])])
def test_a_socket_begins_at_the_clients_cursor(live, ann, seq, rest) -> None:
    happen(ann, times=3)

    client = live.enter(ann, seq=seq, epoch=str(ann.pk))

    assert numbers(client.rows(len(rest))) == rest


def test_at_the_end_there_is_nothing_to_send(live, ann) -> None:
    happen(ann, times=3)

    client = live.enter(ann, seq=3, epoch=str(ann.pk))

    assert client.hears_no("feed")


def test_a_page_is_what_asking_answers(live, ann) -> None:
    happen(ann, times=2)
    with unit_of_work():
        facts = {"thing": str(uuid4()), "text": "é\u2028<", "count": -1, "yes": True}
        publish(kind="test.facts", user_ids=[ann.pk], data={**facts, "nothing": None})

    page = live.enter(ann, seq=0).hear("feed")

    assert page == {"type": "feed", **live.ask(ann, after=0)}


def test_live_rows_are_what_asking_answers(live, ann) -> None:
    client = live.enter(ann)
    live.settle(ann)
    with unit_of_work():
        facts = {"thing": str(uuid4()), "text": "é\u2028<", "count": -1, "yes": True}
        publish(kind="test.facts", user_ids=[ann.pk], data={**facts, "nothing": None})

    page = client.hear("feed")

    assert page == {"type": "feed", **live.ask(ann, after=0)}


@pytest.mark.parametrize(
    "hello",
    [{"seq": 4}, {"seq": 2**63 - 1}, {"seq": 3, "epoch": str(uuid4())}, {"epoch": str(uuid4())}],
    ids=["ahead", "far ahead", "another epoch", "another epoch without a place"],
)
def test_an_unknown_place_is_reset(live, ann, hello) -> None:
    happen(ann, times=3)

    page = live.enter(ann, **hello).hear("feed")

    assert page == {
        "type": "feed", "epoch": str(ann.pk), "seq": 3, "reset": True, "more": False, "results": [],
    }  # fmt: skip


def test_a_trimmed_place_is_reset(live, ann) -> None:
    happen(ann, times=3)
    trim_feeds(before=timezone.now() + timedelta(days=1), limit=10)

    page = live.enter(ann, seq=1).hear("feed")

    assert (page["reset"], page["seq"], page["results"]) == (True, 3, [])


def test_after_a_reset_rows_go_on(live, ann) -> None:
    happen(ann, times=3)
    client = live.enter(ann, seq=9)
    client.hear("feed")

    happen(ann)

    assert numbers(client.rows(1)) == [4]


def test_many_rows_come_as_pages(live, ann) -> None:
    happen(ann, times=450)
    client = live.enter(ann, seq=0)

    pages = [client.hear("feed") for _ in range(3)]

    assert [(len(page["results"]), page["seq"], page["more"]) for page in pages] == [
        (200, 200, True), (200, 400, True), (50, 450, False),
    ]  # fmt: skip
    rows = [row for page in pages for row in page["results"]]
    assert numbers(rows) == list(range(1, 451))


def test_many_rows_at_once_come_to_a_client_that_takes_them(live, ann) -> None:
    client = live.enter(ann)
    live.settle(ann)

    happen(ann, times=450)

    assert numbers(client.rows(450)) == list(range(1, 451))


def test_nobody_gets_the_rows_of_somebody_else(live, ann, bob) -> None:
    of_ann, of_bob = live.enter(ann), live.enter(bob)

    for number in range(1, 41):
        happen((ann, bob)[number % 2], number=number)

    assert [row["data"]["number"] for row in of_ann.rows(20)] == list(range(2, 41, 2))
    assert [row["data"]["number"] for row in of_bob.rows(20)] == list(range(1, 41, 2))
    assert of_ann.hears_no("feed")
    assert of_bob.hears_no("feed")


def test_all_sockets_of_a_user_get_each_row(live, ann) -> None:
    clients = [live.enter(ann) for _ in range(3)]

    happen(ann, times=5)

    assert [numbers(client.rows(5)) for client in clients] == [[1, 2, 3, 4, 5]] * 3


def test_rows_follow_without_a_gap_while_writers_write_and_the_client_comes_and_goes(
    live, ann
) -> None:
    writers, each = 4, 40

    def write() -> None:
        for number in range(each):
            happen(ann, number=number)

    def follow() -> list[int]:
        seen: list[int] = []
        while len(seen) < writers * each:
            with live.enter(ann, seq=len(seen), epoch=str(ann.pk)) as client:
                seen += numbers(client.rows(min(7, writers * each - len(seen))))
        return seen

    *_, first, second = at_once(*[write] * writers, follow, follow)

    assert first == second == list(range(1, writers * each + 1))


def test_a_feed_that_was_put_back_is_reset_on_every_socket(quick, live, ann) -> None:
    happen(ann, times=3)
    clients = [live.enter(ann), live.enter(ann)]
    live.settle(ann)

    Pointer.objects.filter(seq__gt=1).delete()
    FeedHead.objects.update(seq=1)

    pages = [client.hear("feed") for client in clients]
    assert [(page["reset"], page["seq"]) for page in pages] == [(True, 1)] * 2


def test_a_feed_that_was_put_back_is_not_read_all_the_time(live, ann, monkeypatch) -> None:
    """Until the next look at the epochs the hub has seen more than there is."""
    happen(ann, times=3)
    live.enter(ann)
    live.settle(ann)
    readings = []

    def read(**asked):
        readings.append(asked["after"])
        return read_feed(**asked)

    Pointer.objects.filter(seq__gt=1).delete()
    FeedHead.objects.update(seq=1)
    monkeypatch.setattr(follower, "read_feed", read)
    live.enter(ann)
    time.sleep(0.5)

    assert 1 <= len(readings) <= 12


def test_a_feed_of_another_epoch_is_reset(quick, live, ann) -> None:
    happen(ann, times=3)
    client = live.enter(ann)
    live.settle(ann)
    epoch = uuid4()

    FeedHead.objects.update(epoch=epoch)

    page = client.hear("feed")
    assert (page["reset"], page["seq"], page["epoch"]) == (True, 3, str(epoch))


# --- What it costs ---------------------------------------------------------------------------


def test_what_a_hundred_people_get_is_read_in_one_query(
    db, django_user_model, django_assert_num_queries
) -> None:
    people = django_user_model.objects.bulk_create(
        django_user_model(username=f"u{n}", email=f"u{n}@example.com") for n in range(100)
    )
    happen(*people)

    # the rows of all; on MariaDB those of each
    with django_assert_num_queries(100 if connection.vendor == "mysql" else 1):
        grown, more = read_grown(after={one.pk.hex: 0 for one in people})

    assert {user: [one.seq for one in rows] for user, rows in grown.items()} == {
        one.pk.hex: [1] for one in people
    }
    assert not more


def test_one_reading_serves_all_who_are_connected(live, ann, bob, charlie, monkeypatch) -> None:
    people = [ann, bob, charlie]
    clients = [live.enter(one) for one in people for _ in range(3)]
    live.settle(*people)
    readings = []

    def read(**asked):
        readings.append(asked["after"])
        return read_grown(**asked)

    monkeypatch.setattr(hub, "read_grown", read)
    monkeypatch.setattr("django.conf.settings.FEED_POLL_SECONDS", 0)
    happen(*people)

    assert [numbers(client.rows(1)) for client in clients] == [[1]] * 9
    assert [one for one in readings if len(one) == 3] == readings[:1]


def test_signing_in_and_resuming_are_few_queries(ann, django_assert_num_queries) -> None:
    happen(ann, times=3)
    ticket = ticket_of(ann)

    # a transaction with: whose ticket it is, using it up, the end of it; then the account
    with django_assert_num_queries(5):
        credential = by_ticket(ticket=ticket, now=timezone.now())
    with django_assert_num_queries(1):  # the end of the feed
        read_ends(user_ids=[ann.pk])
    with django_assert_num_queries(2):  # the head, the rows
        read_feed(user=ann, after=0)
    of_a_session = Credential(ann.pk, ann.password, session_of(ann))
    with django_assert_num_queries(2):  # passwords, sessions
        assert find_ended(credentials=[credential, of_a_session]) == set()

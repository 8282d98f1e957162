from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from tradepost.feed import tasks
from tradepost.feed.actions.publishing import publish
from tradepost.feed.actions.trimming import trim_feeds
from tradepost.feed.models import Event, FeedHead, Pointer
from tradepost.feed.queries import read_feed
from tradepost.kit.transactions import unit_of_work

DAY = timedelta(days=1)


@pytest.fixture
def happened():
    """``happened(ann, days=31)``: something happened to ann 31 days ago."""

    def happened(*users, days: int) -> None:
        with unit_of_work():
            publish(kind="test", user_ids=[user.pk for user in users], data={"number": days})
        event = Event.objects.latest("pk")
        Event.objects.filter(pk=event.pk).update(created_at=timezone.now() - days * DAY)

    return happened


def kept_of(user) -> list[int]:
    return list(Pointer.objects.visible_to(user).order_by("seq").values_list("seq", flat=True))


def test_what_is_old_is_forgotten_and_what_is_not_stays(ann, bob, happened) -> None:
    happened(ann, bob, days=31)
    happened(ann, days=31)
    happened(ann, bob, days=29)

    tasks.trim_feeds()

    assert (kept_of(ann), kept_of(bob)) == ([3], [2])
    assert Event.objects.count() == 1
    assert [head.kept_after for head in FeedHead.objects.order_by("user__username")] == [2, 1]


def test_how_long_things_are_kept_is_a_setting(ann, happened, settings) -> None:
    settings.KEEP_FEED_DAYS = 5
    happened(ann, days=6)
    happened(ann, days=4)

    tasks.trim_feeds()

    assert kept_of(ann) == [2]


def test_who_was_away_for_too_long_starts_afresh(api, ann, happened) -> None:
    happened(ann, days=31)
    happened(ann, days=31)
    happened(ann, days=1)

    tasks.trim_feeds()

    late = api(ann).get("/api/v1/feed/", {"after": 1}).json()
    assert (late["reset"], late["seq"], late["results"]) == (True, 3, [])
    just_in_time = api(ann).get("/api/v1/feed/", {"after": 2}).json()
    assert (just_in_time["reset"], [row["seq"] for row in just_in_time["results"]]) == (False, [3])


def test_a_feed_of_which_nothing_is_kept_goes_on_where_it_was(ann, happened) -> None:
    happened(ann, days=31)
    tasks.trim_feeds()

    happened(ann, days=0)

    assert kept_of(ann) == [2]
    assert read_feed(user=ann, after=1).rows[0][0] == 2


def test_trimming_goes_on_where_it_stopped(ann, happened) -> None:
    for _ in range(5):
        happened(ann, days=31)
    before = timezone.now() - 30 * DAY

    forgotten = [trim_feeds(before=before, limit=2) for _ in range(4)]

    assert forgotten == [2, 2, 1, 0]
    assert kept_of(ann) == []


def test_a_run_is_bounded(ann, happened, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "MOST_PORTIONS", 0)
    happened(ann, days=31)

    tasks.trim_feeds()

    assert kept_of(ann) == [1]


def test_what_is_trimmed_while_somebody_reads_is_no_silent_gap(ann, happened) -> None:
    """The counter was read before, the events after the trimming."""
    happened(ann, days=31)
    happened(ann, days=1)
    tasks.trim_feeds()
    FeedHead.objects.update(kept_after=0)

    page = read_feed(user=ann, after=0)

    assert (page.reset, page.seq, page.rows) == (True, 2, [])


def test_an_event_that_points_to_nobody_any_more_is_forgotten_too(ann, bob, happened) -> None:
    happened(bob, days=31)
    Pointer.objects.all().delete()

    tasks.trim_feeds()

    assert Event.objects.count() == 0


def test_the_queries_of_trimming_do_not_grow_with_events(
    ann, bob, happened, django_assert_num_queries
) -> None:
    for _ in range(6):
        happened(ann, bob, days=31)

    # begin, the oldest, their people, the counters (locked, moved), events, pointers and events
    # deleted, end
    with django_assert_num_queries(9):
        trim_feeds(before=timezone.now() - 30 * DAY)


@pytest.mark.django_db(transaction=True)
def test_trimming_beside_publishers_leaves_no_gap(ann, bob) -> None:
    turns, gate = range(10), Barrier(3)

    def publish_some(*people) -> None:
        gate.wait()
        try:
            for turn in turns:
                with unit_of_work():
                    ids = [user.pk for user in people]
                    publish(kind="test", user_ids=ids, data={"number": turn})
        finally:
            connection.close()

    def trim_some() -> None:
        gate.wait()
        try:
            for _ in turns:
                trim_feeds(before=timezone.now(), limit=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        deeds = [pool.submit(publish_some, ann, bob), pool.submit(publish_some, bob, ann)]
        deeds.append(pool.submit(trim_some))
        for deed in deeds:
            deed.result()

    for head in FeedHead.objects.select_related("user"):
        rows = read_feed(user=head.user, after=head.kept_after).rows
        assert head.seq == 2 * len(turns)
        assert [row[0] for row in rows] == list(range(head.kept_after + 1, head.seq + 1))

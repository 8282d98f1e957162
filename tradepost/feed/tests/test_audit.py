"""The audit of the feeds names what somebody broke past all guards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tradepost.feed.actions.publishing import publish
from tradepost.feed.actions.trimming import trim_feeds
from tradepost.feed.models import FeedHead
from tradepost.kit.audit import find_faults
from tradepost.kit.tests.audits import breaking
from tradepost.kit.transactions import unit_of_work

HEAD, POINTER = "feed_feedhead", "feed_pointer"


@pytest.fixture
def feeds(ann, bob):
    """Two feeds with three events each, of which the first is forgotten."""
    for number in range(3):
        with unit_of_work():
            publish(kind="test", user_ids=[ann.pk, bob.pk], data={"number": number})
    trim_feeds(before=timezone.now() + timedelta(seconds=1), limit=1)
    return FeedHead.objects.order_by("pk")


BREACHES = {
    "a gap": ("feed.order", POINTER, f"DELETE FROM {POINTER} WHERE seq = 2"),
    "the head is behind": ("feed.order", HEAD, f"UPDATE {HEAD} SET seq = 2"),
    "the head is ahead": ("feed.order", HEAD, f"UPDATE {HEAD} SET seq = 4"),
    "what was forgotten is there": ("feed.order", HEAD, f"UPDATE {HEAD} SET kept_after = 2"),
    "what is there was not kept": ("feed.order", HEAD, f"UPDATE {HEAD} SET kept_after = 0"),
    "a number is there twice": ("feed.order", POINTER, f"UPDATE {POINTER} SET seq = 3"),
    "a feed has no head": ("feed.order", HEAD, f"DELETE FROM {HEAD}"),
    "an event came twice": (
        "feed.once", POINTER,
        f"UPDATE {POINTER} SET event_id = (SELECT MAX(id) FROM feed_event)",
    ),
    "an event is lost": ("feed.once", "feed_event", "DELETE FROM feed_event"),
}  # fmt: skip


def test_what_is_published_and_forgotten_keeps_everything(feeds):
    assert [(head.kept_after, head.seq) for head in feeds] == [(1, 3), (1, 3)]
    assert find_faults() == []


@pytest.mark.parametrize(("name", "table", "sql"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named(feeds, ann, name, table, sql):
    with breaking() as break_rows:
        break_rows(table, sql)

        faults = find_faults([name])

    assert any(f"{name}: feed of {ann.pk}:" in fault for fault in faults), faults

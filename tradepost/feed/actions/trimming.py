"""Forgetting what is old."""

from datetime import datetime

from django.db.models import Max

from tradepost.feed.models import Event, FeedHead, Pointer
from tradepost.kit.transactions import atomic

MOST_EVENTS = 200  # in one transaction: their people's counters are locked until it ends
MOST_HEADS = 250  # in one update


@atomic
def trim_feeds(*, before: datetime, limit: int = MOST_EVENTS) -> int:
    """Forget at most ``limit`` of the oldest events, if they happened before that moment, and
    return how many; a client that has not seen them is told to start afresh."""
    events = _list_oldest(before, limit)
    pointers = Pointer.objects.filter(event__in=events)
    last_seq = dict(pointers.values_list("user").annotate(Max("seq")))
    heads = FeedHead.objects.select_for_update().filter(pk__in=pointers.values("user"))
    moved = list(heads.order_by("pk"))
    for head in moved:
        head.kept_after = max(head.kept_after, last_seq[head.pk])
    FeedHead.objects.bulk_update(moved, ["kept_after"], batch_size=MOST_HEADS)
    Event.objects.filter(pk__in=events).delete()  # with the pointers to them
    return len(events)


def _list_oldest(before: datetime, limit: int) -> list[int]:
    """Ids follow time closely enough: who asks by them needs no index of times, and what is a
    moment older than an event before it is forgotten a moment later."""
    oldest = Event.objects.order_by("pk").values_list("pk", "created_at")[:limit]
    return [pk for pk, created_at in oldest if created_at < before]

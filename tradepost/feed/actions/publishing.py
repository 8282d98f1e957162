"""Writing to the log."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, PositiveBigIntegerField, Value, When

from tradepost.feed.models import Event, FeedHead, Pointer, first_epoch
from tradepost.kit.transactions import before_commit

LAST_BUT_FOR_STAMPS = 10
Fact = str | int | bool | None


@dataclass(frozen=True)
class Announcement:
    """An event and the people it is for."""

    kind: str
    user_ids: frozenset[UUID]
    data: Mapping[str, Fact]


def publish(*, kind: str, user_ids: Collection[UUID], data: Mapping[str, Fact]) -> None:
    """Add an event to the feeds of these users, in the transaction of the deed.

    ``data`` is for ids and numbers: a client asks for the rest, with its rights of that moment.
    """
    if user_ids:
        announcement = Announcement(kind, frozenset(user_ids), data)
        before_commit(_write, announcement, order=LAST_BUT_FOR_STAMPS)


def _write(announcements: list[Announcement]) -> None:
    """Write all events of a transaction at its end, the counters locked once, in one order."""
    counts = Counter(user_id for a in announcements for user_id in a.user_ids)
    next_seq = {head.user_id: head.seq + 1 for head in _lock_heads(set(counts))}
    events = Event.objects.bulk_create([Event(kind=a.kind, data=a.data) for a in announcements])
    pointers = []
    for event, announcement in zip(events, announcements, strict=True):
        for user_id in announcement.user_ids:
            pointers.append(Pointer(user_id=user_id, seq=next_seq[user_id], event=event))
            next_seq[user_id] += 1
    Pointer.objects.bulk_create(pointers)
    _move_heads(counts)


def _lock_heads(user_ids: set[UUID]) -> list[FeedHead]:
    rows = FeedHead.objects.select_for_update().filter(user_id__in=user_ids).order_by("user_id")
    heads = list(rows)
    if len(heads) < len(user_ids):
        missing = sorted(user_ids - {head.user_id for head in heads})
        FeedHead.objects.bulk_create(
            [FeedHead(user_id=user_id, epoch=first_epoch(user_id)) for user_id in missing],
            ignore_conflicts=True,
        )
        heads = list(rows.all())
    return heads


def _move_heads(counts: Mapping[UUID, int]) -> None:
    users_by_count = defaultdict(list)
    for user_id, count in counts.items():
        users_by_count[count].append(user_id)
    gain = Case(
        *(When(user_id__in=ids, then=Value(count)) for count, ids in users_by_count.items()),
        output_field=PositiveBigIntegerField(),
    )
    FeedHead.objects.filter(user_id__in=counts).update(seq=F("seq") + gain)

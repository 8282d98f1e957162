"""Writing to the log."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tradepost.feed.models import Event, FeedHead, Pointer, first_epoch
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import before_commit

LAST_BUT_FOR_STAMPS = 10
MOVE_HEADS = """
    INSERT INTO feed_feedhead (user_id, epoch, seq, kept_after) VALUES {places}
    ON CONFLICT (user_id) DO UPDATE SET seq = feed_feedhead.seq + excluded.seq
    RETURNING user_id, seq
"""
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
    """Write all events of a transaction at its end, the counters moved once, in one order."""
    counts = Counter(user_id for a in announcements for user_id in a.user_ids)
    last_seq = _move_heads(counts)
    next_seq = {user_id: last_seq[user_id] - count + 1 for user_id, count in counts.items()}
    events = [Event(kind=a.kind, data=a.data) for a in announcements]
    insert(events)
    pointers = []
    for event, announcement in zip(events, announcements, strict=True):
        for user_id in announcement.user_ids:
            pointers.append(Pointer(user_id=user_id, seq=next_seq[user_id], event=event))
            next_seq[user_id] += 1
    insert(pointers)


def _move_heads(counts: Mapping[UUID, int]) -> dict[UUID, int]:
    """Move each user's counter on by its count, in key order, and return where it is then.

    One statement makes a missing counter, locks it, moves it and reads it. Rows are taken in the
    order of the list, so two transactions with common users queue instead of deadlocking.
    """
    columns = [FeedHead._meta.get_field(name) for name in ("user", "epoch", "seq", "kept_after")]
    rows = [(user_id, first_epoch(user_id), counts[user_id], 0) for user_id in sorted(counts)]
    values = [
        column.get_db_prep_save(value, connection)  # type: ignore[union-attr]
        for row in rows
        for column, value in zip(columns, row, strict=True)
    ]
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(MOVE_HEADS.format(places=places), values)
        return {UUID(str(user_id)): seq for user_id, seq in cursor.fetchall()}

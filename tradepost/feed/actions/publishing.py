"""Writing to the log.

An event may be for 250 people, so its pointers never pass through Python: the database counts,
numbers and writes them from lists of ids. Where it has no words for that, rows are written one way
that every database knows.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Case, F, When
from django.utils import timezone

from tradepost.feed import hints
from tradepost.feed.kinds import Fact, check_event
from tradepost.feed.models import Event, FeedHead, Pointer, first_epoch
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import before_commit

LAST_BUT_FOR_STAMPS = 10

# Counters are taken in the order of the users, made where they are missing, and moved; the lock of
# each is held from there to the commit. Two transactions with common users queue, in one order.
MOVE_HEADS = """
    INSERT INTO feed_feedhead (user_id, epoch, seq, kept_after)
    SELECT person, person, count(*), 0 FROM line WHERE true GROUP BY person ORDER BY person
    ON CONFLICT (user_id) DO UPDATE SET seq = feed_feedhead.seq + excluded.seq
"""
# A user's last event has the number of the counter, the one before it one less, and so on.
POINT = """
    INSERT INTO feed_pointer (user_id, seq, event_id)
    SELECT person, head.seq + 1 - row_number() OVER (PARTITION BY person ORDER BY event DESC), event
"""
ON_POSTGRESQL = f"""
    WITH announced (place, kind, data, people) AS (VALUES {{places}}),
    made AS (
        INSERT INTO feed_event (kind, data, created_at)
        SELECT kind, data, %s FROM announced ORDER BY place RETURNING id
    ),
    numbered AS (SELECT id AS event, row_number() OVER (ORDER BY id) AS place FROM made),
    line AS (SELECT place, person FROM announced, unnest(people) AS person),
    head AS ({MOVE_HEADS} RETURNING user_id, seq)
    {POINT} FROM line JOIN numbered USING (place) JOIN head ON head.user_id = person
"""  # noqa: S608 - constants
PLACE_ON_POSTGRESQL = "(%s, %s, %s::jsonb, %s::uuid[])"
LINE_ON_SQLITE = """
    WITH line (event, person) AS (
        SELECT CAST(given.key AS integer), person.value
        FROM json_each(%s) AS given, json_each(given.value) AS person
    )
"""
MOVE_HEADS_ON_SQLITE = f"{LINE_ON_SQLITE} {MOVE_HEADS}"
POINT_ON_SQLITE = f"""
    {LINE_ON_SQLITE} {POINT} FROM line JOIN feed_feedhead AS head ON head.user_id = person
"""


@dataclass(frozen=True)
class Announcement:
    """An event and the people it is for, each by the digits of the id."""

    kind: str
    people: frozenset[str]
    data: Mapping[str, Fact]


def publish(*, kind: str, user_ids: Collection[UUID], data: Mapping[str, Fact]) -> None:
    """Add an event to the feeds of these users, in the transaction of the deed.

    ``data`` is for ids and numbers: a client asks for the rest, with its rights of that moment.
    Raises LookupError for a kind that is not registered, ValueError for other data than it has.
    """
    check_event(kind, data)
    if user_ids:
        announcement = Announcement(kind, frozenset(user.hex for user in user_ids), data)
        before_commit(_write, announcement, order=LAST_BUT_FOR_STAMPS)


def _write(announcements: list[Announcement]) -> None:
    """Write all events of a transaction at its end, each counter moved once; hint after it."""
    people = {person for said in announcements for person in said.people}
    transaction.on_commit(lambda: hints.wake(people))
    if connection.vendor == "postgresql":
        _write_at_once(announcements)
    elif connection.vendor == "sqlite":
        _write_from_lists(announcements)
    else:
        _write_rows(announcements)


def _write_at_once(announcements: list[Announcement]) -> None:
    values: list[Any] = []
    for place, said in enumerate(announcements, start=1):
        data = orjson.dumps(said.data).decode()
        values += [place, said.kind, data, "{" + ",".join(said.people) + "}"]
    places = ", ".join([PLACE_ON_POSTGRESQL] * len(announcements))
    with connection.cursor() as cursor:
        cursor.execute(ON_POSTGRESQL.format(places=places), [*values, timezone.now()])


def _write_from_lists(announcements: list[Announcement]) -> None:
    events = _write_events(announcements)
    people = {
        str(event.pk): list(said.people) for event, said in zip(events, announcements, strict=True)
    }
    lists = [orjson.dumps(people).decode()]
    with connection.cursor() as cursor:
        cursor.execute(MOVE_HEADS_ON_SQLITE, lists)
        cursor.execute(POINT_ON_SQLITE, lists)


def _write_events(announcements: list[Announcement]) -> list[Event]:
    events = [Event(kind=said.kind, data=said.data) for said in announcements]
    insert(events)
    return events


def _write_rows(announcements: list[Announcement]) -> None:
    """Write the same with words that every database has, row by row."""
    counts = Counter(UUID(person) for said in announcements for person in said.people)
    heads_of_all = [FeedHead(user_id=user, epoch=first_epoch(user)) for user in sorted(counts)]
    insert(heads_of_all, unless_taken=["user"])
    heads = FeedHead.objects.select_for_update().filter(pk__in=counts).order_by("pk")
    next_seq = {head.pk: head.seq + 1 for head in heads}
    moves = [
        When(pk__in=[user for user in counts if counts[user] == count], then=count)
        for count in sorted(set(counts.values()))
    ]
    FeedHead.objects.filter(pk__in=counts).update(seq=F("seq") + Case(*moves))
    pointers = []
    for event, said in zip(_write_events(announcements), announcements, strict=True):
        for user in map(UUID, said.people):
            pointers.append(Pointer(user_id=user, seq=next_seq[user], event=event))
            next_seq[user] += 1
    Pointer.objects.bulk_create(pointers)

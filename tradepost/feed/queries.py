"""Reading the log."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from tradepost.accounts.models import User
from tradepost.feed.models import FeedHead, Pointer, first_epoch
from tradepost.kit.prepared import Prepared, as_uuid

MOST_ROWS = 200
Row = tuple[int, str, str, datetime]


@dataclass(frozen=True)
class FeedPage:
    """A stretch of a user's feed.

    ``reset`` means that the client's place is unknown or no longer kept: it must load its screens
    afresh and go on from ``seq``. ``more`` means that rows after these are waiting. A row is its
    number, kind, data (as JSON) and moment, as the database driver gives them (``rows.py``).
    """

    epoch: UUID
    seq: int
    reset: bool
    more: bool
    rows: list[Row]


def _build_head(user: UUID) -> Any:
    return FeedHead.objects.filter(user=user).values_list("epoch", "seq", "kept_after")


def _build_rows(user: UUID, after: int, until: int) -> Any:
    rows = Pointer.objects.visible_to(User(pk=user)).filter(seq__gt=after, seq__lte=until)
    columns = ("seq", "event__kind", "event__data", "event__created_at")
    return rows.order_by("seq").values_list(*columns)


_head = Prepared(_build_head, places={"user": UUID})
_rows = Prepared(
    _build_rows,
    places={"user": UUID, "after": int, "until": int},
    around="{query} LIMIT %(limit)s",
)


def read_feed(
    *, user: User, after: int, epoch: UUID | None = None, limit: int = MOST_ROWS
) -> FeedPage:
    """Return up to ``limit`` events after number ``after``, oldest first."""
    kept, seq, kept_after = _head.first(user=user.pk) or (first_epoch(user.pk), 0, 0)
    known = epoch is None or epoch == as_uuid(kept)
    if not known or not kept_after <= after <= seq:
        return FeedPage(as_uuid(kept), seq, reset=True, more=False, rows=[])
    if after == seq:
        return FeedPage(as_uuid(kept), seq, reset=False, more=False, rows=[])
    rows = _rows.run(user=user.pk, after=after, until=seq, limit=limit)
    if not rows or rows[0][0] != after + 1:  # trimmed since the head was read
        return FeedPage(as_uuid(kept), seq, reset=True, more=False, rows=[])
    last = rows[-1][0]
    return FeedPage(as_uuid(kept), last, reset=False, more=last < seq, rows=rows)


# --- For many users at once ------------------------------------------------------------------

MOST_ROWS_AT_ONCE = 5000
# Joined to its places in the log user by user: planners that guess otherwise read all of it.
ON_POSTGRESQL = """
    SELECT asked.place, grown.seq, event.id, event.kind, event.data::text, event.created_at
    FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS asked (person, after, place)
    CROSS JOIN LATERAL (
        SELECT seq, event_id FROM feed_pointer
        WHERE user_id = asked.person AND seq > asked.after ORDER BY seq LIMIT %s
    ) AS grown
    JOIN feed_event event ON event.id = grown.event_id
    ORDER BY asked.place, grown.seq LIMIT %s
"""
ON_SQLITE = """
    SELECT pointer.user_id, pointer.seq, event.id, event.kind, event.data, event.created_at
    FROM json_each(%s) AS asked
    CROSS JOIN feed_pointer pointer
        ON pointer.user_id = asked.key AND pointer.seq > asked.value
    JOIN feed_event event ON event.id = pointer.event_id
    ORDER BY pointer.user_id, pointer.seq LIMIT %s
"""


class Grown(NamedTuple):
    """What came into one feed: the number of a row, and the event of it."""

    seq: int
    event_id: int
    row: Row


def read_grown(*, after: Mapping[str, int]) -> tuple[dict[str, list[Grown]], bool]:
    """Return what came into each of these feeds after a number, and whether there may be more.

    Users are named by the digits of their ids: of a thousand UUIDs, making and comparing them
    costs more than all the rest.
    """
    if connection.vendor == "postgresql":
        found = _ask_for_places(list(after), list(after.values()))
    elif connection.vendor == "sqlite":
        found = _ask(ON_SQLITE, [orjson.dumps(after).decode(), MOST_ROWS_AT_ONCE])
    else:
        found = _ask_one_by_one(after)
    grown: dict[str, list[Grown]] = defaultdict(list)
    for person, seq, event_id, kind, data, at in found:
        grown[person].append(Grown(seq, event_id, (seq, kind, data, at)))
    return grown, len(found) >= MOST_ROWS_AT_ONCE


def _ask_for_places(people: list[str], after: list[int]) -> list[tuple[Any, ...]]:
    """Ask with arrays, and name people by where they stand in them."""
    given = ["{" + ",".join(people) + "}", after, MOST_ROWS_AT_ONCE, MOST_ROWS_AT_ONCE]
    return [(people[place - 1], *row) for place, *row in _ask(ON_POSTGRESQL, given)]


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _ask_one_by_one(after: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """Do the same with words that every database has."""
    found: list[tuple[Any, ...]] = []
    for person, seq in after.items():
        rows = Pointer.objects.visible_to(User(pk=UUID(person))).filter(seq__gt=seq).order_by("seq")
        columns = ("seq", "event_id", "event__kind", "event__data", "event__created_at")
        for number, event_id, kind, data, at in rows.values_list(*columns)[:MOST_ROWS]:
            found.append((person, number, event_id, kind, orjson.dumps(data), at))
    return found[:MOST_ROWS_AT_ONCE]


def read_ends(*, user_ids: list[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Return the epoch of each of these feeds, and how far it has come."""
    heads = FeedHead.objects.filter(pk__in=user_ids).values_list("pk", "epoch", "seq")
    ends = {user: (epoch, seq) for user, epoch, seq in heads}
    return {user: ends.get(user, (first_epoch(user), 0)) for user in user_ids}

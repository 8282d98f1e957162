"""The feed and the notifications: the rows that tell people what happened."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import uuid4

from benchmarks.floor.database import key, now, query, uuid

Announcement = tuple[str, set[str], Mapping[str, object]]


def announce(events: list[Announcement]) -> None:
    """Write events and a pointer for each recipient: kind, keys of users, data."""
    counts = Counter(user for _, users, _ in events for user in users)
    heads = {user: _move_head(user, count) - count for user, count in sorted(counts.items())}
    for kind, users, data in events:
        ((event,),) = query(
            "INSERT INTO feed_event (kind, data, created_at) VALUES (%s, %s, %s) RETURNING id",
            kind, json.dumps(data), now(),
        )  # fmt: skip
        for user in users:
            heads[user] += 1
            query(
                "INSERT INTO feed_pointer (user_id, seq, event_id) VALUES (%s, %s, %s)",
                user, heads[user], event,
            )  # fmt: skip


def notify(
    users: Iterable[str], *, kind: str, cause: str, actor: str, data: Mapping[str, object],
    group: str = "", seq: int = 0,
) -> None:  # fmt: skip
    for user in users:
        query(
            "INSERT INTO notifications_notification"
            ' (id, user_id, kind, cause, "group", seq, actor_id, data, created_at, awaits_mail)'
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, true)",
            uuid4().hex, user, kind, cause, group or cause, seq, actor, json.dumps(data), now(),
        )  # fmt: skip


def _move_head(user: str, count: int) -> int:
    ((seq,),) = query(
        "UPDATE feed_feedhead SET seq = seq + %s WHERE user_id = %s RETURNING seq", count, user
    )
    return int(seq)


def people_in(rows: Iterable[tuple[object, ...]]) -> set[str]:
    """Keys of users out of rows whose first column is a user's id."""
    return {key(uuid(row[0])) for row in rows}

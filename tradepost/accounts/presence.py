"""Who is connected, and when they last were: kept in the cache, for as long as the cache likes.

Every process says again and again who is connected to it; what it does not say again ends.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache

from tradepost.accounts.queries import hiding_among

ONLINE_SECONDS = 75
REFRESH_SECONDS = 25
SEEN_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Presence:
    """Whether somebody is connected now, and when they last were, if that is known."""

    user_id: UUID
    is_online: bool
    last_seen_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return it as frames and the API show it."""
        return {
            "user": self.user_id, "online": self.is_online, "last_seen_at": self.last_seen_at,
        }  # fmt: skip


def note_online(
    *, user_ids: Collection[UUID], process: str, now: datetime
) -> tuple[set[UUID], set[UUID]]:
    """Keep that these users are connected to a process; return who of them lets others know, and
    who of those was not online before."""
    shown = set(user_ids) - hiding_among(user_ids)
    known = cache.get_many([_online(user) for user in shown])
    cache.set_many({_online(user): process for user in shown}, ONLINE_SECONDS)
    cache.set_many({_seen(user): now.timestamp() for user in shown}, SEEN_SECONDS)
    return shown, {user for user in shown if _online(user) not in known}


def note_offline(*, user_ids: Collection[UUID], process: str) -> set[UUID]:
    """Keep that these users are connected no more; return those who are not connected to another
    process since."""
    known = cache.get_many([_online(user) for user in user_ids])
    gone = {user for user in user_ids if known.get(_online(user), process) == process}
    cache.delete_many([_online(user) for user in gone])
    return gone


def read_presence(*, user_ids: Collection[UUID]) -> list[Presence]:
    """Return what is known of these users; who hides it is seen nowhere."""
    shown = sorted(set(user_ids) - hiding_among(user_ids))
    kept = cache.get_many([key for user in shown for key in (_online(user), _seen(user))])
    return [
        Presence(user, _online(user) in kept, _as_moment(kept.get(_seen(user)))) for user in shown
    ]


def online_among(user_ids: Collection[UUID]) -> set[UUID]:
    """Return who of these users is online and lets others know."""
    return {one.user_id for one in read_presence(user_ids=user_ids) if one.is_online}


def _as_moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(int(timestamp), UTC)


def _online(user_id: UUID) -> str:
    return f"online:{user_id.hex}"


def _seen(user_id: UUID) -> str:
    return f"seen:{user_id.hex}"

"""Hints: that there may be something to read. Sent after commit, never waited for, never the truth.

Two kinds: that the feeds of some users have grown, and whispers (typing, presence, receipts),
frames that are given to whoever is connected and then forgotten. They reach the sockets of this
process directly, and those of others by Redis, if there is one. Whoever misses a hint about a feed
finds its rows a moment later, by the poll.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.conf import settings

from tradepost.feed.hints.redis import Publisher
from tradepost.kit.metrics import Count

PROCESS = uuid4().bytes[:8]  # who hears its own hints again by Redis passes them over


@dataclass(frozen=True)
class Hint:
    """For ``users``, by the digits of their ids: that they have something to read or, with a
    ``frame``, a whisper."""

    users: frozenset[str]
    frame: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Hint], object]

HINTS = Count(
    "tradepost_feed_hints_total",
    "Hints to other processes, by what became of them.",
    ("outcome",),
)
counts: Counter[str] = Counter()  # what became of them: sent, lost
_listeners: set[Listener] = set()
_publisher: Publisher | None = None


def wake(users: Collection[str]) -> None:
    """Say that the feeds of these users, named by the digits of their ids, have grown."""
    _send(Hint(frozenset(users)))


def whisper(users: Collection[UUID], frame: Mapping[str, Any]) -> None:
    """Give a frame to whatever sockets these users have open, without any promise."""
    if users:
        _send(Hint(frozenset(user.hex for user in users), frame))


def listen(listener: Listener) -> Callable[[], None]:
    """Call ``listener`` with every hint of this process, on the thread that sends it.

    Returns what ends that.
    """
    _listeners.add(listener)
    return lambda: _listeners.discard(listener)


def _send(hint: Hint) -> None:
    for listener in tuple(_listeners):
        with suppress(RuntimeError):  # its event loop has just ended
            listener(hint)
    if settings.REDIS_URL:
        delivered = _find_publisher().publish(pack(hint))
        outcome = "sent" if delivered else "lost"
        counts[outcome] += 1
        HINTS.add(outcome)


def _find_publisher() -> Publisher:
    global _publisher  # noqa: PLW0603 - one connection pool a process, made when it is needed
    if _publisher is None or _publisher.url != settings.REDIS_URL:
        _publisher = Publisher(settings.REDIS_URL)
    return _publisher


def pack(hint: Hint) -> bytes:
    """Return a hint as it travels: who sent it, how many users, their ids, the whisper."""
    ids = bytes.fromhex("".join(hint.users))
    frame = orjson.dumps(hint.frame) if hint.frame else b""
    return PROCESS + len(hint.users).to_bytes(4, "big") + ids + frame


def unpack(packed: bytes) -> Hint | None:
    """Return the hint; None for one of this very process, or what is none."""
    start, size = 12, 16
    end = start + size * int.from_bytes(packed[8:start], "big")
    if packed[:8] == PROCESS or len(packed) < end:
        return None
    ids = packed[start:end].hex()
    users = frozenset(ids[at : at + 2 * size] for at in range(0, len(ids), 2 * size))
    try:
        frame = orjson.loads(packed[end:]) if packed[end:] else {}
    except orjson.JSONDecodeError:
        return None
    return Hint(users, frame) if isinstance(frame, dict) else None

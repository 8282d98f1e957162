"""Values that cost too much to make each time: made once, kept in the cache for a while.

For what may be a little old. What must never be stale is kept under a version stamp instead
(``kit/http/hot``). docs/caching.md says when to use which.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import uuid4

import structlog
from django.core.cache import cache

log = structlog.get_logger("tradepost.remember")

T = TypeVar("T")
STALE_SECONDS = 86_400  # how much longer a value is kept for when no new one can be made
LEASE_SECONDS = 30  # how long others leave the making to one
WAIT_SECONDS = 10.0  # how long those without an old value wait for it
LOOK_SECONDS = 0.05
RETRY_SECONDS = 5  # after a failure, before the next try


@dataclass(frozen=True)
class _Kept(Generic[T]):
    """What lies in the cache; any value fits into it, None too."""

    value: T
    fresh_until: float  # seconds since 1970

    def is_fresh(self) -> bool:
        return time.time() < self.fresh_until


def remember(key: str, make: Callable[[], T], seconds: int) -> T:
    """Return the value kept under ``key``, or the one that ``make`` returns, for ``seconds``.

    One caller at a time makes it. The others get the old value, if there is one, or wait a little.
    An error is not kept: it is logged and the old value returned, or raised without one.
    """
    kept: _Kept[T] | None = cache.get(_key(key))
    if kept is not None and kept.is_fresh():
        return kept.value
    lease = uuid4().hex
    if cache.add(_lease(key), lease, LEASE_SECONDS):
        return _make(key, make, seconds, lease)
    return kept.value if kept is not None else _wait(key, make, seconds)


def forget(key: str) -> None:
    """Have the value made anew when it is next asked for."""
    cache.delete_many([_key(key), _lease(key)])


def _make(key: str, make: Callable[[], T], seconds: int, lease: str) -> T:
    kept: _Kept[T] | None = cache.get(_key(key))  # another one may have made it just now
    if kept is not None and kept.is_fresh():
        _give_back(key, lease)
        return kept.value
    try:
        value = make()
    except Exception:
        log.exception("remember.failed", key=key, stale=kept is not None)
        if kept is None:
            _give_back(key, lease)
            raise
        cache.set(_lease(key), lease, RETRY_SECONDS)
        return kept.value
    cache.set(_key(key), _Kept(value, time.time() + seconds), seconds + STALE_SECONDS)
    _give_back(key, lease)
    return value


def _wait(key: str, make: Callable[[], T], seconds: int) -> T:
    """Wait until the value is there; make it when its maker failed or takes too long."""
    give_up = time.monotonic() + WAIT_SECONDS
    lease = uuid4().hex
    while time.monotonic() < give_up:
        time.sleep(LOOK_SECONDS)
        kept: _Kept[T] | None = cache.get(_key(key))
        if kept is not None:
            return kept.value
        if cache.add(_lease(key), lease, LEASE_SECONDS):
            break
    return _make(key, make, seconds, lease)


def _give_back(key: str, lease: str) -> None:
    if cache.get(_lease(key)) == lease:  # not when it ended and is somebody else's by now
        cache.delete(_lease(key))


def _key(key: str) -> str:
    return f"remember:{key}"


def _lease(key: str) -> str:
    return f"remember:{key}:lease"

"""Hints between processes, by Redis's publish and subscribe, which loses whatever it likes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from redis.asyncio.client import PubSub

log = structlog.get_logger(__name__)

CHANNEL = "tradepost:hints"
PATIENCE_SECONDS = 0.05  # nobody's request waits longer for Redis
PAUSE_SECONDS = 1.0  # after a failure, so that not every request waits for a Redis that hangs
RECONNECT_SECONDS = 0.5


class Publisher:
    """Sends hints from any thread; gives up at once where Redis does not answer."""

    def __init__(self, url: str) -> None:
        import redis  # an extra: only where there is a REDIS_URL

        self.url = url
        self._failures = (redis.RedisError, OSError)
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=None,
        )
        self._quiet_until = 0.0

    def publish(self, hint: bytes) -> bool:
        """Return whether Redis took it."""
        if time.monotonic() < self._quiet_until:
            return False
        try:
            self._redis.publish(CHANNEL, hint)
        except self._failures as error:
            self._quiet_until = time.monotonic() + PAUSE_SECONDS
            log.warning("feed.hint_lost", error=type(error).__name__)
            return False
        return True


class Subscriber:
    """Hears the hints of other processes, again and again when Redis was away."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def hints(self) -> AsyncIterator[bytes | None]:
        """Yield each hint; None whenever it begins to listen: then some may have been missed."""
        import redis

        while True:
            try:
                async with self._subscribed() as channel:
                    yield None
                    async for message in channel.listen():
                        if message["type"] == "message":
                            yield message["data"]
            except (redis.RedisError, OSError) as error:
                log.warning("feed.redis_away", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    @asynccontextmanager
    async def _subscribed(self) -> "AsyncIterator[PubSub]":
        from redis.asyncio import Redis

        redis = Redis.from_url(self.url, socket_connect_timeout=RECONNECT_SECONDS)
        async with redis, redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            yield channel

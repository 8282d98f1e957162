"""A cache that may be away: what it would have known is then not known, and nothing else fails.

Rate limits, stored answers and presence use it, none of which is worth an error of a request. While
Redis does not answer it is left alone for a moment, so that not every request waits for it.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0
R = TypeVar("R")


class PatientRedisCache(RedisCache):
    """Django's cache in Redis, which forgets instead of failing."""

    _away_until = 0.0

    def _try(self, work: Callable[..., R], *args: Any, **kwargs: Any) -> R | None:
        from redis.exceptions import RedisError  # an extra: only where there is a REDIS_URL

        if time.monotonic() < self._away_until:
            return None
        try:
            return work(*args, **kwargs)
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + PAUSE_SECONDS
            log.warning("cache.away", error=type(error).__name__)
            return None

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = self._try(super().get, key, default, version)
        return default if found is None else found

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().add, *args, **kwargs))

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try(super().set, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().touch, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().delete, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return self._try(super().get_many, *args, **kwargs) or {}

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().has_key, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a key that is not there, or cannot be asked for."""
        counted = self._try(super().incr, key, delta, version)
        if counted is None:
            raise ValueError(f"nothing is known of {key!r}")
        return counted

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return self._try(super().set_many, *args, **kwargs) or []

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(super().delete_many, *args, **kwargs)

    def clear(self) -> bool:  # type: ignore[override] # Django says None, and returns it
        return bool(self._try(super().clear))

"""Where the bytes of hot reads are kept: the memory of the process, newest uses first."""

import time
from collections import OrderedDict
from threading import Lock

from django.conf import settings

SECONDS = 60  # bounds what a write that went round our actions (by hand, in SQL) can leave behind


BYTES_BESIDE = 400  # what Python takes for an entry: key, tuple, time, and its place in the order


class Shelf:
    """Bytes by key, at most ``most_bytes`` of them; what was not asked for longest goes first.

    Each entry counts for ``bytes_beside`` more than its content.
    """

    def __init__(self, *, most_bytes: int, seconds: float = SECONDS, bytes_beside: int = 0) -> None:
        self._most_bytes = most_bytes
        self._bytes_beside = bytes_beside
        self._seconds = seconds
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """Return what is kept; None when nothing is, or nothing fresh enough."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            until, content = kept
            if until < time.monotonic():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return content

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes, if they fit at all."""
        if self._size(content) > self._most_bytes:
            return
        with self._lock:
            if key in self._kept:
                self._drop(key)
            self._kept[key] = (time.monotonic() + self._seconds, content)
            self._bytes += self._size(content)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: str) -> None:
        _, content = self._kept.pop(key)
        self._bytes -= self._size(content)

    def _size(self, content: bytes) -> int:
        return len(content) + self._bytes_beside


shelf = Shelf(most_bytes=settings.HOT_READ_BYTES, bytes_beside=BYTES_BESIDE)

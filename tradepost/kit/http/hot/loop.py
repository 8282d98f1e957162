"""Stored answers on the event loop: in the embedded mode a hot read needs no thread.

Only for SQLite: the version stamp is then read from the file, in some microseconds. A database
behind a network could hold the loop up; there the threads of ``front.py`` do it.
"""

import sqlite3
import time
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from tradepost.kit.http.bridge import Scope, environ_of
from tradepost.kit.http.guard import App, Receive, Send
from tradepost.kit.http.hot.front import Front, Ready
from tradepost.kit.http.hot.reads import is_hot_path, look_at
from tradepost.kit.stamps import SUM_OF_SHARDS

BODY_HEADERS = frozenset({b"content-length", b"content-type", b"transfer-encoding"})


class LoopFront:
    """An ASGI application in front of another one; ``front`` knows what answers look like."""

    def __init__(self, app: App, *, front: Front, database: str) -> None:
        self.app = app
        self.front = front
        self.database = database
        self._connection: sqlite3.Connection | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ready = self._find(scope) if _may_be_hot(scope) else None
        if ready is None:
            return await self.app(scope, receive, send)
        status, headers, body = ready
        raw = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        await send({"type": "http.response.start", "status": int(status[:3]), "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _find(self, scope: Scope) -> Ready | None:
        started = time.perf_counter()
        request = WSGIRequest(environ_of(scope, b""))
        try:
            asked = look_at(request, read_stamp=self._read_stamp)
        except (DisallowedHost, sqlite3.Error):  # the threads know what to say
            self._close()
            return None
        if asked is None:
            return None
        return self.front.answer(request, asked, made=False, started=started)

    def _read_stamp(self, name: str) -> int:
        if self._connection is None:
            self._connection = sqlite3.connect(
                f"file:{self.database}?mode=ro", uri=True, timeout=0, isolation_level=None
            )
        [total] = self._connection.execute(SUM_OF_SHARDS.replace("%s", "?"), [name]).fetchone()
        return int(total or 0)

    def _close(self) -> None:
        """Begin with a new connection next time: the file may be another one now."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _may_be_hot(scope: Scope) -> bool:
    headers: list[tuple[bytes, Any]] = scope["headers"]
    return (
        scope["method"] in ("GET", "HEAD")
        and is_hot_path(scope["path"])
        and not any(name in BODY_HEADERS for name, _ in headers)
    )

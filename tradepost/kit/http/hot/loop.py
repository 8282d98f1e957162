"""Hot reads of the embedded mode, on the event loop, without a thread.

Only for SQLite: the version stamp is then read from the file, in some microseconds, and an answer
that is not stored is mostly made in less time than a thread takes to be woken. A database behind a
network could hold the loop up; there the threads of ``front.py`` do it.

What takes longer to make than ``QUICK_SECONDS``, again and again (a large catalogue counts for a
while), is made by threads for the next minute. They are few: more would mostly wait for each other,
because one of them runs Python at a time.
"""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import DisallowedHost, SynchronousOnlyOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError

from tradepost.kit.http.bridge import Scope, environ_of
from tradepost.kit.http.guard import App, Receive, Send
from tradepost.kit.http.hot.front import Front, Ready
from tradepost.kit.http.hot.reads import Asked, is_hot_path, look_at
from tradepost.kit.http.hot.shelf import shelf
from tradepost.kit.http.request_id import RAW_HEADER, choose_request_id
from tradepost.kit.http.request_log import log_hot_read
from tradepost.kit.prepared import reading_from
from tradepost.kit.stamps import SUM_OF_SHARDS

MAKERS = 2
QUICK_SECONDS = 0.005
SLOW_SECONDS = 60
TOO_OFTEN = 3  # in a row
MOST_LOOKS = 10_000  # addresses that are remembered
LONGEST_LOOK = 500  # bytes of one
BODY_HEADERS = frozenset({b"content-length", b"content-type", b"transfer-encoding"})
CALLERS_HEADERS = frozenset({b"host", b"accept", b"origin"})
RawHeaders = list[tuple[bytes, bytes]]
Look = tuple[bytes, ...]


@dataclass(frozen=True)
class Seen:
    """What is known of an address that was answered before, but for the version."""

    route: str
    stamp: str
    digest: str
    headers: RawHeaders


class LoopFront:
    """An ASGI application in front of another one; ``front`` knows what answers look like."""

    def __init__(self, app: App, *, front: Front, database: str) -> None:
        self.app = app
        self.front = front
        self.database = database
        self.makers = ThreadPoolExecutor(MAKERS, thread_name_prefix="hot")
        self._connection: sqlite3.Connection | None = None
        self._seen: dict[Look, Seen] = {}
        self._slow_times: dict[str, int] = {}
        self._slow_until: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ready = await self._find(scope) if _may_be_hot(scope) else None
        if ready is None:
            return await self.app(scope, receive, send)
        status, headers, body = ready
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _find(self, scope: Scope) -> tuple[int, RawHeaders, bytes] | None:
        started = time.perf_counter()
        look = _look_of(scope)
        try:
            seen = self._seen.get(look) if look else None
            if seen is not None and (found := self._find_again(scope, seen, started)):
                return found
            request = WSGIRequest(environ_of(scope, b""))
            asked = look_at(request, read_stamp=self._read_stamp)
        except (DisallowedHost, sqlite3.Error):  # the threads know what to say
            self._close()
            return None
        if asked is None:
            return None
        ready = self.front.answer(request, asked, made=False, started=started)
        if ready is None and asked.hot.make and self.front.knows(request, asked):
            ready = await self._make(request, asked, started)
        if ready is None:
            return None
        status, headers, body = int(ready[0][:3]), _raw(ready[1]), ready[2]
        if look and request.method == "GET" and status == 200:  # noqa: PLR2004
            self._remember(look, asked, headers)
        return status, headers, body

    def _find_again(
        self, scope: Scope, seen: Seen, started: float
    ) -> tuple[int, RawHeaders, bytes] | None:
        """Do what ``look_at`` and ``answer`` do, for a plain GET that was looked at before."""
        etag = f'"{seen.stamp}-{self._read_stamp(seen.stamp)}-{seen.digest}"'
        body = shelf.get(etag)
        if body is None:
            return None
        given = next((value for name, value in scope["headers"] if name == RAW_HEADER), b"")
        request_id = choose_request_id(given.decode("latin1"))
        log_hot_read(scope["method"], seen.route, 200, started, request_id)
        own = [
            (b"etag", etag.encode()),
            (RAW_HEADER, request_id.encode()),
            (b"content-length", b"%d" % len(body)),
        ]
        return 200, seen.headers + own, body

    async def _make(self, request: WSGIRequest, asked: Asked, started: float) -> Ready | None:
        """Make the answer here or, when that took long lately, on a thread."""
        route = asked.hot.path.pattern
        if self._slow_until.get(route, 0.0) > started:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self.makers, self._make_apart, request, asked, started
            )
        try:
            with reading_from(self._open()):
                return self.front.answer(request, asked, made=True, started=started)
        except (sqlite3.Error, SynchronousOnlyOperation):  # a query that is not prepared, at first
            return None
        finally:
            self._judge(route, started)

    def _judge(self, route: str, started: float) -> None:
        """Note how long it took. Once means little: then the query may have been built."""
        took = time.perf_counter() - started
        self._slow_times[route] = self._slow_times.get(route, 0) + 1 if took > QUICK_SECONDS else 0
        if self._slow_times[route] >= TOO_OFTEN:
            self._slow_until[route] = started + SLOW_SECONDS

    def _make_apart(self, request: WSGIRequest, asked: Asked, started: float) -> Ready | None:
        try:
            return self.front.answer(request, asked, made=True, started=started)
        except DatabaseError:  # Django mends it
            return None

    def _remember(self, look: Look, asked: Asked, headers: RawHeaders) -> None:
        if len(self._seen) >= MOST_LOOKS:
            self._seen.clear()
        usual = [
            (n, v) for n, v in headers if n not in (b"etag", b"x-request-id", b"content-length")
        ]
        digest = asked.etag.strip('"').rpartition("-")[2]
        self._seen[look] = Seen(asked.route, asked.hot.stamp, digest, usual)

    def _read_stamp(self, name: str) -> int:
        [total] = self._open().execute(SUM_OF_SHARDS.replace("%s", "?"), [name]).fetchone()
        return int(total or 0)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                f"file:{self.database}?mode=ro",
                uri=True,
                timeout=0,
                isolation_level=None,
                detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,  # as Django reads
            )
        return self._connection

    def _close(self) -> None:
        """Begin with a new connection next time: the file may be another one now."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _look_of(scope: Scope) -> Look | None:
    """Return everything that the answer to a plain GET depends on; None for another request."""
    if scope["method"] != "GET":
        return None
    said: list[bytes] = [scope["scheme"].encode(), scope["path"].encode(), scope["query_string"]]
    for name, value in scope["headers"]:
        if name in CALLERS_HEADERS:
            said += [name, value]
        elif name == b"if-none-match":
            return None
    return tuple(said) if sum(map(len, said)) <= LONGEST_LOOK else None


def _may_be_hot(scope: Scope) -> bool:
    headers: list[tuple[bytes, Any]] = scope["headers"]
    return (
        scope["method"] in ("GET", "HEAD")
        and is_hot_path(scope["path"])
        and not any(name in BODY_HEADERS for name, _ in headers)
    )


def _raw(headers: list[tuple[str, str]]) -> RawHeaders:
    return [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]

"""The whole product as one ASGI application: HTTP on threads, connections that stay on the event
loop, jobs beside them."""

from typing import Protocol

from django.conf import settings
from django.db import connection

from tradepost.kit.http.bridge import OnThreads, Scope, Wsgi
from tradepost.kit.http.charset import OnlyUtf8
from tradepost.kit.http.guard import App, Guard, Receive, Send
from tradepost.kit.http.hot.front import Front
from tradepost.kit.http.hot.loop import LoopFront
from tradepost.kit.jobs.runner import Workers

NOT_HERE = 4404


class Live(Protocol):
    """What serves connections that stay: WebSockets at one address, streams at another."""

    sockets: str
    streams: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def drain(self) -> None: ...

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Application:
    """An ASGI application; in the embedded mode its lifespan also runs the job threads."""

    def __init__(self, wsgi: Wsgi, *, live: Live) -> None:
        self.live = live
        self._http = _http(wsgi)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["path"] == self.live.streams:
            await self.live.stream(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def drain(self) -> None:
        """Send those away who stay connected, before the server stops."""
        await self.live.drain()

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == self.live.sockets:
            return await self.live.socket(scope, receive, send)
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": NOT_HERE, "reason": "no such address"})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        embedded = settings.EMBEDDED and settings.JOB_THREADS
        workers = Workers(threads=settings.JOB_THREADS) if embedded else None
        await receive()
        await self.live.start()
        if workers:
            workers.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.live.stop()
        if workers:
            workers.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _http(wsgi: Wsgi) -> App:
    front = Front(wsgi)
    http: App = Guard(
        OnThreads(OnlyUtf8(front), threads=settings.WEB_THREADS),
        limit=settings.MAX_BODY_BYTES,
        upload_limit=settings.MAX_UPLOAD_BYTES,
        body_seconds=settings.BODY_SECONDS,
    )
    if connection.vendor == "sqlite":
        http = LoopFront(http, front=front, database=str(connection.settings_dict["NAME"]))
    return http

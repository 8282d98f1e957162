"""The whole product as one ASGI application: HTTP on threads, jobs beside it, sockets to come."""

from django.conf import settings
from django.db import connection

from tradepost.kit.http.bridge import OnThreads, Scope, Wsgi
from tradepost.kit.http.charset import OnlyUtf8
from tradepost.kit.http.guard import App, Guard, Receive, Send
from tradepost.kit.http.hot.front import Front
from tradepost.kit.http.hot.loop import LoopFront
from tradepost.kit.jobs.runner import Workers

NOT_HERE = 4404


def serve_wsgi(wsgi: Wsgi) -> App:
    """Return the application; in the embedded mode its lifespan also runs the job threads."""
    front = Front(wsgi)
    http: App = Guard(
        OnThreads(OnlyUtf8(front), threads=settings.WEB_THREADS),
        limit=settings.MAX_BODY_BYTES,
        upload_limit=settings.MAX_UPLOAD_BYTES,
        body_seconds=settings.BODY_SECONDS,
    )
    if connection.vendor == "sqlite":
        http = LoopFront(http, front=front, database=str(connection.settings_dict["NAME"]))

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": NOT_HERE})

    return application


async def _lifespan(receive: Receive, send: Send) -> None:
    embedded = settings.EMBEDDED and settings.JOB_THREADS
    workers = Workers(threads=settings.JOB_THREADS) if embedded else None
    await receive()
    if workers:
        workers.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if workers:
        workers.stop()
    await send({"type": "lifespan.shutdown.complete"})

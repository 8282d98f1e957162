"""One ASGI application out of a WSGI one: HTTP on a bounded pool of threads.

Django's own ASGI handler costs several times as much per request as its WSGI handler, because it
hops between the loop and a thread for every synchronous middleware
(docs/decisions/0002-wsgi-for-http.md).
"""

from collections.abc import MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from tradepost.kit.http.guard import App, Guard, Receive, Send
from tradepost.kit.jobs.runner import Workers

NOT_HERE = 4404


def serve_wsgi(wsgi: Any) -> App:
    """Return the application; in the embedded mode its lifespan also runs the job threads."""
    threads = WSGIMiddleware(wsgi, workers=settings.WEB_THREADS, send_queue_size=0)
    http = Guard(
        cast(App, threads),  # the same protocol, spelt with other types
        limit=settings.MAX_BODY_BYTES,
        upload_limit=settings.MAX_UPLOAD_BYTES,
        body_seconds=settings.BODY_SECONDS,
    )

    async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
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

"""From ASGI to WSGI: HTTP on a bounded pool of threads.

Django's own ASGI handler costs several times as much per request as its WSGI handler, because it
hops between the loop and a thread for every synchronous middleware. Here a request crosses to a
thread once and its answer crosses back once (docs/decisions/0002-wsgi-for-http.md).
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from tradepost.kit.http.guard import Receive, Send

Scope = MutableMapping[str, Any]
Wsgi = Callable[..., Iterable[bytes]]

ABORT = (
    "abort"  # in the state of a scope: what throws a connection away, with all that waits for it
)
SAME_FOR_ALL = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


@dataclass
class Answer:
    """What a WSGI application said, whole."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] | None = None
    body: bytes = b""

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status = int(status[:3])
        self.headers = [
            (name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers
        ]


class OnThreads:
    """Runs a WSGI application on threads; behind a guard that hands bodies over whole.

    An answer is taken from its thread whole, too: a client that reads slowly costs memory, and no
    thread. What is too large for that (long streams, big files) belongs to async code or a proxy.
    """

    def __init__(self, wsgi: Wsgi, *, threads: int) -> None:
        self.wsgi = wsgi
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope, (await receive())["body"])
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.pool, self._call, environ)
        start = {"status": answer.status, "headers": answer.headers or []}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": answer.body})

    def _call(self, environ: dict[str, Any]) -> Answer:
        answer = Answer()
        parts = self.wsgi(environ, answer.start)
        try:
            answer.body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        return answer


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """Return the WSGI environment of a request (PEP 3333) whose body is here."""
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ = {
        **SAME_FOR_ALL,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": scope["path"].encode().decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": client[0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:  # would pass for the header that is spelt with hyphens
            continue
        name = _environ_name(raw_name)
        value = raw_value.decode("latin1")
        environ[name] = f"{environ[name]},{value}" if name in environ else value
    return environ


def _environ_name(header: bytes) -> str:
    name = header.decode("latin1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"

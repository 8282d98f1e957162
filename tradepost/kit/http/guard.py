"""Stands between the network and the threads: a request gets a thread once it is here, whole.

Bodies are read on the event loop, within a limit of size and time, so a slow or endless client
costs a socket and not a thread.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote_from_bytes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

TOO_LARGE = (413, b'{"detail":"The request body is too large.","code":"body_too_large"}')
TOO_SLOW = (408, b'{"detail":"The request body came too slowly.","code":"body_too_slow"}')
TOO_BUSY = (503, b'{"detail":"Too many uploads at once. Try again soon.","code":"busy"}')
MOST_BYTES_IN_MEMORY = 67_108_864  # of all bodies that are on their way
BAD_LENGTH = (400, b'{"detail":"Content-Length is not a number.","code":"bad_request"}')
LONGEST_LENGTH = 15  # digits of a Content-Length
ASCII_PRINTABLE = "".join(map(chr, range(33, 127)))


class _Refusal(Exception):
    def __init__(self, answer: tuple[int, bytes]) -> None:
        self.status, self.body = answer


class _Gone(Exception):
    """The client left before it had sent its body."""


class Guard:
    """ASGI middleware for HTTP: ``limit`` bytes of body, ``upload_limit`` for forms with files."""

    def __init__(self, app: App, *, limit: int, upload_limit: int, body_seconds: float) -> None:
        self.app = app
        self.limit = limit
        self.upload_limit = upload_limit
        self.body_seconds = body_seconds
        self.bytes_in_memory = 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = bytearray()
        try:
            async with asyncio.timeout(self.body_seconds):
                await self._read(body, scope, receive)
        except TimeoutError:
            return await _answer(send, *TOO_SLOW)
        except _Refusal as refusal:
            return await _answer(send, refusal.status, refusal.body)
        except _Gone:
            return None
        finally:
            self.bytes_in_memory -= len(body)
        scope["headers"] = [*_without_length(scope), (b"content-length", b"%d" % len(body))]
        scope["query_string"] = quote_from_bytes(scope["query_string"], ASCII_PRINTABLE).encode()
        return await self.app(scope, _once(bytes(body)), send)

    async def _read(
        self, body: bytearray, scope: MutableMapping[str, Any], receive: Receive
    ) -> None:
        headers = dict(scope["headers"])
        upload = headers.get(b"content-type", b"").startswith(b"multipart/")
        limit = self.upload_limit if upload else self.limit
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit():
            raise _Refusal(BAD_LENGTH)
        if len(declared) > LONGEST_LENGTH or int(declared) > limit:
            raise _Refusal(TOO_LARGE)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            part = message.get("body", b"")
            if self.bytes_in_memory + len(part) > MOST_BYTES_IN_MEMORY:
                raise _Refusal(TOO_BUSY)
            body += part
            self.bytes_in_memory += len(part)
            more = message.get("more_body", False)
            if len(body) > limit:
                raise _Refusal(TOO_LARGE)


def _without_length(scope: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    unwanted = (b"content-length", b"transfer-encoding")
    return [(name, value) for name, value in scope["headers"] if name not in unwanted]


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

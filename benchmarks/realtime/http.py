"""Requests from an event loop, each on a connection of its own."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress

from benchmarks.requests import API

TICKETS = f"{API}/feed/ticket/"
MESSAGES = f"{API}/messages/"
LONGEST_SECONDS = 15


async def post(
    port: int, path: str, *, token: str, body: Mapping[str, object] | None = None
) -> tuple[int, bytes]:
    """Return the status and the body of the answer. Raises OSError, TimeoutError, EOFError."""
    said = b"" if body is None else json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: JWT {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(said)}\r\n"
        "Connection: close\r\n\r\n"
    )
    async with asyncio.timeout(LONGEST_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(head.encode() + said)
            return await _read_answer(reader)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
    first, *lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(first.split()[1]), body


async def get_ticket(port: int, token: str) -> str:
    """Return a ticket for one socket. Raises OSError, TimeoutError, EOFError."""
    status, body = await post(port, TICKETS, token=token)
    if status != 201:
        raise ConnectionError(f"no ticket: {status} {body[:200]!r}")
    return str(json.loads(body)["ticket"])

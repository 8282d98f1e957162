"""Server-sent events at ``/api/v1/feed/stream/``: the rows of the feed for who has no socket."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.conf import settings

from tradepost.feed.consumers.credentials import Credential, NotSignedIn, WrongOrigin, by_header
from tradepost.feed.consumers.follower import GOODBYE_SECONDS, Follower
from tradepost.feed.consumers.frames import BadFrame, Line, id_in, page_of, page_text
from tradepost.feed.consumers.hub import Hub
from tradepost.feed.queries import FeedPage, read_ends
from tradepost.kit.http.bridge import ABORT, Scope
from tradepost.kit.http.guard import Receive, Send
from tradepost.kit.http.json import encode

RETRY_MILLISECONDS = 2000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy must not hold it back
]
Cursor = tuple[UUID | None, int | None]


class Stream(Follower):
    """A follower that only listens."""

    def __init__(
        self, *, hub: Hub, credential: Credential, epoch: UUID, seq: int, send: Send
    ) -> None:
        super().__init__(hub=hub, credential=credential, epoch=epoch, seq=seq)
        self._asgi_send = send

    async def send(self, text: str) -> None:
        """Send some lines, once the connection takes them."""
        body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
        await self._asgi_send(body)

    async def send_page(self, page: FeedPage) -> None:
        await self._send_event(page.seq, page_text(page))

    async def send_lines(self, lines: list[Line]) -> None:
        await self._send_event(lines[-1].seq, page_of(self.epoch, lines))

    async def send_beat(self) -> None:
        await self.send(":\n\n")

    async def _send_event(self, seq: int, page: str) -> None:
        await self.send(f"id: {self.epoch}:{seq}\nevent: feed\ndata: {{{page}\n\n")


async def stream_feed(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a GET with what happens to the caller, until they leave."""
    if scope["method"] != "GET":
        return await _refuse(send, 405, "method_not_allowed")
    try:
        asked = _read_cursor(scope)
        credential = await hub.threads.run(by_header, scope=scope)
    except BadFrame:
        return await _refuse(send, 400, "invalid")
    except WrongOrigin:
        return await _refuse(send, 403, "wrong_origin")
    except NotSignedIn:
        return await _refuse(send, 401, "not_authenticated")
    if len(hub) >= settings.FEED_MOST_SOCKETS:
        return await _refuse(send, 503, "busy")
    stream = await _open(hub, credential, asked, send)
    await _serve(hub, stream, receive)
    if not await _say_goodbye(send):
        scope["state"][ABORT]()
        await _await_disconnect(receive)


async def _open(hub: Hub, credential: Credential, asked: Cursor, send: Send) -> Stream:
    ends = await hub.threads.run(read_ends, user_ids=[credential.user_id])
    kept, end = ends[credential.user_id]
    epoch, seq = asked
    stream = Stream(
        hub=hub, credential=credential, epoch=epoch or kept, seq=end if seq is None else seq,
        send=send,
    )  # fmt: skip
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await stream.send(f"retry: {RETRY_MILLISECONDS}\nid: {stream.epoch}:{stream.seq}\n\n")
    return stream


async def _serve(hub: Hub, stream: Stream, receive: Receive) -> None:
    leaving = asyncio.ensure_future(_await_disconnect(receive))
    hub.join(stream)
    try:
        either: set[asyncio.Future[Any]] = {leaving, stream.ending}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(stream)
        leaving.cancel()
        await stream.stop()


async def _say_goodbye(send: Send) -> bool:
    """End the answer; return whether the client took it all."""
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        return False
    return True


async def _await_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _read_cursor(scope: Scope) -> Cursor:
    """Return where the client is: ``Last-Event-ID``, or what the address says. Raises BadFrame."""
    headers = dict(scope["headers"])
    if last := headers.get(b"last-event-id", b"").decode("latin1"):
        epoch, _, seq = last.partition(":")
    else:
        asked = dict(parse_qsl(scope["query_string"].decode("latin1")))
        epoch, seq = asked.get("epoch", ""), asked.get("after", "")
    if seq and not (seq.isascii() and seq.isdigit() and len(seq) < 19):  # noqa: PLR2004 - 2**63
        raise BadFrame
    return id_in({"epoch": epoch or None}, "epoch"), int(seq) if seq else None


async def _refuse(send: Send, status: int, code: str) -> None:
    body = encode({"detail": "The stream was refused.", "code": code})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

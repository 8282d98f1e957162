"""One WebSocket at ``/ws/v1/feed/`` (docs/feed-protocol.md)."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import uniform
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone

from tradepost.feed.circles import Delivery
from tradepost.feed.commands import endpoint_of
from tradepost.feed.consumers.commands import do_command
from tradepost.feed.consumers.credentials import (
    Credential,
    NotSignedIn,
    WrongOrigin,
    by_session,
    by_ticket,
)
from tradepost.feed.consumers.follower import FAULT, GOODBYE_SECONDS, Ended, Ending, Follower
from tradepost.feed.consumers.frames import (
    BadFrame,
    Line,
    frame,
    id_in,
    message_in,
    number_in,
    page_of,
    page_text,
    read_frame,
)
from tradepost.feed.consumers.hub import Hub
from tradepost.feed.consumers.social import Social
from tradepost.feed.queries import FeedPage, read_ends
from tradepost.kit.http.bridge import Scope, Wsgi
from tradepost.kit.http.guard import Receive, Send

log = structlog.get_logger(__name__)

HELLO_SECONDS = 10
QUICKEST_RETURN = 0.1  # seconds after a loss
SIGN_INS_PER_SECOND = 300
MOST_SIGN_INS = 100  # that wait for a thread
MOST_UNACKED = 1000
MOST_BROUGHT = 100  # messages of which the senders may be told that they came
MOST_FRAMES, FRAMES_SECONDS = 100, 5
LONGEST_FRAME = 65_536
LONGEST_REF = 64

NOT_A_FRAME = Ending(4400, "not a frame")
NO_HELLO = Ending(4408, "no hello in time", 0)
NOT_KNOWN = Ending(4401, "not signed in")
NOT_FROM_HERE = Ending(4403, "another origin")
BINARY = Ending(1003, "text only")
TOO_LARGE = Ending(1009, "a frame is too large")
TOO_MANY_FRAMES = Ending(4029, "too many frames", 10)


class Gone(Exception):
    """The client closed the connection, or lost it."""


class Socket(Follower):
    """A follower that can speak."""

    answers = True  # to beats, or it is silent

    def __init__(
        self, *, hub: Hub, credential: Credential, epoch: UUID, seq: int, send: Send
    ) -> None:
        super().__init__(hub=hub, credential=credential, epoch=epoch, seq=seq)
        self.acked = seq
        self._asgi_send = send
        self._acks = asyncio.Event()
        self._brought: deque[tuple[int, UUID, int]] = deque(maxlen=MOST_BROUGHT)
        self._frames_left, self._frames_since = MOST_FRAMES, time.monotonic()

    async def send(self, text: str) -> None:
        """Send a frame, once the connection takes it."""
        await self._asgi_send({"type": "websocket.send", "text": text})

    async def send_page(self, page: FeedPage) -> None:
        if page.reset:
            self.acked = page.seq
        for row in page.rows:
            self._remember(row[0], message_in(row))
        await self.send('{"type":"feed",' + page_text(page))
        await self._await_acks(page.seq)

    async def send_lines(self, lines: list[Line]) -> None:
        for line in lines:
            self._remember(line.seq, line.event.message)
        await self.send('{"type":"feed",' + page_of(self.epoch, lines))
        await self._await_acks(lines[-1].seq)

    async def send_whisper(self, whisper: str) -> None:
        await self.send(whisper)

    async def send_beat(self) -> None:
        await self.send(frame("beat", epoch=self.epoch, seq=self.seq))

    async def _await_acks(self, sent: int) -> None:
        """Let the client work off what it has, before it gets more."""
        while sent - self.acked > MOST_UNACKED:
            self._acks.clear()
            await self._acks.wait()

    def take_ack(self, seq: int) -> list[Delivery]:
        """Note what the client has applied; return the messages among it."""
        self.acked = max(self.acked, min(seq, self.seq))
        self._acks.set()
        delivered = []
        while self._brought and self._brought[0][0] <= self.acked:
            _, conversation, message_seq = self._brought.popleft()
            delivered.append(Delivery(self.user_id, conversation, message_seq))
        return delivered

    def _remember(self, seq: int, message: tuple[UUID, int] | None) -> None:
        if message is not None:
            self._brought.append((seq, *message))

    def count_frame(self) -> None:
        """Note that the client said something. Raises Ended."""
        self.heard_at = time.monotonic()
        if self.heard_at - self._frames_since > FRAMES_SECONDS:
            self._frames_left, self._frames_since = MOST_FRAMES, self.heard_at
        self._frames_left -= 1
        if self._frames_left < 0 and settings.RATE_LIMITS:
            raise Ended(TOO_MANY_FRAMES)


class Conversation:
    """What client and server say to each other, from the first frame to the last."""

    def __init__(
        self, *, hub: Hub, social: Social, wsgi: Wsgi, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.hub = hub
        self.social = social
        self.wsgi = wsgi
        self.scope = scope
        self._receive = receive
        self._send = send

    async def run(self) -> None:
        """Talk until one of them has enough."""
        await self._receive()
        await self._send({"type": "websocket.accept"})
        with suppress(Gone):
            try:
                socket = await self._greet()
            except Ended as end:
                return await self._say_goodbye(end.ending)
            except DatabaseError:
                log.exception("feed.door_failed")
                return await self._say_goodbye(FAULT)
            await self._serve(socket)

    async def _greet(self) -> Socket:
        """Read the hello and answer it. Raises Ended, Gone."""
        self._refuse_if_full()
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                said = await self._next()
        except TimeoutError:
            raise Ended(NO_HELLO) from None
        if said["type"] != "hello":
            raise Ended(NOT_A_FRAME)
        with _bad_frames_end_it():
            epoch, seq = id_in(said, "epoch"), number_in(said, "seq")
        self._refuse_if_full()  # others may have come in since
        credential = await self._sign_in(said.get("ticket"))
        return await self._welcome(credential, epoch, seq)

    def _refuse_if_full(self) -> None:
        if len(self.hub) >= settings.FEED_MOST_SOCKETS:
            raise Ended(Ending(1013, "the server is full", uniform(5, 30)))  # noqa: S311 - spreads
        if self.hub.threads.waiting >= MOST_SIGN_INS:  # those who are in come first
            raise Ended(Ending(1013, "too many at once", uniform(1, 5)))  # noqa: S311 - spreads

    async def _sign_in(self, ticket: object) -> Credential:
        work = self.hub.threads.run
        try:
            if ticket is None:
                return await work(by_session, scope=self.scope)
            return await work(by_ticket, ticket=str(ticket), now=timezone.now())
        except WrongOrigin:
            raise Ended(NOT_FROM_HERE) from None
        except NotSignedIn:
            raise Ended(NOT_KNOWN) from None

    async def _welcome(self, credential: Credential, epoch: UUID | None, seq: int | None) -> Socket:
        user_id = credential.user_id
        ends = await self.hub.threads.run(read_ends, user_ids=[user_id])
        kept, end = ends[user_id]
        socket = Socket(
            hub=self.hub,
            credential=credential,
            epoch=epoch or kept,
            seq=end if seq is None else seq,
            send=self._send,
        )
        await socket.send(
            frame(
                "welcome", user=user_id, epoch=kept, seq=end,
                beat_seconds=settings.FEED_BEAT_SECONDS,
                retry_after_seconds=self._spread(),
            )
        )  # fmt: skip
        return socket

    def _spread(self) -> float:
        """Return when to come back if this process dies: all who are here need time to sign in."""
        longest = QUICKEST_RETURN + 0.3 + len(self.hub) / SIGN_INS_PER_SECOND
        return round(uniform(QUICKEST_RETURN, longest), 2)  # noqa: S311 - spreads

    async def _serve(self, socket: Socket) -> None:
        listening = asyncio.ensure_future(self._listen(socket))
        self.hub.join(socket)
        self.social.arrive(socket)
        try:
            either: set[asyncio.Future[Any]] = {listening, socket.ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.hub.leave(socket)
            self.social.leave(socket)
            listening.cancel()
            ended = await asyncio.gather(listening, return_exceptions=True)
            await socket.stop()
        if socket.ending.done():
            return await self._say_goodbye(socket.ending.result())
        if isinstance(ended[0], Ended):
            return await self._say_goodbye(ended[0].ending)
        if isinstance(ended[0], Exception) and not isinstance(ended[0], (Gone, OSError)):
            await self._say_goodbye(FAULT)
            raise ended[0]

    async def _listen(self, socket: Socket) -> None:
        """Do what the client says, one after the other. Raises Ended, Gone."""
        while True:
            said = await self._next()
            socket.count_frame()
            with _bad_frames_end_it():
                await self._do(socket, said)
            socket.heard_at = time.monotonic()

    async def _do(self, socket: Socket, said: dict[str, Any]) -> None:
        if said["type"] == "ack":
            delivered = socket.take_ack(number_in(said, "seq") or 0)
            self.social.note_delivered(delivered)
        elif said["type"] == "typing":
            self.social.type(socket, id_in(said, "conversation"))
        elif said["type"] == "watch":
            self.social.watch(socket, said.get("users"))
        elif endpoint := endpoint_of(said["type"]):
            await self._command(socket, endpoint, said)
        else:
            raise Ended(NOT_A_FRAME)

    async def _command(self, socket: Socket, endpoint: str, said: dict[str, Any]) -> None:
        ref = said.get("ref")
        if not isinstance(ref, str | int) or len(str(ref)) > LONGEST_REF:
            raise BadFrame
        status, body, retry_after = await self.hub.commands.run(
            do_command,
            wsgi=self.wsgi,
            scope=self.scope,
            user_id=socket.user_id,
            endpoint=endpoint,
            data=said.get("data"),
        )
        more = {} if retry_after is None else {"retry_after_seconds": retry_after}
        head = frame("answer", ref=ref, status=status, **more)[:-1]
        await socket.send(f'{head},"data":{body.decode() or "null"}}}')

    async def _next(self) -> dict[str, Any]:
        """Return the client's next frame. Raises Ended, Gone."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Gone
        text = message.get("text")
        if text is None:
            raise Ended(BINARY)
        if len(text) > LONGEST_FRAME:
            raise Ended(TOO_LARGE)
        with _bad_frames_end_it():
            return read_frame(text)

    async def _say_goodbye(self, ending: Ending) -> None:
        last = frame(
            "closing", code=ending.code, reason=ending.reason,
            retry_after_seconds=ending.retry_after_seconds,
        )  # fmt: skip
        with suppress(TimeoutError, OSError):  # who does not read is gone without it
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._send({"type": "websocket.send", "text": last})
                close = {"type": "websocket.close", "code": ending.code, "reason": ending.reason}
                await self._send(close)


@contextmanager
def _bad_frames_end_it() -> Iterator[None]:
    try:
        yield
    except BadFrame as error:
        raise Ended(NOT_A_FRAME) from error

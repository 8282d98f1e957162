"""Whoever follows a feed over an open connection: a socket or a stream of server-sent events.

A follower has a cursor of its own. Rows come in two ways. While it is behind, it reads pages of the
log itself, as fast as its connection takes them. Once it has come to the place up to which the
process has read for its user, it lives on what the hub hands out, in the order of the numbers. What
does not fit its cursor puts it behind again: a gap cannot happen, only another reading.
"""

import asyncio
import time
from collections.abc import Awaitable, Coroutine, Generator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.consumers.credentials import Credential
from tradepost.feed.consumers.frames import Line
from tradepost.feed.consumers.threads import Threads
from tradepost.feed.queries import FeedPage, read_feed

MOST_PENDING = 256  # rows that wait for the connection
MOST_WHISPERS = 32
TAKING_SECONDS = 30  # how long a client may take for what it is sent, and to acknowledge enough
AGAIN_SECONDS = 0.1  # to look at a log of which the process has seen more than is there
GOODBYE_SECONDS = 5  # for a client to take its last frame


@dataclass(frozen=True)
class Ending:
    """The connection is to be closed, and why (docs/feed-protocol.md has the codes)."""

    code: int
    reason: str
    retry_after_seconds: float | None = None


class Ended(Exception):
    """What is going on ends the connection."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.reason)
        self.ending = ending


RESUME = Ending(4008, "resume", 0)
FAULT = Ending(1011, "the server has a fault", 2)


class Rest:
    """What is left of a coroutine that was begun outside of a task and has to wait."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        """Wait for what it waits for, and go on."""
        try:
            yield self._waits_for
        except BaseException:
            self._work.close()
            raise
        yield from self._work.__await__()


def begin(work: Coroutine[Any, Any, None]) -> Rest | None:
    """Do all of it that needs no waiting, without what a task costs, and return the rest of it."""
    try:
        return Rest(work, work.send(None))
    except StopIteration:
        return None


class Place(Protocol):
    """What a follower asks of the hub."""

    threads: Threads

    def settle(self, follower: "Follower", seq: int) -> bool: ...


class Follower:
    """One connection. ``send_page``, ``send_lines``, ``send_whisper`` and ``send_beat`` are its
    kind's; everything here runs on the event loop."""

    answers = False  # whether it is silent when it does not answer beats

    def __init__(self, *, hub: Place, credential: Credential, epoch: UUID, seq: int) -> None:
        self.hub = hub
        self.credential = credential
        self.user_id = credential.user_id
        self.user = credential.user_id.hex
        self.epoch = epoch
        self.seq = seq  # the last row that was sent or waits to be
        self.is_behind = True
        self.heard_at = self.born_at = time.monotonic()
        self.asked_at = self.born_at  # when it was last sent what is to be answered
        self.ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._lines: list[Line] = []
        self._whispers: list[str] = []
        self._beats = False
        self._writing: asyncio.Task[None] | None = None

    def offer(self, lines: list[Line]) -> None:
        """Take rows that the process has read, in order, if they follow the cursor."""
        if self.is_behind:
            return
        if len(lines) > MOST_PENDING:  # at once: they are read as the client takes them
            return self.fall_behind()
        for line in lines:
            if line.seq <= self.seq:
                continue
            if line.seq != self.seq + 1:
                return self.fall_behind()
            self._lines.append(line)
            self.seq = line.seq
        if len(self._lines) > MOST_PENDING:
            return self.end(RESUME)
        self._write()

    def fall_behind(self) -> None:
        """Read the log by oneself, from the last row that was sent."""
        if self._lines:
            self.seq = self._lines[0].seq - 1
            self._lines.clear()
        self.is_behind = True
        self._write()

    def hear(self, whisper: str) -> None:
        """Take a frame that may as well be lost."""
        if len(self._whispers) < MOST_WHISPERS:
            self._whispers.append(whisper)
            self._write()

    def beat(self) -> None:
        """Show that the connection lives."""
        self._beats = True
        self._write()

    def end(self, ending: Ending) -> None:
        """Have the connection closed."""
        if not self.ending.done():
            self.ending.set_result(ending)

    async def stop(self) -> None:
        """End the writing."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    def _write(self) -> None:
        """Send what there is: at once what the connection takes at once, the rest by a task."""
        if self._writing is not None or self.ending.done():
            return
        rest = None
        if self._lines and not self.is_behind:
            lines, self._lines = self._lines, []
            try:
                rest = begin(self.send_lines(lines))
            except Exception as error:  # noqa: BLE001 - reported; here it would be the hub's
                return self._fail(error)
            self.asked_at = time.monotonic()
        if rest is not None or self._has_more():
            self._writing = asyncio.get_running_loop().create_task(self._write_all(rest))
            self._writing.add_done_callback(self._wrote)

    def _has_more(self) -> bool:
        return bool(self._lines or self._whispers or self._beats or self.is_behind)

    def _wrote(self, task: asyncio.Task[None]) -> None:
        self._writing = None
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            self._fail(error)
        elif self._has_more():
            self._write()  # it came between the last look and now

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, Ended):
            self.end(error.ending)
        elif isinstance(error, OSError):
            self.end(FAULT)  # the client has gone; whoever listens to it may not know yet
        else:
            self.end(FAULT)
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a follower of a feed could not go on", "exception": error}
            )

    async def _write_all(self, first: "Rest | None" = None) -> None:
        """Send what there is, until there is nothing left."""
        if first is not None:
            await self._give(first)
        while True:
            if self.is_behind:
                await self._catch_up()
            elif self._lines:
                lines, self._lines = self._lines, []
                await self._give(self.send_lines(lines))
            elif self._whispers:
                await self._give(self.send_whisper(self._whispers.pop(0)))
                continue
            elif self._beats:
                self._beats = False
                await self._give(self.send_beat())
            else:
                return
            self.asked_at = time.monotonic()

    async def _catch_up(self) -> None:
        """Send pages of the log, until the hub can go on from where they end."""
        page = await self.hub.threads.run(
            read_feed, user=User(pk=self.user_id), after=self.seq, epoch=self.epoch
        )
        self.epoch, self.seq = page.epoch, page.seq
        if page.rows or page.reset:
            await self._give(self.send_page(page))
        if page.more:
            return
        if self.hub.settle(self, page.seq):
            self.is_behind = False
        elif not page.rows:
            await asyncio.sleep(AGAIN_SECONDS)

    async def _give(self, sending: Awaitable[None]) -> None:
        """Have the client take something. Raises Ended for one that does not in time."""
        try:
            async with asyncio.timeout(TAKING_SECONDS):
                await sending
        except TimeoutError:
            raise Ended(RESUME) from None

    async def send_page(self, page: FeedPage) -> None:
        raise NotImplementedError

    async def send_lines(self, lines: list[Line]) -> None:
        """Send rows; what it does before it waits is done outside of a task."""
        raise NotImplementedError

    async def send_whisper(self, whisper: str) -> None:
        """Whispers are for those who can be told more than rows."""

    async def send_beat(self) -> None:
        raise NotImplementedError

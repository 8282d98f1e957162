"""The people who are connected: each a client of the product's own, over a real socket."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from uuid import UUID

from benchmarks.realtime.http import get_ticket
from benchmarks.realtime.people import user_id
from benchmarks.realtime.stack import Unit
from tradepost.feed.client import FeedClient
from tradepost.feed.client.errors import FeedStopped

OPENING_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """A row that an application was given, when, and since when it had been coming back."""

    seq: int
    kind: str
    message: str
    at: float
    back_since: float


@dataclass
class Record:
    """What one application saw after row ``start``; ``resets`` must be 0, and ``stopped`` empty."""

    user: UUID
    start: int = 0
    seen: list[Seen] = field(default_factory=list)
    resets: int = 0
    stopped: str = ""
    counters: dict[str, int] = field(default_factory=dict)


class Listener(FeedClient):
    """A client that connects to any of several servers, and whose connection can be cut."""

    def __init__(self, number: int, token: str, servers: list[Unit]) -> None:
        super().__init__(url="", sign_in=self._choose_server, on_reset=self._note_reset)
        self.record = Record(user_id(number))
        self._token = token
        self._servers = servers
        self._back_since = 0.0

    async def listen(self) -> None:
        """Take rows until the client is closed."""
        try:
            async for row in self.rows():
                seen = Seen(
                    row.seq, row.kind, str(row.data.get("message", "")), time.monotonic(),
                    self._back_since,
                )  # fmt: skip
                self.record.seen.append(seen)
        except FeedStopped as error:
            self.record.stopped = str(error)

    def cut(self) -> None:
        """Break the connection without a word, as a lost network does."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _choose_server(self) -> str:
        port = random.choice(self._servers).port
        self._url = f"ws://127.0.0.1:{port}/ws/v1/feed/"
        self._back_since = time.monotonic()
        return await get_ticket(port, self._token)

    async def _note_reset(self) -> None:
        self.record.resets += 1


class Crowd:
    """All listeners of a row, on one event loop."""

    def __init__(self, tokens: list[str], servers: list[Unit]) -> None:
        self.listeners = [Listener(n, token, servers) for n, token in enumerate(tokens)]
        self._works: list[asyncio.Task[None]] = []

    @property
    def records(self) -> list[Record]:
        """Return what each saw."""
        return [listener.record for listener in self.listeners]

    async def open(self) -> None:
        """Connect everybody, some at a time."""
        gate = asyncio.Semaphore(OPENING_AT_ONCE)

        async def open_one(listener: Listener) -> None:
            async with gate:
                await listener.__aenter__()
            assert listener.cursor is not None
            listener.record.start = listener.cursor.seq
            self._works.append(asyncio.create_task(listener.listen()))

        await asyncio.gather(*map(open_one, self.listeners))

    async def close(self) -> None:
        """Disconnect everybody."""
        for work in self._works:
            work.cancel()
        await asyncio.gather(*self._works, return_exceptions=True)
        for listener in self.listeners:
            listener.record.counters = listener.counters
        closings = (listener.__aexit__(None, None, None) for listener in self.listeners)
        await asyncio.gather(*closings, return_exceptions=True)

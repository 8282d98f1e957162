"""The feed over real sockets, for tests and scripts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tradepost.feed.client.core import FeedCore
from tradepost.feed.client.effects import (
    CLOSED,
    LIVE,
    PAUSED,
    STOPPED,
    Answered,
    Connect,
    Drop,
    Effect,
    Passing,
    Reset,
    Rows,
    Send,
    State,
)
from tradepost.feed.client.errors import FeedStopped, Refused, SignInRefused
from tradepost.feed.client.frames import Cursor, Frame, Row, write_frame

log = logging.getLogger(__name__)

CLOSE_SECONDS = 1
LONGEST_PAGE_BYTES = 2**24
REFUSAL = 400

SignIn = Callable[[], Awaitable[str | None]]
News = tuple[Cursor, Row | None]  # without a row: load everything afresh


class FeedClient:
    """A user's feed: ``async with FeedClient(url=…) as feed: async for row in feed.rows(): …``.

    A row counts as applied when the next one is asked for, or when the block ends well.
    ``sign_in`` is called before each connection and gives its ticket. What it raises is a failed
    attempt; SignInRefused ends the client.
    """

    def __init__(
        self,
        *,
        url: str,
        sign_in: SignIn | None = None,
        headers: Mapping[str, str] | None = None,
        cursor: Cursor | None = None,
        on_reset: Callable[[], Awaitable[None]] | None = None,
        on_passing: Callable[[Frame], object] | None = None,
    ) -> None:
        self.core = FeedCore(cursor=cursor, has_tickets=sign_in is not None)
        self._url = url
        self._sign_in = sign_in
        self._headers = dict(headers or {})
        self._on_reset = on_reset
        self._on_passing = on_passing
        self._news: asyncio.Queue[News | None] = asyncio.Queue()
        self._held: Cursor | None = None
        self._answers: dict[str, asyncio.Future[Answered]] = {}
        self._live = asyncio.Event()
        self._end: FeedStopped | BaseException | None = None
        self._socket: ClientConnection | None = None
        self._holders: dict[int, asyncio.Task[None]] = {}
        self._works: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    # --- What is there to use ----------------------------------------------------------------

    @property
    def cursor(self) -> Cursor | None:
        """The last row that is applied; keep it to go on from there another time."""
        return self.core.cursor

    @property
    def state(self) -> str:
        """Return connecting, live, waiting, paused, stopped or closed."""
        return self.core.state

    @property
    def counters(self) -> dict[str, int]:
        """Return how often what happened."""
        return {
            "connections": self.core.connections,
            "resets": self.core.resets,
            "duplicates": self.core.place.duplicates,
            "gaps": self.core.gaps,
        }

    async def __aenter__(self) -> Self:
        """Connect, and wait for the welcome. Raises FeedStopped."""
        await self._perform(self.core.start(now=_now()))
        try:
            await self._live.wait()
            self._raise_end()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self._confirm()
        await self._close()

    async def rows(self) -> AsyncIterator[Row]:
        """Yield what happens, in order and each once. Raises FeedStopped when it cannot go on."""
        while True:
            await self._confirm()
            news = await self._news.get()
            if news is None:
                self._news.put_nowait(None)  # for whoever asks next
                self._raise_end()
                return
            place, row = news
            if row is None:
                await self._reset(place)
            else:
                self._held = place
                yield row

    async def send_message(self, *, client_id: str | None = None, **data: object) -> Answered:
        """Send a message, once, over as many connections as it takes, and return the answer.

        ``data`` is the body of ``POST messages/``. Raises Refused, FeedStopped.
        """
        self._raise_end()
        client_id = client_id or str(uuid4())
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._answers[client_id] = future
        try:
            await self._perform(self.core.send(client_id=client_id, data=data, now=_now()))
            answer = await future
        finally:
            self._answers.pop(client_id, None)
        if answer.status >= REFUSAL:
            raise Refused(answer.status, answer.data)
        return answer

    async def mark_read(self, *, conversation: str, seq: int) -> None:
        """Have it known that a conversation was read up to a message, now or after a loss."""
        await self._perform(self.core.read(conversation=conversation, seq=seq, now=_now()))

    async def typing(self, *, conversation: str) -> None:
        """Show that the user writes."""
        await self._perform(self.core.typing(conversation=conversation, now=_now()))

    async def watch(self, *, users: list[str]) -> None:
        """Ask for the presence of these, on every connection from now on."""
        await self._perform(self.core.watch(users=users, now=_now()))

    # --- Rows --------------------------------------------------------------------------------

    async def _confirm(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            await self._perform(self.core.applied(end=held, now=_now()))

    async def _reset(self, place: Cursor) -> None:
        try:
            if self._on_reset is not None:
                await self._on_reset()
        except BaseException:
            self._forget_news()
            await self._perform(self.core.failed(now=_now()))
            raise
        await self._perform(self.core.applied(end=place, now=_now()))

    def _forget_news(self) -> None:
        """Empty the queue: what was in it comes again."""
        while not self._news.empty():
            self._news.get_nowait()
        if self._end is not None:
            self._news.put_nowait(None)

    def _raise_end(self) -> None:
        if self._end is not None:
            raise self._end

    # --- Effects -----------------------------------------------------------------------------

    async def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                await self._send(effect)
            else:
                self._do(effect)
        self._set_timer()

    def _do(self, effect: Effect) -> None:
        match effect:
            case Rows(rows, end):
                for row in rows:
                    self._news.put_nowait((Cursor(end.epoch, row.seq), row))
            case Reset(end):
                self._news.put_nowait((end, None))
            case Connect(connection):
                self._hold(connection)
            case Drop(connection):
                self._drop(connection)
            case State():
                self._note_state(effect)
            case Answered(client_id):
                self._note_answer(client_id, effect)
            case Passing(frame) if self._on_passing is not None:
                self._on_passing(frame)

    async def _send(self, effect: Send) -> None:
        if self._socket is None or effect.connection != self.core.connection:
            return
        try:
            await self._socket.send(write_frame(frame=effect.frame))
        except ConnectionClosed:
            return  # whoever reads from it sees that too

    def _note_state(self, state: State) -> None:
        if state.name == LIVE:
            self._live.set()
        elif state.name in (PAUSED, STOPPED, CLOSED):  # nobody looks at a script
            self._finish(FeedStopped(state.code, state.reason or state.name))

    def _note_answer(self, client_id: str, answer: Answered) -> None:
        future = self._answers.get(client_id)
        if future is not None and not future.done():
            future.set_result(answer)

    def _finish(self, end: BaseException) -> None:
        if self._end is not None:
            return
        self._end = end
        self._live.set()
        self._news.put_nowait(None)
        for future in self._answers.values():
            if not future.done():
                future.set_exception(end)

    # --- Sockets and the clock ---------------------------------------------------------------

    def _hold(self, connection: int) -> None:
        task = asyncio.get_running_loop().create_task(self._talk(connection))
        self._holders[connection] = task
        task.add_done_callback(lambda task: self._let_go(connection, task))

    def _let_go(self, connection: int, task: asyncio.Task[None]) -> None:
        self._holders.pop(connection, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._finish(error)

    def _drop(self, connection: int) -> None:
        self._socket = None
        task = self._holders.get(connection)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    async def _talk(self, connection: int) -> None:
        code = None
        try:
            code = await self._talk_over_socket(connection)
        except SignInRefused:
            await self._perform(self.core.sign_in_refused(connection=connection, now=_now()))
        except (OSError, TimeoutError, WebSocketException) as error:
            log.debug("no connection of the feed: %r", error)
        await self._perform(self.core.lost(connection=connection, code=code, now=_now()))

    async def _talk_over_socket(self, connection: int) -> int | None:
        ticket = await self._ticket()
        async with connect(
            self._url,
            additional_headers=self._headers,
            compression=None,  # its buffers are most of what a connection costs
            proxy=None,
            ping_interval=None,  # the protocol has beats
            close_timeout=CLOSE_SECONDS,
            max_size=LONGEST_PAGE_BYTES,
        ) as socket:
            if self.core.is_current(connection=connection):
                self._socket = socket
                opened = self.core.opened(connection=connection, ticket=ticket, now=_now())
                await self._perform(opened)
                await self._listen(connection, socket)
            return socket.close_code

    async def _ticket(self) -> str | None:
        if self._sign_in is None:
            return None
        try:
            return await self._sign_in()
        except SignInRefused:
            raise
        except Exception as error:
            raise ConnectionError from error

    async def _listen(self, connection: int, socket: ClientConnection) -> None:
        while self.core.is_current(connection=connection):
            try:
                said = await socket.recv()
            except ConnectionClosed:
                return
            text = said if isinstance(said, str) else ""  # binary is no frame
            received = self.core.received(connection=connection, text=text, now=_now())
            await self._perform(received)

    def _set_timer(self) -> None:
        due = self.core.wake_at()
        if self._timer is not None:
            # Deadlines mostly move away: an early timer sets itself again, which is cheaper.
            if due is not None and self._timer.when() <= due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        work = asyncio.get_running_loop().create_task(self._perform(self.core.tick(now=_now())))
        self._works.add(work)
        work.add_done_callback(self._works.discard)

    async def _close(self) -> None:
        await self._perform(self.core.close(now=_now()))
        self._finish(FeedStopped(None, CLOSED))
        tasks = [*self._holders.values(), *self._works]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()

"""The tailer of the log, one for all connections of this process.

It reads what came into the feeds of those who are connected, for all of them in one query, whenever
a hint says that there is something, and by a poll when none does. Hints that come while it reads
are answered together by the next reading.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from django.conf import settings

from tradepost.feed import hints
from tradepost.feed.consumers.credentials import find_ended
from tradepost.feed.consumers.follower import Ending, Follower
from tradepost.feed.consumers.frames import Encoded, Line, encode_event
from tradepost.feed.consumers.threads import Threads
from tradepost.feed.hints import Hint
from tradepost.feed.hints.redis import Subscriber
from tradepost.feed.queries import Grown, read_ends, read_grown
from tradepost.feed.rows import in_utc
from tradepost.kit.http.json import encode
from tradepost.kit.metrics import Level, Spread

SOCKETS = Level("tradepost_feed_connections", "Open sockets and streams.")
LAG = Spread(
    "tradepost_feed_lag_seconds",
    "From an event to its being handed out to those who are connected.",
    bounds=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)

log = structlog.get_logger(__name__)

CLOCK_SECONDS = 5  # how often connections are looked after
CHECK_SECONDS = 10  # how often sessions, accounts and epochs are
MISSED_BEATS = 3
AFTER_FAULT_SECONDS = 1
SIGNED_OUT = Ending(4401, "signed out")
SILENT = Ending(4009, "idle", 0)
REPLACED = Ending(4010, "replaced by another connection")
LONG_ENOUGH = Ending(1012, "sign in again", 0)


class Hub:
    """Everybody who is connected here, and up to where the process has read for each user."""

    def __init__(self) -> None:
        self.followers: dict[str, set[Follower]] = defaultdict(set)  # by the digits of ids
        self.threads = Threads(settings.FEED_THREADS, name="feed")
        self._tailing = Threads(1, name="feed-tail")
        self._read_up_to: dict[str, int] = {}
        self._dirty: set[str] = set()
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stop_listening: Callable[[], object] = lambda: None
        self.commands = Threads(settings.FEED_THREADS, name="feed-command")
        self.hearers: dict[str, Callable[[Hint], None]] = {}  # of whispers that are not for users

    def __len__(self) -> int:
        return sum(map(len, self.followers.values()))

    def start(self) -> None:
        """Begin to tail the log; returns at once."""
        loop = asyncio.get_running_loop()
        self._stop_listening = hints.listen(
            lambda hint: loop.call_soon_threadsafe(self.take_hint, hint)
        )
        works = [self._tail(), self._look_after()]
        if settings.REDIS_URL:
            works.append(self._subscribe())
        self._tasks = [loop.create_task(work) for work in works]

    async def stop(self) -> None:
        """End it."""
        self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for threads in (self._tailing, self.threads, self.commands):
            threads.close()

    def join(self, follower: Follower) -> None:
        """Take a connection in; of too many of one user, the one not heard of for longest goes."""
        mine = self.followers[follower.user]
        mine.add(follower)
        SOCKETS.change(+1)
        open_ones = [one for one in mine if not one.ending.done()]
        if len(open_ones) > settings.FEED_SOCKETS_PER_USER:
            others = [one for one in open_ones if one is not follower]
            min(others, key=lambda one: one.heard_at).end(REPLACED)
        follower.fall_behind()

    def leave(self, follower: Follower) -> None:
        """Forget a connection."""
        mine = self.followers[follower.user]
        if follower in mine:
            mine.remove(follower)
            SOCKETS.change(-1)
        if not mine:
            del self.followers[follower.user]
            self._read_up_to.pop(follower.user, None)

    def settle(self, follower: Follower, seq: int) -> bool:
        """Let a follower that has read up to ``seq`` live on what is handed out from now on.

        False when more was handed out meanwhile. What came since it read is read at once.
        """
        user = follower.user
        if follower not in self.followers.get(user, ()):
            return True  # it left while it read
        if seq < self._read_up_to.setdefault(user, seq):
            return False
        self._mark([user])
        return True

    def take_hint(self, hint: Hint) -> None:
        """Read for those who are connected here, or let them hear the whisper."""
        if hearer := self.hearers.get(hint.frame.get("type", "")):
            return hearer(hint)
        here = hint.users & self.followers.keys()
        if not here:
            return
        if not hint.frame:
            return self._mark(here)
        whisper = encode(hint.frame).decode()
        for user in here:
            for follower in self.followers[user]:
                follower.hear(whisper)

    def is_here(self, user_id: UUID) -> bool:
        """Return whether somebody is connected to this process."""
        return user_id.hex in self.followers

    def users_here(self) -> set[UUID]:
        """Return who is connected to this process."""
        return {next(iter(mine)).user_id for mine in self.followers.values()}

    def list_all(self) -> list[Follower]:
        """Return all connections."""
        return [one for mine in self.followers.values() for one in mine]

    # --- Tailing -----------------------------------------------------------------------------

    def _mark(self, users: Iterable[str]) -> None:
        self._dirty.update(users)
        self._woken.set()

    async def _tail(self) -> None:
        last_poll = time.monotonic()
        while True:
            await self._wait(last_poll)
            if settings.FEED_POLL_SECONDS and self._is_due(last_poll):
                last_poll = time.monotonic()
                self._dirty.update(self._read_up_to)
            self._woken.clear()
            dirty, self._dirty = self._dirty, set()
            try:
                await self._read(dirty)
            except Exception:
                log.exception("feed.tail_failed")
                await asyncio.sleep(AFTER_FAULT_SECONDS)
                self._mark(dirty)

    async def _wait(self, last_poll: float) -> None:
        poll = settings.FEED_POLL_SECONDS
        left = max(0.0, last_poll + poll - time.monotonic()) if poll else None
        try:
            async with asyncio.timeout(left):
                await self._woken.wait()
        except TimeoutError:
            return

    def _is_due(self, last_poll: float) -> bool:
        return bool(time.monotonic() - last_poll >= settings.FEED_POLL_SECONDS)

    async def _read(self, users: set[str]) -> None:
        """Read what came for these users and hand it out, as long as there is more."""
        more = True
        while more:
            after = {u: self._read_up_to[u] for u in users if u in self._read_up_to}
            if not after:
                return
            grown, more = await self._tailing.run(read_grown, after=after)
            self._hand_out(grown)

    def _hand_out(self, grown: dict[str, list[Grown]]) -> None:
        encoded: dict[int, Encoded] = {}
        now = time.time()
        for user, rows in grown.items():
            if user not in self._read_up_to:
                continue  # left meanwhile
            lines = []
            for one in rows:
                if one.event_id not in encoded:
                    encoded[one.event_id] = encode_event(one.row)
                    LAG.note(max(0.0, now - in_utc(one.row[3]).timestamp()))
                lines.append(Line(one.seq, encoded[one.event_id]))
            self._read_up_to[user] = max(lines[-1].seq, self._read_up_to[user])
            for follower in self.followers[user]:
                follower.offer(lines)

    async def _subscribe(self) -> None:
        async for packed in Subscriber(settings.REDIS_URL).hints():
            if packed is None:
                self._mark(self._read_up_to)  # hints may have been lost
            elif hint := hints.unpack(packed):
                self.take_hint(hint)

    # --- Looking after -----------------------------------------------------------------------

    async def _look_after(self) -> None:
        checked_at = time.monotonic()
        while True:
            await asyncio.sleep(CLOCK_SECONDS)
            self._beat()
            if time.monotonic() - checked_at >= CHECK_SECONDS:
                checked_at = time.monotonic()
                try:
                    await self._check()
                except Exception:
                    log.exception("feed.check_failed")

    def _beat(self) -> None:
        now, beat = time.monotonic(), settings.FEED_BEAT_SECONDS
        for follower in self.list_all():
            if follower.answers and now - follower.heard_at > MISSED_BEATS * beat:
                follower.end(SILENT)
            elif now - follower.born_at > settings.FEED_SOCKET_HOURS * 3600:
                follower.end(LONG_ENOUGH)
            elif now - follower.asked_at >= beat - CLOCK_SECONDS:
                follower.beat()

    async def _check(self) -> None:
        """End the connections of whoever is signed out, and look for feeds that began anew."""
        followers = self.list_all()
        credentials = {one.credential for one in followers}
        ended = await self.threads.run(find_ended, credentials=credentials)
        for follower in followers:
            if follower.credential in ended:
                follower.end(SIGNED_OUT)
        ends = await self.threads.run(read_ends, user_ids=list(self.users_here()))
        for user_id, (epoch, seq) in ends.items():
            user = user_id.hex
            was_put_back = self._read_up_to.get(user, 0) > seq
            for follower in self.followers.get(user, ()):
                if follower.epoch != epoch or was_put_back:
                    self._read_up_to[user] = seq
                    follower.fall_behind()

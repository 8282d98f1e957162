"""Typing, presence and receipts of what was delivered: whispers, without any promise.

What they need of the database is asked on one thread of their own, with a short line in front of
it: when there is much to do, they are what is left undone.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Coroutine
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone

from tradepost.accounts.presence import (
    REFRESH_SECONDS,
    Presence,
    note_offline,
    note_online,
    read_presence,
)
from tradepost.feed import hints
from tradepost.feed.circles import MOST_WATCHED, Delivery, circles, list_known
from tradepost.feed.consumers.follower import Follower
from tradepost.feed.consumers.frames import BadFrame
from tradepost.feed.consumers.hub import Hub
from tradepost.feed.consumers.threads import Threads
from tradepost.feed.hints import Hint
from tradepost.kit.http.json import encode

log = structlog.get_logger(__name__)

MOST_WAITING = 50
PROCESS_NAME = hints.PROCESS.hex()
TYPING_SECONDS = 2
ARRIVALS_SECONDS = 0.5
LEAVING_SECONDS = 5  # who opens the next page meanwhile has not left
RECEIPTS_SECONDS = 1


class Social:
    """What the people who are connected here notice of each other."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.threads = Threads(1, name="feed-social")
        self.counts: Counter[str] = Counter()
        self._watchers: dict[UUID, set[Follower]] = defaultdict(set)
        self._watched: dict[Follower, set[UUID]] = {}
        self._deliveries: set[Delivery] = set()
        self._arrived: set[UUID] = set()
        self._shown: set[UUID] = set()  # who was said to be online
        self._typed_at: dict[tuple[UUID, UUID], float] = {}
        self._works: set[asyncio.Task[None]] = set()
        hub.hearers["presence"] = self.hear_presence

    def start(self) -> None:
        """Begin to say again and again who is here; returns at once."""
        loop = asyncio.get_running_loop()
        works = (self._arrivals(), self._refresh(), self._receipts())
        self._works |= {loop.create_task(work) for work in works}

    async def stop(self) -> None:
        """End it."""
        works = tuple(self._works)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        self.threads.close()

    # --- Typing ------------------------------------------------------------------------------

    def type(self, socket: Follower, conversation_id: UUID | None) -> None:
        """Let the others in a conversation see that somebody writes. Raises BadFrame."""
        if conversation_id is None:
            raise BadFrame
        key, now = (socket.user_id, conversation_id), time.monotonic()
        if now - self._typed_at.get(key, -TYPING_SECONDS) < TYPING_SECONDS:
            return
        self._typed_at[key] = now
        self._spawn(self._tell_typing(*key))

    async def _tell_typing(self, user_id: UUID, conversation_id: UUID) -> None:
        frame = {"type": "typing", "conversation": conversation_id, "user": user_id}
        await self.threads.run(_whisper_to_hearers, user_id, conversation_id, frame)

    # --- Presence ----------------------------------------------------------------------------

    def arrive(self, socket: Follower) -> None:
        """Say that somebody is here, soon and together with others, unless that is known."""
        if socket.user_id not in self._shown:
            self._arrived.add(socket.user_id)

    def leave(self, socket: Follower) -> None:
        """Say that somebody has gone, unless they come back at once."""
        for user in self._watched.pop(socket, ()):
            self._stop_watching(socket, user)
        if not self.hub.is_here(socket.user_id):
            self._await_return(socket.user_id)

    def watch(self, socket: Follower, users: object) -> None:
        """Tell a socket of the presence of these people from now on. Raises BadFrame."""
        if not isinstance(users, list) or len(users) > MOST_WATCHED:
            raise BadFrame
        try:
            watched = {UUID(user) for user in users}
        except (ValueError, TypeError, AttributeError) as error:
            raise BadFrame from error
        for user in self._watched.get(socket, set()) - watched:
            self._stop_watching(socket, user)
        for user in watched:
            self._watchers[user].add(socket)
        self._watched[socket] = watched
        self._spawn(self._show_presence(socket, watched))

    def hear_presence(self, hint: Hint) -> None:
        """Pass on that somebody came or went, to those who watch and know them."""
        for said in hint.frame["users"]:
            user = UUID(str(said["user"]))
            if user in self._shown and self.hub.is_here(user) and not said["online"]:
                self._shown.discard(user)  # gone from another process, and not from here
                self._arrived.add(user)
            if user in self._watchers:
                frame = {"type": "presence", "users": [said]}
                self._spawn(self._pass_on(user, encode(frame).decode()))

    async def _show_presence(self, socket: Follower, users: set[UUID]) -> None:
        known = await self.threads.run(list_known, user_id=socket.user_id, among=users)
        found = await self.threads.run(read_presence, user_ids=known)
        shown = [one.as_json() for one in found]
        socket.hear(encode({"type": "presence", "users": shown}).decode())

    async def _pass_on(self, user: UUID, text: str) -> None:
        watchers = self._watchers.get(user, set())
        people = {socket.user_id for socket in watchers}
        known = await self.threads.run(list_known, user_id=user, among=people)
        for socket in watchers & self._watchers.get(user, set()):
            if socket.user_id in known:
                socket.hear(text)

    def _stop_watching(self, socket: Follower, user: UUID) -> None:
        self._watchers[user].discard(socket)
        if not self._watchers[user]:
            del self._watchers[user]

    def _await_return(self, user: UUID) -> None:
        asyncio.get_running_loop().call_later(LEAVING_SECONDS, self._has_left, user)

    def _has_left(self, user: UUID) -> None:
        if user in self._shown and not self.hub.is_here(user):
            self._shown.discard(user)
            self._spawn(self._note_offline({user}, seen_at=timezone.now()))

    async def _note_online(self, users: set[UUID]) -> None:
        shown, came = await self.threads.run(
            note_online, user_ids=users, process=PROCESS_NAME, now=timezone.now()
        )
        await self._announce(came, is_online=True, seen_at=timezone.now())
        hidden = users & self._shown - shown
        self._shown = (self._shown | shown) - hidden
        for user in shown - self.hub.users_here():
            self._await_return(user)  # they left meanwhile
        if hidden:
            await self._note_offline(hidden, seen_at=None)

    async def _note_offline(self, users: set[UUID], *, seen_at: datetime | None) -> None:
        gone = await self.threads.run(note_offline, user_ids=users, process=PROCESS_NAME)
        await self._announce(gone, is_online=False, seen_at=seen_at)

    async def _announce(
        self, users: Collection[UUID], *, is_online: bool, seen_at: datetime | None
    ) -> None:
        """Say it to whoever watches them, by one hint for all."""
        second = seen_at and seen_at.replace(microsecond=0)
        said = [Presence(user, is_online, second).as_json() for user in users]
        if said:
            await self.threads.run(hints.whisper, users, {"type": "presence", "users": said})

    async def _arrivals(self) -> None:
        while True:
            await asyncio.sleep(ARRIVALS_SECONDS)
            if self._arrived:
                users, self._arrived = self._arrived, set()
                self._spawn(self._note_online(users))

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            now = time.monotonic()
            self._typed_at = {
                key: at for key, at in self._typed_at.items() if now - at < TYPING_SECONDS
            }
            if users := self.hub.users_here():
                self._spawn(self._note_online(users))

    # --- Receipts ----------------------------------------------------------------------------

    def note_delivered(self, delivered: Collection[Delivery]) -> None:
        """Have senders know, soon and together, what has reached somebody's device."""
        self._deliveries.update(delivered)

    async def _receipts(self) -> None:
        while True:
            await asyncio.sleep(RECEIPTS_SECONDS)
            if self._deliveries:
                deliveries, self._deliveries = self._deliveries, set()
                self._spawn(self._tell_senders(deliveries))

    async def _tell_senders(self, deliveries: set[Delivery]) -> None:
        await self.threads.run(_whisper_to_senders, deliveries)

    # --- Work that may be left undone --------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self.threads.waiting >= MOST_WAITING:
            self.counts["shed"] += 1
            return work.close()
        task = asyncio.get_running_loop().create_task(work)
        self._works.add(task)
        task.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        """A whisper that could not be said is lost, and no more than counted."""
        self._works.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.counts["failed"] += 1
            log.warning("feed.whisper_failed", error=type(error).__name__)


def _whisper_to_hearers(user_id: UUID, conversation_id: UUID, frame: dict[str, Any]) -> None:
    for circle in circles():
        hearers = circle.list_hearers(user_id=user_id, conversation_id=conversation_id)
        hints.whisper(hearers, frame)


def _whisper_to_senders(deliveries: set[Delivery]) -> None:
    for circle in circles():
        for sender, delivery in circle.list_senders(deliveries=deliveries):
            hints.whisper([sender], {"type": "delivered", **delivery.as_json()})

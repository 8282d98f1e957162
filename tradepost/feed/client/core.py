"""The client's side of docs/feed-protocol.md, without sockets, clocks or waiting.

Inputs come with the time, in seconds of any steady clock; what is to be done comes back as a list.
"""

from collections.abc import Callable
from random import random as any_random

from tradepost.feed.client.effects import (
    CLOSED,
    CONNECTING,
    LIVE,
    PAUSED,
    STOPPED,
    WAITING,
    Connect,
    Drop,
    Effect,
    Passing,
    Reset,
    Rows,
    Send,
    State,
)
from tradepost.feed.client.errors import BadFrame, Gap
from tradepost.feed.client.frames import (
    Cursor,
    Frame,
    read_closing,
    read_frame,
    read_page,
    read_place,
    read_welcome,
    seconds_in,
)
from tradepost.feed.client.outbox import Outbox
from tradepost.feed.client.place import Place
from tradepost.feed.client.returning import Plan, Returning

WELCOME_SECONDS = 20.0
SILENT_BEATS = 2.5
QUIET_BEATS = 2  # the server's patience is three
ACK_SECONDS = 1.0
MOST_UNACKED = 500
TYPING_SECONDS = 3.0
MOST_WATCHED = 100


class FeedCore:
    """One user's feed: what was received, what is to be sent, and when to connect."""

    def __init__(
        self,
        *,
        cursor: Cursor | None = None,
        user: str | None = None,
        has_tickets: bool = False,
        random: Callable[[], float] = any_random,
    ) -> None:
        self.user = user
        self.state = ""
        self.connection = 0
        self.connections = self.resets = self.gaps = 0
        self.outbox = Outbox()
        self.place = Place(cursor=cursor)
        self._returning = Returning(random=random, has_tickets=has_tickets)
        self._watched: list[str] | None = None
        self._typed_at: dict[str, float] = {}
        self._acked = 0
        self._beat_seconds = 0.0
        self._heard_at = self._said_at = 0.0
        self._return_at: float | None = None
        self._may_hurry = False
        self._ack_at: float | None = None

    @property
    def cursor(self) -> Cursor | None:
        """The last row that is applied."""
        return self.place.applied

    def is_current(self, *, connection: int) -> bool:
        """Say whether what a socket says still counts."""
        return connection == self.connection and self.state in (CONNECTING, LIVE)

    # --- The connection ----------------------------------------------------------------------

    def start(self, *, now: float) -> list[Effect]:
        """Open the first connection."""
        return [] if self.state else self._connect(now)

    def opened(self, *, connection: int, ticket: str | None, now: float) -> list[Effect]:
        """Say hello on a socket that is open."""
        if not self.is_current(connection=connection):
            return []
        hello: Frame = {"type": "hello"}
        if ticket is not None:
            hello["ticket"] = ticket
        if self.cursor is not None:
            hello |= {"epoch": self.cursor.epoch, "seq": self.cursor.seq}
            self._acked = self.cursor.seq
        return [self._send(hello, now)]

    def received(self, *, connection: int, text: str, now: float) -> list[Effect]:
        """Take a frame of the server."""
        if not self.is_current(connection=connection):
            return []
        self._heard_at = now
        try:
            return self._take(read_frame(text=text), now)
        except (BadFrame, Gap) as fault:
            self.gaps += isinstance(fault, Gap)
            return [Drop(connection), *self._leave(self._returning.at_once(), now)]

    def lost(self, *, connection: int, code: int | None, now: float) -> list[Effect]:
        """Take note that a socket is closed, or could not be opened."""
        if not self.is_current(connection=connection):
            return []
        return self._leave(self._returning.after_loss(code=code), now, code)

    def sign_in_refused(self, *, connection: int, now: float) -> list[Effect]:
        """Stop: there are no more tickets for this account."""
        if not self.is_current(connection=connection):
            return []
        return self._leave(Plan(STOPPED), now, reason="sign-in was refused")

    def tick(self, *, now: float) -> list[Effect]:
        """Do what is due."""
        if self.state == WAITING and self._return_at is not None and now >= self._return_at:
            return self._connect(now)
        if self.state not in (CONNECTING, LIVE):
            return []
        if now >= self._silent_at() or self.outbox.is_overdue(now=now):
            loss = self._returning.after_loss(code=None)
            return [Drop(self.connection), *self._leave(loss, now, reason="silent")]
        return self._speak(now) if self.state == LIVE else []

    def wake(self, *, now: float, is_looked_at: bool) -> list[Effect]:
        """Come back at once: somebody looks at it or, otherwise, the network is back."""
        if (self.state == WAITING and self._may_hurry) or (self.state == PAUSED and is_looked_at):
            return self._connect(now)
        if self.state == LIVE and not is_looked_at:
            self.outbox.note_loss()  # a socket of another network says nothing more
            return [Drop(self.connection), *self._connect(now)]
        return []

    def close(self, *, now: float) -> list[Effect]:
        """End it; what is not answered stays with the caller."""
        if self.state == CLOSED:
            return []
        effects: list[Effect] = []
        if self.state == LIVE and self.cursor is not None and self.cursor.seq != self._acked:
            effects.append(self._ack(now))
        if self.state in (CONNECTING, LIVE):
            effects.append(Drop(self.connection))
        self.state = CLOSED
        return [*effects, State(CLOSED)]

    def wake_at(self) -> float | None:
        """Return when ``tick`` has something to do; None for never."""
        if self.state == WAITING:
            return self._return_at
        if self.state not in (CONNECTING, LIVE):
            return None
        times = [self._silent_at()]
        if self.state == LIVE:
            times += [self._quiet_until(), self._ack_at or times[0]]
            times.append(self.outbox.due_at() or times[0])
        return min(times)

    # --- The application ---------------------------------------------------------------------

    def applied(self, *, end: Cursor, now: float) -> list[Effect]:
        """Take note that rows, or a reset, are applied up to a place."""
        batch = end.seq - (self.cursor.seq if self.cursor else 0)
        self.place.applied = end
        self._returning.note_progress()
        if self.state != LIVE:
            return []
        if end.seq - self._acked + batch > MOST_UNACKED:  # the next ones like these are too many
            return [self._ack(now)]
        if self._ack_at is None:
            self._ack_at = now + ACK_SECONDS
        return []

    def failed(self, *, now: float) -> list[Effect]:
        """Have what is not applied come again: the application could not take it."""
        self.place.back()
        if self.state not in (CONNECTING, LIVE):
            return []
        return [Drop(self.connection), *self._leave(self._returning.at_once(), now)]

    def send(self, *, client_id: str, data: Frame, now: float) -> list[Effect]:
        """Queue a message; it is sent again under its ``client_id`` until it is answered."""
        refused = self.outbox.add_message(client_id=client_id, data=data)
        return [refused] if refused else self._speak(now)

    def read(self, *, conversation: str, seq: int, now: float) -> list[Effect]:
        """Have it known that a conversation was read up to a message."""
        self.outbox.add_read(conversation=conversation, seq=seq)
        return self._speak(now)

    def typing(self, *, conversation: str, now: float) -> list[Effect]:
        """Show that the user writes, if it was not shown a moment ago."""
        recent = {c: at for c, at in self._typed_at.items() if now - at < TYPING_SECONDS}
        self._typed_at = recent
        if self.state != LIVE or conversation in recent:
            return []
        recent[conversation] = now
        return [self._send({"type": "typing", "conversation": conversation}, now)]

    def watch(self, *, users: list[str], now: float) -> list[Effect]:
        """Ask for the presence of these from now on. Raises ValueError for more than 100."""
        if len(users) > MOST_WATCHED:
            raise ValueError(f"at most {MOST_WATCHED} users can be watched")
        self._watched = list(users)
        return [self._watch(now)] if self.state == LIVE else []

    # --- Steps -------------------------------------------------------------------------------

    def _connect(self, now: float) -> list[Effect]:
        self.connection += 1
        self.state = CONNECTING
        self._heard_at = now
        self._return_at = self._ack_at = None
        return [State(CONNECTING), Connect(self.connection)]

    def _leave(
        self, plan: Plan, now: float, code: int | None = None, reason: str = ""
    ) -> list[Effect]:
        self.outbox.note_loss()
        self._ack_at = None
        self.state = plan.state
        self._may_hurry = not plan.is_fixed
        if plan.state == WAITING:
            self._return_at = now + plan.seconds
            if plan.seconds == 0:
                return self._connect(now)
        return [State(plan.state, code, reason)]

    def _take(self, frame: Frame, now: float) -> list[Effect]:
        kind = frame["type"]
        if kind == "closing":
            return self._take_closing(frame, now)
        if self.state == CONNECTING:
            return self._take_welcome(frame, now) if kind == "welcome" else []
        if kind == "feed":
            return self._take_page(frame)
        if kind == "beat":
            return self._take_beat(frame, now)
        if kind == "answer":
            return self._take_answer(frame, now)
        return [Passing(frame)] if kind in ("typing", "presence", "delivered") else []

    def _take_welcome(self, frame: Frame, now: float) -> list[Effect]:
        welcome = read_welcome(frame=frame)
        if self.user not in (None, welcome.user):
            # The browser is signed in as another: their rows and our messages must not mix.
            reason = "another user is signed in"
            return [Drop(self.connection), *self._leave(Plan(STOPPED), now, reason=reason)]
        self.user = welcome.user
        self.state = LIVE
        self.connections += 1
        self._beat_seconds = welcome.beat_seconds
        self._returning.note_welcome(retry_after_seconds=welcome.retry_after_seconds)
        if self.cursor is None:
            self.place.begin(end=welcome.end)
            self._acked = welcome.end.seq
        watch: list[Effect] = [] if self._watched is None else [self._watch(now)]
        return [State(LIVE), *watch, *self._speak(now)]

    def _take_page(self, frame: Frame) -> list[Effect]:
        page = read_page(frame=frame)
        fresh = self.place.take(page=page)
        if page.reset:
            self.resets += 1
            return [Reset(page.end)]
        assert self.place.handed is not None
        return [Rows(fresh, self.place.handed)] if fresh else []

    def _take_beat(self, frame: Frame, now: float) -> list[Effect]:
        self.place.check_end(end=read_place(frame=frame))
        self._returning.note_progress()
        return [self._ack(now)]

    def _take_answer(self, frame: Frame, now: float) -> list[Effect]:
        status = frame.get("status")
        if not isinstance(status, int):
            raise BadFrame
        answered = self.outbox.take_answer(
            ref=frame.get("ref"), status=status, data=frame.get("data"),
            retry_after=seconds_in(frame, "retry_after_seconds"), now=now,
        )  # fmt: skip
        return [*([answered] if answered else []), *self._speak(now)]

    def _take_closing(self, frame: Frame, now: float) -> list[Effect]:
        closing = read_closing(frame=frame)
        plan = self._returning.after_closing(closing=closing)
        return [Drop(self.connection), *self._leave(plan, now, closing.code, closing.reason)]

    def _speak(self, now: float) -> list[Effect]:
        """Say what is due: an acknowledgement, and the next command."""
        if self.state != LIVE:
            return []
        effects: list[Effect] = []
        if now >= min(self._ack_at or now + 1, self._quiet_until()):
            effects.append(self._ack(now))
        if frame := self.outbox.next_frame(now=now):
            effects.append(self._send(frame, now))
        return effects

    def _ack(self, now: float) -> Send:
        assert self.cursor is not None
        self._ack_at = None
        self._acked = self.cursor.seq
        return self._send({"type": "ack", "seq": self._acked}, now)

    def _watch(self, now: float) -> Send:
        return self._send({"type": "watch", "users": self._watched}, now)

    def _send(self, frame: Frame, now: float) -> Send:
        self._said_at = now
        self.outbox.note_frame(now=now)
        return Send(self.connection, frame)

    def _silent_at(self) -> float:
        patience = SILENT_BEATS * self._beat_seconds if self.state == LIVE else WELCOME_SECONDS
        return self._heard_at + patience

    def _quiet_until(self) -> float:
        return self._said_at + QUIET_BEATS * self._beat_seconds

"""What conversations are, in plain Python: the slow and obvious form that the state machine holds
the product against. It knows people by name, messages by number, and no database.

Each deed returns what it is refused with, or None and then has happened.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tradepost.accounts.errors import BlocksOneself
from tradepost.kit.errors import NotFound
from tradepost.messaging.errors import (
    BadPlace,
    Blocked,
    BlockedByYou,
    ClientIdReused,
    FixedMembership,
    MessageChanged,
    MessageDeleted,
    NoSuchConversation,
    NoSuchMember,
    NoSuchMessage,
    NoSuchParent,
    NotDeleted,
    OwnersOnly,
    SendersOnly,
    UnknownPerson,
)
from tradepost.messaging.payloads import JOINED, LEFT, OWNER_MADE, REMOVED

Refusal = type[Exception] | None
SYSTEM = "system"


@dataclass(eq=False)
class Said:
    """A message. ``says`` is its text, of a system message its type."""

    talk: Talk
    seq: int
    sender: str | None
    says: str
    kind: str = "text"
    parent: Said | None = None
    version: int = 1
    is_edited: bool = False
    is_deleted: bool = False
    earlier: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    reactions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def root(self) -> Said | None:
        return None if self.parent is None else self.parent.root or self.parent

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def cause(self) -> tuple[str, int]:
        return (self.talk.name, self.seq)

    def becomes(self, says: str) -> None:
        self.earlier.append(self.says)
        self.says = says
        self.version += 1

    @property
    def is_wiped(self) -> bool:
        return self.is_deleted and self.version == 1

    def wipe(self) -> None:
        self.says, self.version, self.is_deleted, self.is_edited = "", 1, True, False
        self.earlier, self.named, self.reactions = [], set(), []


@dataclass
class Seat:
    """Somebody's place."""

    role: str = "member"
    joined: int = 0
    left: int | None = None
    read: int = 0
    unread_from: int | None = None
    archived: int | None = None
    notify: str = "all"
    is_muted: bool = False

    @property
    def read_up_to(self) -> int:
        return self.read if self.unread_from is None else self.unread_from - 1

    def sees(self, message: Said) -> bool:
        return self.joined < message.seq <= (message.seq if self.left is None else self.left)


@dataclass(eq=False)
class Talk:
    """A conversation: seats in the order in which people first came, messages from number 1."""

    name: str
    kind: str
    seats: dict[str, Seat] = field(default_factory=dict)
    messages: list[Said] = field(default_factory=list)

    @property
    def last(self) -> int:
        return len(self.messages)

    def active(self) -> list[str]:
        return [name for name, seat in self.seats.items() if seat.left is None]

    def seat_of(self, name: str) -> Seat | None:
        seat = self.seats.get(name)
        return seat if seat is not None and seat.left is None else None

    def pass_on(self) -> None:
        active = self.active()
        if active and not any(self.seats[name].role == "owner" for name in active):
            self.seats[active[0]].role = "owner"


class World:
    """All conversations, and what everybody was told: notifications by cause, events by person."""

    def __init__(self) -> None:
        self.people: list[str] = []
        self.talks: dict[str, Talk] = {}
        self.blocks: set[tuple[str, str]] = set()
        self.requests: dict[tuple[str, str], tuple[object, Said]] = {}
        # (who, cause): kind, talk, is read, number, by whom
        self.told: dict[tuple[str, object], list[object]] = {}
        self.events: dict[str, Counter[tuple[object, ...]]] = defaultdict(Counter)

    # --- Parts of deeds

    def tell(self, people: list[str], *event: object) -> None:
        for name in people:
            self.events[name][event] += 1

    def tell_with(self, who: str, talk: Talk, *event: object) -> None:
        self.tell(list({*talk.active(), who}), *event)

    def notify(
        self, people: list[str], kind: str, talk: Talk, cause: tuple[str, int], actor: str
    ) -> None:
        for name in people:
            self.told.setdefault((name, cause), [kind, talk.name, False, cause[1], actor])
        self.tell(people, "notification.created", kind, cause)

    def append(self, talk: Talk, message: Said) -> Said:
        talk.messages.append(message)
        self.tell(talk.active(), "message.created", talk.name, message.seq)
        return message

    def house_says(self, talk: Talk, type: str) -> Said:
        return self.append(talk, Said(talk, talk.last + 1, None, type, kind=SYSTEM))

    def named_in(self, body: str, talk: Talk, sender: str) -> set[str]:
        words = set(body.split())
        others = set(talk.active()) - {sender}
        return others if "@all" in words else {name for name in others if f"@{name}" in words}

    def audience_refusal(self, talk: Talk, sender: str) -> Refusal:
        others = [name for name in talk.active() if name != sender]
        if talk.seat_of(sender) is None:
            return NoSuchConversation
        if others and all((name, sender) in self.blocks for name in others):
            return Blocked
        if others and all((sender, name) in self.blocks for name in others):
            return BlockedByYou
        return None

    def refusal_at(self, who: str, message: Said, *, own: bool = False) -> Refusal:
        seat, is_own = message.talk.seats.get(who), message.sender == who
        if seat is None or not (seat.sees(message) or (own and is_own)):
            return NoSuchMessage
        if own:  # wherever one is
            return None if is_own else SendersOnly
        return NoSuchConversation if seat.left is not None else None

    def owner_refusal(self, owner: str, talk: Talk) -> Refusal:
        seat = talk.seat_of(owner)
        if seat is None:
            return NoSuchConversation
        if seat.role != "owner":
            return OwnersOnly
        return FixedMembership if talk.kind == "direct" else None

    # --- Deeds with messages

    def send(
        self, sender: str, talk: Talk, body: str, client_id: str, parent: Said | None
    ) -> Refusal | Said:
        asked = (talk.name, body, parent)
        earlier = self.requests.get((sender, client_id))
        if earlier is not None and (earlier[0] == asked or earlier[1].is_wiped):
            return earlier[1]
        if earlier is not None:
            return ClientIdReused
        refusal = self.audience_refusal(talk, sender)
        if refusal is None and parent is not None and parent.talk is not talk:
            refusal = NoSuchParent
        if refusal is not None:
            return refusal
        message = Said(talk, talk.last + 1, sender, body, parent=parent)
        message.named = self.named_in(body, talk, sender)
        self.requests[sender, client_id] = (asked, message)
        self.append(talk, message)
        seat = talk.seats[sender]
        seat.read, seat.unread_from = message.seq, None
        self.read_notifications(sender, talk, message.seq)
        wanting = [name for name in talk.active() if self.wants(name, message)]
        for kind, is_named in (("message.received", False), ("message.mentioned", True)):
            told = [name for name in wanting if (name in message.named) == is_named]
            self.notify(told, kind, talk, message.cause, sender)
        return None

    def wants(self, name: str, message: Said) -> bool:
        seat = message.talk.seats[name]
        if name == message.sender or (name, message.sender) in self.blocks:
            return False
        if seat.notify == "nothing":
            return False
        return name in message.named or (not seat.is_muted and seat.notify == "all")

    def edit(self, who: str, message: Said, body: str, version: int | None) -> Refusal:
        refusal = self.refusal_at(who, message, own=True)
        if refusal is None and message.talk.seat_of(who) is None:
            refusal = NoSuchConversation
        if refusal is not None or message.is_deleted:
            return refusal or MessageDeleted
        if version is not None and version != message.version:
            return MessageChanged
        if body != message.says:
            message.becomes(body)
            message.is_edited = True
            named = self.named_in(body, message.talk, who)
            seats = message.talk.seats
            message.named = {name for name in named if seats[name].sees(message)}
            self.tell(message.talk.active(), "message.edited", *message.cause)
        return None

    def delete(self, who: str, message: Said) -> Refusal:
        refusal = self.refusal_at(who, message, own=True)
        if refusal is None and not message.is_deleted:
            message.becomes("")
            message.is_deleted = True
            told = [name for name, cause in self.told if cause == message.cause]
            for name in told:
                del self.told[name, message.cause]
            self.tell(told, "notification.withdrawn", message.cause)
            self.tell_with(who, message.talk, "message.deleted", *message.cause)
        return refusal

    def restore(self, who: str, message: Said) -> Refusal:
        refusal = self.refusal_at(who, message, own=True)
        if refusal is not None or not message.is_deleted or not message.earlier:
            return refusal or NotDeleted
        message.becomes(message.earlier[-1])
        message.is_deleted = False
        self.tell_with(who, message.talk, "message.restored", *message.cause)
        return None

    def purge(self) -> None:
        for talk in self.talks.values():
            for message in talk.messages:
                if message.is_deleted and message.version > 1:
                    message.wipe()
                    self.tell(talk.active(), "message.deleted", *message.cause)

    def react(self, who: str, message: Said, emoji: str) -> Refusal:
        refusal = self.refusal_at(who, message)
        if refusal is not None or message.is_deleted:
            return refusal or MessageDeleted
        if self.audience_refusal(message.talk, who) is Blocked:
            return Blocked
        if (who, emoji) not in message.reactions:
            message.reactions.append((who, emoji))
            self.tell(message.talk.active(), "reaction.added", *message.cause, who)
        return None

    def take_reaction(self, who: str, message: Said, emoji: str) -> Refusal:
        refusal = self.refusal_at(who, message)
        if refusal is None and (who, emoji) in message.reactions:
            message.reactions.remove((who, emoji))
            self.tell(message.talk.active(), "reaction.removed", *message.cause, who)
        return refusal

    # --- Reading

    def read(self, who: str, talk: Talk, up_to: int | None) -> Refusal:
        seat = talk.seat_of(who)
        if seat is None:
            return NoSuchConversation
        seq = talk.last if up_to is None else min(up_to, talk.last)
        if seq > seat.read:
            seat.read = seq
            self.tell(talk.active(), "conversation.read", talk.name, who, seq)
        elif seat.unread_from is not None:
            self.tell([who], "conversation.arranged", talk.name)
        seat.unread_from = None
        self.read_notifications(who, talk, seat.read)
        return None

    def read_notifications(self, who: str, talk: Talk, up_to: int | None = None) -> None:
        unread = [row for (name, _), row in self.told.items() if name == who]
        unread = [row for row in unread if row[1] == talk.name and not row[2]]
        unread = [row for row in unread if up_to is None or row[3] <= up_to]
        for row in unread:
            row[2] = True
        if unread:
            self.tell([who], "notification.group_read", talk.name, len(unread), up_to)

    def mark_unread(self, who: str, message: Said) -> Refusal:
        refusal = self.refusal_at(who, message)
        if refusal is not None:
            return refusal
        seat = message.talk.seats[who]
        if message.seq > seat.read:
            return BadPlace
        seat.unread_from = message.seq
        self.tell([who], "conversation.arranged", message.talk.name)
        return None

    def unread(self, who: str, talk: Talk) -> list[Said]:
        seat = talk.seat_of(who)
        if seat is None:
            return []
        return [
            message
            for message in talk.messages
            if message.seq > seat.read_up_to
            and message.kind != SYSTEM
            and message.sender != who
            and not message.is_deleted
            and (who, message.sender) not in self.blocks
        ]

    # --- People

    def add(self, owner: str, talk: Talk, person: str, *, show_history: bool) -> Refusal:
        refusal = self.owner_refusal(owner, talk)
        if refusal is not None:
            return refusal
        if person == owner or person not in self.people or (person, owner) in self.blocks:
            return UnknownPerson
        if talk.seat_of(person) is not None:
            return None
        seat = talk.seats.setdefault(person, Seat())
        seat.joined, seat.left, seat.read = 0 if show_history else talk.last, None, talk.last
        seat.role, seat.unread_from, seat.archived = "member", None, None
        message = self.house_says(talk, JOINED)
        self.tell(talk.active(), "conversation.people_changed", talk.name)
        self.notify([person], "conversation.added", talk, message.cause, owner)
        return None

    def remove(self, owner: str, talk: Talk, person: str) -> Refusal:
        if owner == person:
            return self.leave(owner, talk)
        refusal = self.owner_refusal(owner, talk)
        if refusal is not None or talk.seat_of(person) is None:
            return refusal or NoSuchMember
        self.house_says(talk, REMOVED)
        self.go(person, talk)
        return None

    def leave(self, who: str, talk: Talk) -> Refusal:
        if talk.seat_of(who) is None:
            return NoSuchConversation
        if talk.kind == "direct":
            return FixedMembership
        self.house_says(talk, LEFT)
        self.go(who, talk)
        return None

    def go(self, who: str, talk: Talk) -> None:
        seat = talk.seats[who]
        seat.left, seat.role = talk.last, "member"
        self.read_notifications(who, talk)
        talk.pass_on()
        self.tell([*talk.active(), who], "conversation.people_changed", talk.name)

    def make_owner(self, owner: str, talk: Talk, person: str) -> Refusal:
        refusal = self.owner_refusal(owner, talk)
        seat = talk.seat_of(person)
        if refusal is not None or seat is None:
            return refusal or NoSuchMember
        if seat.role != "owner":
            seat.role = "owner"
            self.house_says(talk, OWNER_MADE)
        return None

    def block(self, blocker: str, person: str) -> Refusal:
        if blocker == person:
            return BlocksOneself
        if person not in self.people:
            return NotFound
        self.blocks.add((blocker, person))
        self.tell([blocker], "person.blocked", person)  # also when they were
        return None

    def unblock(self, blocker: str, person: str) -> None:
        if (blocker, person) in self.blocks:
            self.blocks.remove((blocker, person))
            self.tell([blocker], "person.unblocked", person)

    def erase(self, who: str) -> None:
        self.people.remove(who)
        for talk in list(self.talks.values()):
            self.leave_for_good(who, talk)
            for message in talk.messages:
                message.named.discard(who)
                message.reactions = [pair for pair in message.reactions if pair[0] != who]
                if message.sender == who:
                    message.wipe()
                    message.sender = None
        self.blocks = {pair for pair in self.blocks if who not in pair}
        self.told = {key: row for key, row in self.told.items() if key[0] != who}
        readers = {name for (name, _), row in self.told.items() if row[4] == who}
        self.tell(list(readers), "notification.changed", who)
        self.events.pop(who, None)

    def leave_for_good(self, who: str, talk: Talk) -> None:
        seat = talk.seats.get(who)
        if seat is None:
            return
        if not any(name in self.people for name in talk.seats):
            del self.talks[talk.name]
            return
        seat.left = talk.last if seat.left is None else seat.left
        seat.role = "member"
        talk.pass_on()
        self.tell(talk.active(), "conversation.erased", talk.name, who)

    # --- What people set for themselves

    def archive(self, who: str, talk: Talk, *, archived: bool) -> Refusal:
        if who not in talk.seats:
            return NoSuchConversation
        talk.seats[who].archived = talk.last if archived else None
        self.tell([who], "conversation.arranged", talk.name)
        return None

    def arrange(self, who: str, talk: Talk, **wanted: object) -> Refusal:
        seat = talk.seat_of(who)
        if seat is None:
            return NoSuchConversation
        for name, value in wanted.items():
            setattr(seat, name, value)
        self.tell([who], "conversation.arranged", talk.name)
        return None

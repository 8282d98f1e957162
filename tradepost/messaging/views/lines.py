"""Messages as the lines of a page: what belongs to each of them there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.messaging.payloads import find_card
from tradepost.messaging.queries.conversation_rows import Member
from tradepost.messaging.queries.messages import rows_of_reader
from tradepost.messaging.rows import Shown, reader_of, shown_messages
from tradepost.messaging.views.wording import author_of, gist_of

MOST_INDENTED = 6  # levels of a thread; deeper ones stand below each other
MOST_NAMED = 20  # of those who have seen a message


@dataclass(frozen=True, slots=True)
class Quote:
    """The beginning of a message that another one answers."""

    author: str
    gist: str
    seq: int


@dataclass(frozen=True, slots=True)
class Line:
    """A message on a page of its reader; ``is_open`` when its content is shown.

    ``seen_by`` is how many others have read it, ``seen_names`` are the first of them; ``level`` is
    how far it is indented.
    """

    message: Shown
    author: str
    gist: str
    is_own: bool
    is_open: bool
    is_system: bool
    may_edit: bool
    may_restore: bool
    buttons: Sequence[str]
    quote: Quote | None = None
    seen_by: int = 0
    seen_names: str = ""
    level: int = 0


def lines_of(
    messages: Sequence[Shown], *, reader: User, conversation_id: UUID,
    members: Iterable[Member] = (), may_write: bool = True,
    levels: Mapping[object, int] | None = None,
) -> list[Line]:  # fmt: skip
    """Return the lines of messages of one conversation, with what they answer.

    Takes the queries of ``shown_messages`` once more where something is answered that is not among
    the messages.
    """
    answered = _read_answered(messages, reader, conversation_id)
    others = [member for member in members if member.person.user_id != reader.pk]
    return [
        Line(
            **_facts_of(message, reader, may_write),
            quote=_quote(answered.get(_id(message["parent_message"])), reader),
            **_seen(message, reader, others),
            level=min((levels or {}).get(message["message_id"], 0), MOST_INDENTED),
        )
        for message in messages
    ]


def quote_of(message: Shown, reader: User) -> Quote:
    """Return the beginning of a message for who answers it."""
    return Quote(author_of(message, reader), gist_of(message), _seq(message))


def _facts_of(message: Shown, reader: User, may_write: bool) -> dict[str, Any]:
    is_own = is_by(message, reader)
    is_open = not (message["deleted"] or message["hidden"] or message["is_withheld"])
    payload = message["payload"]
    card = find_card(payload) if message["kind"] == "card" and isinstance(payload, dict) else None
    # What was deleted for good begins its versions anew.
    was_just_deleted = bool(message["deleted"]) and message["version"] != 1
    return {
        "message": message,
        "author": author_of(message, reader),
        "gist": gist_of(message),
        "is_own": is_own,
        "is_open": is_open,
        "is_system": message["kind"] == "system",
        "may_edit": may_write and is_own and is_open and message["kind"] == "text",
        "may_restore": may_write and is_own and was_just_deleted,
        "buttons": sorted(card.buttons) if card and card.press and may_write else (),
    }


def is_by(message: Shown, person: User) -> bool:
    """Return whether the person wrote the message."""
    sender = message["sender"]
    return isinstance(sender, dict) and sender["user_id"] == person.pk


def _read_answered(
    messages: Sequence[Shown], reader: User, conversation_id: UUID
) -> dict[UUID | None, Shown]:
    """Return by id the messages that some of these answer."""
    found = {_id(message["message_id"]): message for message in messages}
    parents_of = {_id(message["parent_message"]) for message in messages}
    missing = {pk for pk in parents_of - found.keys() if pk is not None}
    if missing:
        rows = rows_of_reader(user=reader, conversation_id=conversation_id)
        parents = rows.filter(pk__in=missing).order_by()
        shown = shown_messages(parents, reader_of(reader.pk))
        found |= {_id(message["message_id"]): message for message in shown}
    return found


def _quote(message: Shown | None, reader: User) -> Quote | None:
    return None if message is None else quote_of(message, reader)


def _seen(message: Shown, reader: User, others: Sequence[Member]) -> dict[str, Any]:
    """Return who has read a message of the reader's; who came later has not."""
    if not is_by(message, reader) or message["deleted"]:
        return {}
    seq = _seq(message)
    names = [str(m.person) for m in others if m.joined_seq < seq <= m.last_read_seq]
    more = " …" if len(names) > MOST_NAMED else ""
    return {"seen_by": len(names), "seen_names": ", ".join(names[:MOST_NAMED]) + more}


def _id(value: object) -> UUID | None:
    return value if isinstance(value, UUID) else None


def _seq(message: Shown) -> int:
    seq = message["seq"]
    assert isinstance(seq, int)  # a message has one
    return seq

"""Messages straight from queries to JSON, without model instances or serializers.

``MessageOutput`` defines the contract; a test holds this form equal to it. Whoever shows messages
reads them by ``message_rows`` and shows them by ``shown_messages``, for one ``Reader``: what is
taken back, hidden, or written by somebody whom the reader blocks is shown without its content.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db.models import BigIntegerField, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.urls import reverse

from tradepost.accounts.models import Block, User
from tradepost.kit.prepared import Prepared, PreparedIn, as_uuid
from tradepost.messaging.models import Attachment, Mention, Message, Participant, Reaction
from tradepost.messaging.payloads import people_of, sentence_of

Shown = dict[str, object]
PLACE = "conversation__memberships"
# For messages that were looked up by the reader's own membership, as ``visible_to`` does.
READ_UP_TO = Coalesce(
    F(f"{PLACE}__unread_from") - 1, F(f"{PLACE}__last_read_seq"), output_field=BigIntegerField()
)


class MessageRow(NamedTuple):
    """A message with its sender, and up to which message its reader has read."""

    id: UUID
    conversation_id: UUID
    seq: int
    sender_id: UUID | None
    sender__username: str | None
    sender__first_name: str | None
    sender__last_name: str | None
    sender__role: str | None
    kind: str
    body: str
    parent_id: UUID | None
    root_id: UUID | None
    depth: int
    version: int
    edited_at: datetime | None
    deleted_at: datetime | None
    hidden_at: datetime | None
    payload: dict[str, Any] | None
    has_attachments: bool
    sent_at: datetime
    client_id: str
    read_up_to: int


COLUMNS = MessageRow._fields[:-1]
OF_SENDER = "sender__"
LARGEST_SEQ = 2**63 - 1
IDS = ("id", "conversation_id", "sender_id", "parent_id", "root_id")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom messages are shown: whom they block, and whether they want the text as HTML too."""

    user_id: UUID
    blocked: frozenset[UUID] = frozenset()
    wants_html: bool = False

    def shuts_out(self, row: MessageRow) -> bool:
        """Whether the message is by somebody whom the reader blocks."""
        return row.sender_id in self.blocked

    def has_read(self, row: MessageRow) -> bool:
        """Whether the reader wrote it or has come that far."""
        return row.sender_id == self.user_id or row.seq <= row.read_up_to


@dataclass(frozen=True, slots=True)
class Extras:
    """What belongs to messages and is kept elsewhere, by the message's id; ``names`` of people."""

    attachments: Mapping[UUID, list[Shown]] = field(default_factory=dict)
    mentions: Mapping[UUID, list[UUID]] = field(default_factory=dict)
    reactions: Mapping[UUID, list[Shown]] = field(default_factory=dict)
    replies: Mapping[UUID, int] = field(default_factory=dict)
    names: Mapping[UUID, str] = field(default_factory=dict)


def message_rows(messages: QuerySet[Message], *, read_up_to: Combinable = READ_UP_TO) -> Any:
    """Return the query that reads what ``shown_messages`` needs, as tuples; also for Prepared.

    ``read_up_to`` is the reader's place: ``unread_from - 1`` if that is set, else
    ``last_read_seq``; an expression, ``Value(place)`` where it is known.
    """
    return messages.values_list(*COLUMNS, read_up_to)


def reader_of(user_id: UUID, *, wants_html: bool = False) -> Reader:
    """Return the reader of this id, in one query."""
    blocked = frozenset(as_uuid(blocked) for (blocked,) in _blocked.run(user_id=user_id))
    return Reader(user_id, blocked, wants_html)


def shown_messages(rows: Iterable[Sequence[Any]], reader: Reader) -> list[Shown]:
    """Return what ``MessageOutput`` would say about each row, in the order of the rows.

    Takes a query for reactions and one for the numbers of replies; one each for files, people named
    and names of people only where there are any.
    """
    found = [read_row(row) for row in rows]
    extras = _read_extras(found, reader)
    return [_shown(row, reader, extras) for row in found]


def message_shown(message: Message, reader: Reader) -> Shown:
    """Return what the sender of a message that was just sent is answered, without asking the
    database for what its action has in hand; only files take a query."""
    row = row_of(message, read_up_to=message.seq)
    extras = Extras(
        attachments=_read_attachments([row.id] if row.has_attachments else []),
        mentions={row.id: sorted(message.named)},
    )
    return _shown(row, reader, extras)


def replies_seen_by(user_id: UUID) -> QuerySet[Message]:
    """Return what ``visible_to`` gives, to be narrowed to replies to what somebody may read.

    Unlike that it joins nothing, or SQLite would look through all that the person sees.
    """
    places = Participant.objects.filter(conversation=OuterRef("conversation"), user_id=user_id)
    end = Coalesce(Subquery(places.values("left_seq")), Value(LARGEST_SEQ))
    return Message.objects.filter(seq__gt=Subquery(places.values("joined_seq")), seq__lte=end)


def row_of(message: Message, *, read_up_to: int) -> MessageRow:
    """Return the row of a message that is loaded with its sender."""
    kept: dict[str, Any] = {
        name: getattr(message, name) for name in COLUMNS if not name.startswith(OF_SENDER)
    }
    for name in ("username", "first_name", "last_name", "role"):
        kept[f"{OF_SENDER}{name}"] = getattr(message.sender, name, None)
    return MessageRow(**kept, read_up_to=read_up_to)


def read_row(row: Sequence[Any]) -> MessageRow:
    """Return a row in Python's types, whether the ORM or the database's driver gave it."""
    if isinstance(row, MessageRow):
        return row
    kept = dict(zip(MessageRow._fields, row, strict=True))
    for name in IDS:
        kept[name] = None if kept[name] is None else as_uuid(kept[name])
    if isinstance(kept["payload"], str):
        kept["payload"] = orjson.loads(kept["payload"])
    return MessageRow(**kept)


def _shown(row: MessageRow, reader: Reader, extras: Extras) -> Shown:
    is_withheld = reader.shuts_out(row)
    is_open = not (is_withheld or row.deleted_at or row.hidden_at)
    body = _text_of(row, extras) if is_open else ""
    shown: Shown = {
        "message_id": row.id,
        "conversation": row.conversation_id,
        "seq": row.seq,
        "sender": _sender_of(row),
        "kind": row.kind,
        "message_body": body,
        "parent_message": row.parent_id,
        "root_message": row.root_id,
        "depth": row.depth,
        "version": row.version,
        "edited": row.edited_at is not None,
        "edited_at": _in_utc(row.edited_at),
        "deleted": row.deleted_at is not None,
        "hidden": row.hidden_at is not None,
        "is_withheld": is_withheld,
        "payload": row.payload if is_open else None,
        "mentions": extras.mentions.get(row.id, []) if is_open else [],
        "attachments": extras.attachments.get(row.id, []) if is_open else [],
        "reactions": extras.reactions.get(row.id, []) if is_open else [],
        "reply_count": extras.replies.get(row.id, 0),
        "sent_at": _in_utc(row.sent_at),
        "client_id": row.client_id if row.sender_id == reader.user_id else None,
        "is_read": reader.has_read(row),
    }
    if reader.wants_html:
        shown["message_html"] = _html_of(body)
    return shown


def _text_of(row: MessageRow, extras: Extras) -> str:
    if row.kind == Message.Kind.SYSTEM and row.payload is not None:
        return sentence_of(row.payload, extras.names)
    return row.body


def _html_of(body: str) -> str:
    from tradepost.messaging.rich_text import to_html  # it is large, and few ask for it

    return to_html(body) if body else ""


def _sender_of(row: MessageRow) -> Shown | None:
    if row.sender_id is None:
        return None
    return {
        "user_id": row.sender_id,
        "username": row.sender__username,
        "first_name": row.sender__first_name,
        "last_name": row.sender__last_name,
        "role": row.sender__role,
    }


def _in_utc(moment: datetime | None) -> datetime | None:
    """Some drivers leave out that the moments of a database are in UTC."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_extras(rows: Sequence[MessageRow], reader: Reader) -> Extras:
    """Ask for what the rows have elsewhere; what is shown without its content has nothing."""
    open_rows = [
        row for row in rows if not (row.deleted_at or row.hidden_at or reader.shuts_out(row))
    ]
    said = [row.id for row in open_rows if row.kind != Message.Kind.SYSTEM]
    return Extras(
        attachments=_read_attachments([row.id for row in open_rows if row.has_attachments]),
        mentions=_read_mentions([row.id for row in open_rows if "@" in row.body]),
        reactions=_read_reactions(said, reader),
        replies=_read_replies([row.id for row in rows], reader),
        names=_read_names(open_rows),
    )


def _read_attachments(message_ids: Collection[UUID]) -> dict[UUID, list[Shown]]:
    found: dict[UUID, list[Shown]] = defaultdict(list)
    for message_id, *row in _attachments.run(message_ids):
        found[as_uuid(message_id)].append(attachment_shown(row))
    return found


def attachment_shown(row: Sequence[Any]) -> Shown:
    """Return a file as JSON from its ATTACHMENT_COLUMNS; addresses are paths on this host."""
    kept, name, mime_type, size, width, height, thumbnail = row
    pk = as_uuid(kept)
    return {
        "attachment_id": pk,
        "name": name,
        "mime_type": mime_type,
        "size": size,
        "width": width,
        "height": height,
        "url": reverse("attachment-file", args=[pk]),
        "thumbnail_url": reverse("attachment-thumbnail", args=[pk]) if thumbnail else None,
    }


def _read_mentions(message_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for message_id, user_id in _mentions.run(message_ids):
        found[as_uuid(message_id)].append(as_uuid(user_id))
    return found


def _read_reactions(message_ids: Sequence[UUID], reader: Reader) -> dict[UUID, list[Shown]]:
    found: dict[UUID, list[Shown]] = defaultdict(list)
    rows = _reactions.run([reader.user_id, *message_ids]) if message_ids else []
    for message_id, emoji, count, mine, _ in rows:
        shown: Shown = {"emoji": emoji, "count": count, "mine": mine > 0}
        found[as_uuid(message_id)].append(shown)
    return found


def _read_replies(message_ids: Sequence[UUID], reader: Reader) -> dict[UUID, int]:
    rows = _replies.run([reader.user_id, *message_ids]) if message_ids else []
    return {as_uuid(message_id): count for message_id, count in rows}


def _read_names(rows: Iterable[MessageRow]) -> dict[UUID, str]:
    people: set[UUID] = set()
    for row in rows:
        if row.kind == Message.Kind.SYSTEM and row.payload is not None:
            people |= people_of(row.payload)
    return {
        as_uuid(pk): f"{first} {last}".strip() or username
        for pk, first, last, username in _names.run(sorted(people))
    }


ATTACHMENT_COLUMNS = ("id", "name", "mime_type", "size", "width", "height", "thumbnail")


def _attachment_rows(message_ids: list[Any]) -> QuerySet[Any, Any]:
    rows = Attachment.objects.filter(message_id__in=message_ids).order_by("place", "id")
    return rows.values_list("message_id", *ATTACHMENT_COLUMNS)


def _mention_rows(message_ids: list[Any]) -> QuerySet[Any, Any]:
    rows = Mention.objects.filter(message_id__in=message_ids).order_by("message_id", "user_id")
    return rows.values_list("message_id", "user_id")


def _reaction_rows(reader_and_messages: list[Any]) -> QuerySet[Any, Any]:
    """One row for each emoji below a message, in the order in which they came first."""
    reader, *message_ids = reader_and_messages
    reactions = Reaction.objects.filter(message_id__in=message_ids)
    own = Count("id", filter=Q(user_id=reader))
    rows: QuerySet[Any, Any] = reactions.values_list("message_id", "emoji").annotate(
        count=Count("id"), own=own, first=Min("id")
    )
    return rows.order_by("first")


def _reply_rows(reader_and_messages: list[Any]) -> QuerySet[Any, Any]:
    reader, *message_ids = reader_and_messages
    replies = replies_seen_by(reader).filter(parent_id__in=message_ids)
    rows: QuerySet[Any, Any] = replies.values_list("parent_id").annotate(count=Count("id"))
    return rows.order_by("parent_id")


def _name_rows(user_ids: list[Any]) -> QuerySet[Any, Any]:
    people: QuerySet[User] = User.objects.filter(pk__in=user_ids).order_by("pk")
    return people.values_list("pk", "first_name", "last_name", "username")


_attachments = PreparedIn(_attachment_rows, kind=UUID)
_mentions = PreparedIn(_mention_rows, kind=UUID)
_reactions = PreparedIn(_reaction_rows, kind=UUID)
_replies = PreparedIn(_reply_rows, kind=UUID)
_names = PreparedIn(_name_rows, kind=UUID)
_blocked = Prepared(
    lambda user_id: Block.objects.filter(blocker_id=user_id).values_list("blocked_id"),
    places={"user_id": UUID},
)

"""Messages, shaped for one reader: rows for ``messaging/rows.py`` to show."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from tradepost.accounts.models import Block, User
from tradepost.kit.prepared import Prepared
from tradepost.messaging.errors import NoSuchConversation, NoSuchMessage
from tradepost.messaging.models import Message, MessageHistory, Participant
from tradepost.messaging.rows import (
    COLUMNS,
    LARGEST_SEQ,
    MessageRow,
    Reader,
    message_rows,
    read_row,
    replies_seen_by,
)

MOST_COUNTED = 100  # badges show "99+" beyond
BELOW = f"""
    WITH RECURSIVE below (id) AS (
        SELECT id FROM {Message._meta.db_table} WHERE id = %s
        UNION ALL
        SELECT reply.id FROM {Message._meta.db_table} reply JOIN below ON reply.parent_id = below.id
    ) SELECT id FROM below
"""  # noqa: S608 - a name of ours


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """What decides which messages of a conversation a person sees, and how.

    They see those after ``joined_seq`` up to ``left_seq``, and have read those up to
    ``read_up_to``. ``version`` is that of the conversation; ``blocks`` (how many, the latest) tells
    one choice of blocked people from another.
    """

    conversation_id: UUID
    user_id: UUID
    joined_seq: int
    left_seq: int | None
    read_up_to: int
    version: int
    blocks: tuple[int, int]


def find_place(*, user_id: UUID, conversation_id: UUID) -> ReadingPlace:
    """Return the place of somebody who takes part in the conversation or did, in one query.

    Raises NoSuchConversation.
    """
    row = _place.first(user_id=user_id, blocker_id=user_id, conversation_id=conversation_id)
    if row is None:
        raise NoSuchConversation
    joined_seq, left_seq, read_up_to, version, blocks, latest = row
    return ReadingPlace(
        conversation_id, user_id, joined_seq, left_seq, read_up_to, version,
        (blocks or 0, latest or 0),
    )  # fmt: skip


def rows_of_conversation(*, place: ReadingPlace) -> QuerySet[Message, Any]:
    """Return the rows of what a person sees of a conversation."""
    seen = Message.objects.filter(conversation_id=place.conversation_id, seq__gt=place.joined_seq)
    if place.left_seq is not None:
        seen = seen.filter(seq__lte=place.left_seq)
    rows: QuerySet[Message, Any] = message_rows(seen, read_up_to=Value(place.read_up_to))
    return rows


def list_rows_of_conversation(
    *, place: ReadingPlace, limit: int, after: int = 0, before: int = LARGEST_SEQ,
    oldest_first: bool = False,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Return rows of what a person sees of a conversation, between two numbers, newest first.

    The query is built once: the pages of a conversation are what is read most.
    """
    end = before if place.left_seq is None else min(before, place.left_seq + 1)
    rows = _oldest if oldest_first else _newest
    return rows.run(
        conversation_id=place.conversation_id, after=max(after, place.joined_seq), before=end,
        read_up_to=place.read_up_to, limit=limit,
    )  # fmt: skip


def rows_of_reader(*, user: User, conversation_id: UUID | None = None) -> QuerySet[Message, Any]:
    """Return the rows of what the user sees, of one conversation or of all."""
    messages = Message.objects.visible_to(user)
    if conversation_id is not None:
        messages = messages.filter(conversation_id=conversation_id)
    rows: QuerySet[Message, Any] = message_rows(messages)
    return rows


def get_row(*, user: User, message_id: UUID) -> MessageRow:
    """Return one message that the user sees or wrote. Raises NoSuchMessage."""
    row = _message.first(user_id=user.pk, message_id=message_id)
    if row is None:
        raise NoSuchMessage
    return read_row(row)


def list_unread(*, user: User) -> QuerySet[Message]:
    """Return what the user has not read, of each message only what is shown."""
    plain = [name for name in COLUMNS if name != "sender_id"]
    return Message.unread.for_user(user).select_related("sender").only("sender", *plain)


def count_unread(*, user: User) -> int:
    """Return how many messages the user has not read, up to MOST_COUNTED."""
    unread = Message.unread.for_user(user).order_by().values("pk")
    return unread[:MOST_COUNTED].count()


def list_replies(
    *, user: User, message: MessageRow, after: int, limit: int
) -> tuple[list[Any], bool]:
    """Return rows of the replies below a message at any depth that come after number ``after``, in
    their order, at most ``limit``; and whether there are more.

    What comes first of them is always whole: a reply has a higher number than what it answers.
    """
    replies = replies_seen_by(user.pk).filter(seq__gt=after)
    if message.root_id is None:
        replies = replies.filter(root_id=message.id)
    else:
        start = Message._meta.pk.get_db_prep_value(message.id, connection)
        replies = replies.filter(pk__in=RawSQL(BELOW, [start]), seq__gt=message.seq)  # noqa: S611
    place = Value(message.read_up_to, output_field=BigIntegerField())
    rows = list(message_rows(replies, read_up_to=place).order_by("seq")[: limit + 1])
    return rows[:limit], len(rows) > limit


def list_history(*, message: MessageRow, reader: Reader) -> QuerySet[MessageHistory]:
    """Return what a message said earlier, newest first; nothing where it is shown without its
    content."""
    if message.deleted_at or message.hidden_at or reader.shuts_out(message):
        return MessageHistory.objects.none()
    return MessageHistory.objects.filter(message_id=message.id).select_related("editor")


def list_readers(*, user: User, message: MessageRow) -> list[User]:
    """Return who else in the conversation has read a message, by user name.

    Who came later has not, wherever their place is. There are at most MOST_PARTICIPANTS. Who has
    left is told of nobody.
    """
    here = Participant.objects.active().filter(user=user, conversation=OuterRef("conversation"))
    readers = Participant.objects.active().filter(
        Exists(here),
        conversation_id=message.conversation_id,
        joined_seq__lt=message.seq,
        last_read_seq__gte=message.seq,
    )
    people = User.objects.filter(pk__in=readers.values("user_id")).order_by("username")
    return list(people.exclude(pk=message.sender_id) if message.sender_id else people)


def _build_place(user_id: UUID, blocker_id: UUID, conversation_id: UUID) -> QuerySet[Any, Any]:
    blocks = Block.objects.filter(blocker_id=blocker_id).order_by().values("blocker_id")
    return Participant.objects.filter(user_id=user_id, conversation_id=conversation_id).values_list(
        "joined_seq",
        "left_seq",
        Coalesce(F("unread_from") - 1, F("last_read_seq"), output_field=BigIntegerField()),
        "conversation__version",
        Subquery(blocks.annotate(count=Count("id")).values("count")),
        Subquery(blocks.annotate(latest=Max("id")).values("latest")),
    )


def _build_newest(
    conversation_id: UUID, after: int, before: int, read_up_to: int
) -> QuerySet[Any, Any]:
    seen = Message.objects.filter(
        conversation_id=conversation_id, seq__gt=after, seq__lt=before
    ).order_by("-seq")
    rows: QuerySet[Any, Any] = message_rows(seen, read_up_to=Value(read_up_to))
    return rows


def _build_oldest(**places: Any) -> QuerySet[Any, Any]:
    return _build_newest(**places).order_by("seq")


def _build_message(user_id: UUID, message_id: UUID) -> QuerySet[Any, Any]:
    message = Message.objects.readable_by(User(pk=user_id)).filter(pk=message_id)
    rows: QuerySet[Any, Any] = message_rows(message).order_by()
    return rows


_place = Prepared(
    _build_place, places={"user_id": UUID, "blocker_id": UUID, "conversation_id": UUID}
)
_message = Prepared(_build_message, places={"user_id": UUID, "message_id": UUID})
_newest, _oldest = (
    Prepared(
        build,
        places={"conversation_id": UUID, "after": int, "before": int, "read_up_to": int},
        around="{query} LIMIT %(limit)s",
    )
    for build in (_build_newest, _build_oldest)
)

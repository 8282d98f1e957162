"""Which conversations somebody has, in which order, and one of them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.moments import Moment
from tradepost.kit.prepared import Prepared, as_uuid
from tradepost.kit.search import words_of
from tradepost.messaging.errors import NoSuchConversation
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.models.conversations import stands_so
from tradepost.messaging.queries.conversation_rows import (
    MOST_COUNTED,
    MOST_PEOPLE_LISTED,
    NOTHING,
    PERSON,
    BoundedCount,
    ConversationRow,
    Member,
    Person,
    Place,
    conversation_facts,
    place_rows,
    read_unread,
    shown_conversations,
    unread_of_place,
)
from tradepost.messaging.rows import Reader, Shown, message_rows, reader_of, shown_messages

NEWEST_SHOWN = 50
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when what is not pinned was pinned, for the order
END = Coalesce("left_seq", "conversation__last_seq")
IS_ARCHIVED = Q(archived_seq__gte=END)
NOT_ARCHIVED = Q(archived_seq=None) | Q(archived_seq__lt=END)
KNOWS_PEOPLE = Q(left_seq=None) | Q(conversation__kind=Conversation.Kind.DIRECT)
SHOWN: dict[str, Q] = {
    "open": Q(left_seq=None) & NOT_ARCHIVED,
    "archived": IS_ARCHIVED,
    "left": Q(left_seq__isnull=False) & NOT_ARCHIVED,
    "all": Q(),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which conversations are asked for: those that one takes part in now and has not archived
    (``open``), the archived ones, those that one has left, or ``all``; and what they must be.

    ``search`` looks for each word in the title and the names of people.
    """

    show: Literal["open", "archived", "left", "all"] = "open"
    unread: bool | None = None
    kind: str = ""
    state: str = ""
    subject: tuple[str, str] | None = None  # the model's name, and the id
    search: str = ""


@dataclass(frozen=True)
class Spot:
    """A place in the list: just after a conversation, or before it with ``backwards``; without
    values it is the list's beginning, or its end."""

    values: tuple[datetime, datetime, UUID] | None = None  # pinned_at or NEVER, updated_at, id
    backwards: bool = False


@dataclass(frozen=True)
class Stretch:
    """Some conversations of the list in its order, and whether more lie beyond them."""

    rows: list[ConversationRow]
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class ConversationDetail(ConversationRow):
    """A conversation with everybody in it and its newest messages, the oldest of them first.

    Who has left it is not told who is in it, nor who has read what.
    """

    members: Sequence[Member]
    messages: Sequence[Shown]


@dataclass(frozen=True)
class UnreadCount:
    """In how many conversations something is unread, and how much; each up to MOST_COUNTED."""

    conversations: int
    messages: int


START = Spot()
EVERYTHING_OPEN = Filters()


def list_conversations(
    *, user: User, filters: Filters = EVERYTHING_OPEN, spot: Spot = START, size: int = 20,
    wants_html: bool = False,
) -> Stretch:  # fmt: skip
    """Return ``size`` conversations of the user's next to a place in the list.

    What is pinned comes first, the latest pin first of all; then comes the newest activity.
    """
    if filters == EVERYTHING_OPEN and spot == START:
        rows = _first_page.run(user_id=user.pk, limit=size + 1)
    else:
        rows = list(place_rows(_select(user, filters, spot))[: size + 1])
    page = rows[:size][::-1] if spot.backwards else rows[:size]
    reader = reader_of(user.pk, wants_html=wants_html)
    return Stretch(shown_conversations(page, reader), has_more=len(rows) > size)


def read_conversation(
    *, user: User, conversation_id: UUID, wants_html: bool = False
) -> ConversationDetail:
    """Return one conversation of the user's, also one that they have left.

    Raises NoSuchConversation for a stranger's.
    """
    row = _one.first(user_id=user.pk, conversation_id=conversation_id)
    if row is None:
        raise NoSuchConversation
    place = Place._make(row)
    reader = reader_of(user.pk, wants_html=wants_html)
    messages = _read_newest(place, reader)
    here, everybody = _read_members(place)
    return ConversationDetail(
        **conversation_facts(place, read_unread([place], user.pk).get(place.id, NOTHING)),
        participants=everybody[:MOST_PEOPLE_LISTED],
        participant_count=len(everybody),
        last_message=messages[-1] if messages else None,
        members=here if place.left_seq is None else [],
        messages=messages,
    )


def count_unread(*, user: User) -> UnreadCount:
    """Return what is unread in the conversations that the user takes part in and has not archived,
    in one query."""
    [(conversations, messages)] = _unread_messages.run(user_id=user.pk)
    return UnreadCount(conversations, min(int(messages), MOST_COUNTED))


def count_unread_conversations(*, user: User) -> int:
    """Return in how many conversations something is unread, as ``count_unread`` does."""
    [(conversations,)] = _unread_conversations.run(user_id=user.pk)
    return int(conversations)


def _select(user: User, filters: Filters, spot: Spot) -> QuerySet[Participant]:
    """Return the places from the spot on, the nearest first."""
    places = _in_order(Participant.objects.filter(user=user), backwards=spot.backwards)
    places = _narrowed(places, user, filters)
    return places if spot.values is None else places.filter(_beyond(spot))


def _in_order(places: QuerySet[Participant], *, backwards: bool = False) -> QuerySet[Participant]:
    """Order by three columns, all of which fall: pin, activity, id."""
    pinned = Coalesce("pinned_at", Moment(NEVER))
    keys = ("pinned", "conversation__updated_at", "conversation_id")
    ordered = places.alias(pinned=pinned).order_by(*(k if backwards else f"-{k}" for k in keys))
    return ordered


def _beyond(spot: Spot) -> Q:
    assert spot.values is not None
    pinned, updated, pk = spot.values
    word = "gt" if spot.backwards else "lt"
    same_pin, same_moment = Q(pinned=pinned), Q(conversation__updated_at=updated)
    return (
        Q(**{f"pinned__{word}": pinned})
        | same_pin & Q(**{f"conversation__updated_at__{word}": updated})
        | same_pin & same_moment & Q(**{f"conversation_id__{word}": pk})
    )


def _narrowed(places: QuerySet[Participant], user: User, filters: Filters) -> QuerySet[Participant]:
    places = places.filter(SHOWN[filters.show])
    if filters.unread is not None:
        is_unread = Exists(unread_of_place(user.pk)) & Q(left_seq=None)
        places = places.filter(is_unread if filters.unread else ~is_unread)
    if filters.kind:
        places = places.filter(conversation__kind=filters.kind)
    if filters.state:
        stands = stands_so(filters.state, now=timezone.now(), of="conversation__")
        places = places.filter(stands)
    if filters.subject is not None:
        model, pk = filters.subject
        places = places.filter(conversation__subject_type__model=model, conversation__subject_id=pk)
    words = words_of(filters.search)
    if filters.search.strip() and not words:
        return places.none()
    for word in words:
        places = places.filter(
            Q(conversation__title__icontains=word) | Q(KNOWS_PEOPLE) & _has_name(word, user)
        )
    return places


def _has_name(word: str, user: User) -> Exists:
    """Somebody else in it has the word in their name."""
    others = Participant.objects.filter(conversation=OuterRef("conversation_id")).exclude(user=user)
    return Exists(
        others.filter(
            Q(user__username__icontains=word)
            | Q(user__first_name__icontains=word)
            | Q(user__last_name__icontains=word),
            Q(left_seq=None) | Q(conversation__kind=Conversation.Kind.DIRECT),
        )
    )


def _read_newest(place: Place, reader: Reader) -> list[Shown]:
    """Return the newest messages that the reader may see, the oldest of them first."""
    rows = _newest.run(
        conversation_id=as_uuid(place.conversation_id), after=place.joined_seq, end=place.end,
        read_up_to=place.read_up_to,
    )  # fmt: skip
    return shown_messages(reversed(rows), reader)


def _read_members(place: Place) -> tuple[list[Member], list[Person]]:
    """Return who is in the conversation, and whom to show of it: of a talk of two both."""
    here, everybody = [], []
    is_direct = place.conversation__kind == Conversation.Kind.DIRECT
    rows = _members.run(conversation_id=as_uuid(place.conversation_id))
    for role, joined_seq, last_read_seq, left_seq, user_id, *names in rows:
        person = Person(as_uuid(user_id), *names)
        if left_seq is None:
            here.append(Member(person, role, joined_seq, last_read_seq))
        if (left_seq is None and place.knows_people) or is_direct:
            everybody.append(person)
    return here, everybody


def _build_first_page(user_id: UUID) -> Any:
    places = Participant.objects.filter(SHOWN["open"], user_id=user_id)
    return place_rows(_in_order(places))


def _build_one(user_id: UUID, conversation_id: UUID) -> Any:
    return place_rows(Participant.objects.filter(user=user_id, conversation=conversation_id))


def _build_newest(conversation_id: UUID, after: int, end: int, read_up_to: int) -> Any:
    rows = Message.objects.filter(conversation=conversation_id, seq__gt=after, seq__lte=end)
    newest = rows.order_by("-seq")[:NEWEST_SHOWN]
    return message_rows(newest, read_up_to=Value(read_up_to, BigIntegerField()))


def _build_members(conversation_id: UUID) -> Any:
    rows = Participant.objects.filter(conversation_id=conversation_id).order_by("id")
    return rows.values_list("role", "joined_seq", "last_read_seq", "left_seq", "user_id", *PERSON)


def _behind(user_id: UUID) -> QuerySet[Participant]:
    """Those where the reader is behind first: only there is it asked whether anything counts."""
    places = Participant.objects.filter(SHOWN["open"], user_id=user_id).filter(
        Q(last_read_seq__lt=F("conversation__last_seq")) | Q(unread_from__isnull=False)
    )
    return places.filter(Exists(unread_of_place(user_id)))


def _build_unread_conversations(user_id: UUID) -> Any:
    return _behind(user_id).values_list("pk")[:MOST_COUNTED]


def _build_unread_messages(user_id: UUID) -> Any:
    """Place by place: a join of places and messages tempts PostgreSQL to read all messages."""
    unread = unread_of_place(user_id).values("pk")[:MOST_COUNTED]
    return (
        _behind(user_id)
        .annotate(messages=BoundedCount(unread))
        .values_list("messages")[:MOST_COUNTED]
    )


COUNTED = "SELECT COUNT(*) FROM ({query}) counted"
SUMMED = "SELECT COUNT(*), COALESCE(SUM(messages), 0) FROM ({query}) counted"
_first_page = Prepared(
    _build_first_page, places={"user_id": UUID}, around="{query} LIMIT %(limit)s"
)
_one = Prepared(_build_one, places={"user_id": UUID, "conversation_id": UUID})
_newest = Prepared(
    _build_newest,
    places={"conversation_id": UUID, "after": int, "end": int, "read_up_to": int},
)
_members = Prepared(_build_members, places={"conversation_id": UUID})
_unread_conversations = Prepared(
    _build_unread_conversations, places={"user_id": UUID}, around=COUNTED
)
_unread_messages = Prepared(_build_unread_messages, places={"user_id": UUID}, around=SUMMED)

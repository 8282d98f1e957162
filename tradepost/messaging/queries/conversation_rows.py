"""Conversations as their reader sees them: from queries straight to JSON, without model instances.

Each class here is what the API says, field by field; ``serializers/conversations.py`` defines the
contract, and a test holds both equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, RowNumber
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from tradepost.accounts.models import Block
from tradepost.kit.prepared import PreparedIn, as_uuid
from tradepost.messaging.models import Conversation, Mention, Message, Participant
from tradepost.messaging.models.conversations import Standing, standing_of
from tradepost.messaging.rows import Reader, Shown, message_rows, shown_messages

MOST_COUNTED = 100  # badges show "99+" beyond
MOST_PEOPLE_LISTED = 20
PLACE = "conversation__memberships"  # of messages that are looked up by one place
READ_UP_TO = Coalesce(
    F(f"{PLACE}__unread_from") - 1, F(f"{PLACE}__last_read_seq"), output_field=BigIntegerField()
)


class BoundedCount(Subquery):
    """How many rows a sliced subquery has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) bounded)"
    output_field = IntegerField()

    def as_mysql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Count all and cut the number: MariaDB lets nothing in FROM speak of the outer query."""
        counted = self.copy()
        counted.query = query = self.query.clone()
        most = query.high_mark
        query.clear_limits()
        query.clear_select_clause()
        query.add_annotation(RawSQL("LEAST(COUNT(*), %s)", [most], self.output_field), "bounded")
        return counted.as_sql(compiler, connection, template=Subquery.template)


class Place(NamedTuple):
    """Somebody's place in a conversation, and the conversation, as the database has them."""

    id: int
    role: str
    notify: str
    muted_until: datetime | None
    archived_seq: int | None
    pinned_at: datetime | None
    last_read_seq: int
    unread_from: int | None
    joined_seq: int
    left_seq: int | None
    conversation_id: Any
    conversation__kind: str
    conversation__title: str
    conversation__state: str
    conversation__snoozed_until: datetime | None
    conversation__subject_type_id: int | None
    conversation__subject_id: str
    conversation__last_seq: int
    conversation__created_at: datetime
    conversation__updated_at: datetime

    @property
    def end(self) -> int:
        """The newest message that they may see."""
        return self.conversation__last_seq if self.left_seq is None else self.left_seq

    @property
    def read_up_to(self) -> int:
        return self.last_read_seq if self.unread_from is None else self.unread_from - 1

    @property
    def knows_people(self) -> bool:
        """Whether they may know who is in it: who has left a group is not told who came since."""
        return self.left_seq is None or self.conversation__kind == Conversation.Kind.DIRECT

    def standing(self, *, now: datetime) -> Standing:
        """The state, and until when it is snoozed."""
        until = in_utc(self.conversation__snoozed_until)
        return standing_of(self.conversation__state, until, now=now)

    @property
    def may_have_unread(self) -> bool:
        behind = self.unread_from is not None or self.last_read_seq < self.end
        return behind and self.left_seq is None


@dataclass(frozen=True, slots=True)
class Person:
    user_id: UUID
    username: str
    first_name: str
    last_name: str
    role: str

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a conversation: from where they see it, and how far they have read."""

    person: Person
    role: str
    joined_seq: int
    last_read_seq: int


@dataclass(frozen=True, slots=True)
class Subject:
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """How the reader has a conversation for themselves."""

    role: str
    notify: str
    muted_until: datetime | None
    archived: bool
    pinned_at: datetime | None
    last_read_seq: int
    unread_from: int | None
    first_unread_seq: int | None
    has_left: bool


@dataclass(frozen=True, kw_only=True)
class ConversationRow:
    """A conversation in a list. Counts of what is unread are exact up to MOST_COUNTED."""

    conversation_id: UUID
    kind: str
    title: str
    state: str
    snoozed_until: datetime | None
    subject: Subject | None
    participants: Sequence[Person]
    participant_count: int
    last_message: Shown | None
    message_count: int
    unread_count: int
    mention_count: int
    my: OwnPlace
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """What somebody has not read of a conversation."""

    count: int = 0
    mentions: int = 0
    first_seq: int | None = None


NOTHING = Unread()


def place_rows(places: QuerySet[Participant]) -> Any:
    """Return the query that reads what ``shown_conversations`` needs, as tuples."""
    return places.values_list(*Place._fields)


def shown_conversations(rows: Iterable[Sequence[Any]], reader: Reader) -> list[ConversationRow]:
    """Return the conversations of these places, all of the reader's, in the order of the rows.

    Takes a query each for people, what is unread (where anything may be) and last messages, and
    what ``shown_messages`` takes.
    """
    places = [Place._make(row) for row in rows]
    people = _read_people(places)
    unread = read_unread(places, reader.user_id)
    last = _read_last_messages(places, reader)
    return [
        ConversationRow(
            **conversation_facts(place, unread.get(place.id, NOTHING)),
            participants=[person for person, _ in people[as_uuid(place.conversation_id)]],
            participant_count=next((n for _, n in people[as_uuid(place.conversation_id)]), 0),
            last_message=last.get(as_uuid(place.conversation_id)),
        )
        for place in places
    ]


def conversation_facts(place: Place, unread: Unread) -> dict[str, Any]:
    """Return what a conversation and the reader's place in it say by themselves."""
    state, snoozed_until = place.standing(now=timezone.now())
    return {
        "conversation_id": as_uuid(place.conversation_id),
        "kind": place.conversation__kind,
        "title": place.conversation__title,
        "state": state,
        "snoozed_until": snoozed_until,
        "subject": _subject_of(place),
        "message_count": max(place.end - place.joined_seq, 0),
        "unread_count": unread.count,
        "mention_count": unread.mentions,
        "my": _own(place, unread),
        "created_at": in_utc(place.conversation__created_at),
        "updated_at": in_utc(place.conversation__updated_at),
    }


def read_unread(places: Iterable[Place], user_id: UUID) -> dict[int, Unread]:
    """Return by place what its user has not read, in one query; none for places at the end."""
    ids = [as_uuid(place.conversation_id) for place in places if place.may_have_unread]
    rows = _unread.run([user_id, *ids]) if ids else []
    return {pk: Unread(count, mentions, first_seq) for pk, count, mentions, first_seq in rows}


def unread_of_place(user_id: UUID) -> QuerySet[Message]:
    """Return what ``Message.unread`` gives, for the place (a Participant) of the outer query, which
    is the user's."""
    said = Message.objects.filter(**_beyond_place()).said().order_by()
    return said.exclude(sender=user_id).exclude(sender__in=_blocked_by(user_id))


def _blocked_by(user_id: UUID) -> QuerySet[Any, Any]:
    return Block.objects.filter(blocker=user_id).order_by().values("blocked")


def _beyond_place() -> dict[str, Any]:
    read_up_to = Coalesce(OuterRef("unread_from") - 1, OuterRef("last_read_seq"))
    return {"conversation": OuterRef("conversation_id"), "seq__gt": read_up_to}


def in_utc(moment: datetime | None) -> datetime | None:
    """Some drivers leave out that the moments of a database are in UTC."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _own(place: Place, unread: Unread) -> OwnPlace:
    return OwnPlace(
        role=place.role,
        notify=place.notify,
        muted_until=in_utc(place.muted_until),
        archived=place.archived_seq is not None and place.archived_seq >= place.end,
        pinned_at=in_utc(place.pinned_at),
        last_read_seq=place.last_read_seq,
        unread_from=place.unread_from,
        first_unread_seq=unread.first_seq,
        has_left=place.left_seq is not None,
    )


def _subject_of(place: Place) -> Subject | None:
    if place.conversation__subject_type_id is None:
        return None
    kind = ContentType.objects.get_for_id(place.conversation__subject_type_id)
    return Subject(kind.model, place.conversation__subject_id)


def _read_people(places: Iterable[Place]) -> dict[UUID, list[tuple[Person, int]]]:
    """Return by conversation the first people in it, each with how many there are."""
    people: dict[UUID, list[tuple[Person, int]]] = defaultdict(list)
    known: dict[UUID, Person] = {}
    ids = [as_uuid(place.conversation_id) for place in places if place.knows_people]
    for conversation_id, count, _, user_id, *person in _people.run(ids):
        pk = as_uuid(user_id)
        known.setdefault(pk, Person(pk, *person))
        people[as_uuid(conversation_id)].append((known[pk], count))
    return people


def _read_last_messages(places: Iterable[Place], reader: Reader) -> dict[UUID, Shown]:
    """Return by conversation the newest message that the reader may see."""
    ids = [place.id for place in places if place.end > place.joined_seq]
    shown = shown_messages(_last_messages.run(ids), reader)
    return {UUID(str(message["conversation"])): message for message in shown}


def _build_people(conversation_ids: Collection[Any]) -> QuerySet[Any, Any]:
    """Those in it now, in the order in which they came; in a talk of two always both."""
    here = Q(left_seq=None) | Q(conversation__kind=Conversation.Kind.DIRECT)
    rows = Participant.objects.filter(here, conversation_id__in=conversation_ids)
    numbered = rows.annotate(
        people=Window(Count("pk"), partition_by="conversation_id"),
        number=Window(RowNumber(), partition_by="conversation_id", order_by="id"),
    )
    first = numbered.filter(number__lte=MOST_PEOPLE_LISTED).order_by("conversation_id", "number")
    return first.values_list("conversation_id", "people", "number", "user_id", *PERSON)


PERSON = ("user__username", "user__first_name", "user__last_name", "user__role")


def _build_unread(user_and_conversations: Sequence[Any]) -> QuerySet[Any, Any]:
    user_id, *conversation_ids = user_and_conversations
    unread = unread_of_place(user_id)
    named = Mention.objects.filter(user=user_id, **_beyond_place()).order_by()
    named = named.filter(message__deleted_at=None, message__hidden_at=None)
    mentions = named.exclude(message__sender__in=_blocked_by(user_id))
    places = Participant.objects.filter(user=user_id, conversation__in=conversation_ids)
    return places.values_list(
        "pk",
        BoundedCount(unread.values("pk")[:MOST_COUNTED]),
        BoundedCount(mentions.values("pk")[:MOST_COUNTED]),
        Subquery(unread.order_by("seq").values("seq")[:1]),
    )


def _build_last_messages(place_ids: Collection[Any]) -> QuerySet[Any, Any]:
    end = Coalesce(F(f"{PLACE}__left_seq"), F("conversation__last_seq"))
    rows = Message.objects.filter(**{f"{PLACE}__in": place_ids, "seq": end}).order_by()
    found: QuerySet[Any, Any] = message_rows(rows, read_up_to=READ_UP_TO)
    return found


_people = PreparedIn(_build_people, kind=UUID)
_unread = PreparedIn(_build_unread, kind=UUID)
_last_messages = PreparedIn(_build_last_messages)

"""Messages that somebody may see, by what they say and where, newest first."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Exists, OuterRef, Q, QuerySet

from tradepost.accounts.models import User
from tradepost.kit.search.index import MOST_SCOPES
from tradepost.messaging.models import Attachment, Conversation, Message, Participant
from tradepost.messaging.models.search import MESSAGE_TEXTS
from tradepost.messaging.queries.messages import rows_of_reader
from tradepost.messaging.rows import Reader
from tradepost.messaging.search_words import ATTACHMENT, LINK, ME, PICTURE, Place, Search

FIRST_LOOK = 2000  # messages with the words, of which a page of the reader's own is looked for


def find_messages(*, user: User, reader: Reader, search: Search) -> list[QuerySet[Message]]:
    """Return what the search finds among what the user sees, newest first: first as a quick look
    at the newest, if there is one that may fill a page, then all of it.

    What was taken back or hidden, what the house says, and what is withheld from the reader is not
    found. Takes a query for where to look.
    """
    if search.is_void:
        return [Message.objects.none()]
    places = _places(user, search.places)
    found = _narrowed(Message.objects.said().order_by("-id"), user, search)
    found = found.exclude(sender__in=reader.blocked) if reader.blocked else found
    if not search.words:
        found = found.filter(pk__in=Message.objects.visible_to(user).values("pk"))
        return [found.filter(conversation__in=places.values("conversation_id"))]
    seen = found.filter(Exists(_of_message(places)))
    scope = _scope(places)
    return [
        MESSAGE_TEXTS.matching(
            seen, search.words, without=search.without, scope=scope, ranked=False, newest=newest
        )
        for newest in ((FIRST_LOOK, None) if connections[seen.db].vendor == "sqlite" else (None,))
    ]


def list_rows(*, user: User, message_ids: Sequence[UUID]) -> list[Any]:
    """Return the rows of messages that were found, newest first, to be shown."""
    rows = rows_of_reader(user=user).filter(pk__in=message_ids)
    return list(rows.order_by("-id")) if message_ids else []


def _of_message(places: QuerySet[Participant]) -> QuerySet[Participant]:
    """Of these places the one from which a message is seen. Asked of each message: as a join it
    would have the database read all messages of all places."""
    return places.filter(
        Q(left_seq=None) | Q(left_seq__gte=OuterRef("seq")),
        conversation=OuterRef("conversation"),
        joined_seq__lt=OuterRef("seq"),
    )


def _scope(places: QuerySet[Participant]) -> list[UUID] | None:
    """Return the conversations for the index to look at; None if they are too many for it."""
    ids = list(places.values_list("conversation_id", flat=True)[: MOST_SCOPES + 1])
    return ids if len(ids) <= MOST_SCOPES else None


def _narrowed(found: QuerySet[Message], user: User, search: Search) -> QuerySet[Message]:
    if search.senders:
        found = found.filter(_is_sender(user, search.senders))
    if ATTACHMENT in search.has:
        found = found.filter(has_attachments=True)
    if LINK in search.has:
        found = found.filter(has_link=True)
    if PICTURE in search.has:
        pictures = Attachment.objects.filter(message=OuterRef("pk"), mime_type__startswith="image/")
        found = found.filter(Exists(pictures), has_attachments=True)
    if search.start:
        found = found.filter(sent_at__gte=search.start)
    if search.end:
        found = found.filter(sent_at__lt=search.end)
    return found


def _is_sender(user: User, names: Sequence[str]) -> Q:
    mine = {Q(sender=user)} if any(name.lower() == ME for name in names) else set()
    others = {Q(username__iexact=name) for name in names if name.lower() != ME}
    people = [Q(sender__in=User.objects.filter(reduce(or_, others)).values("pk"))] if others else []
    return reduce(or_, [*mine, *people])


def _places(user: User, named: Sequence[Place]) -> QuerySet[Participant]:
    """Return the user's places in the conversations named, in all of them if none is."""
    places = Participant.objects.filter(user=user)
    return (
        places.filter(reduce(or_, (_is_named(user, place) for place in named))) if named else places
    )


def _is_named(user: User, place: Place) -> Q:
    if place.conversation_id:
        return Q(conversation=place.conversation_id)
    if place.title:
        return Q(conversation__title__icontains=place.title)
    others = Participant.objects.filter(user__username__iexact=place.person).exclude(user=user)
    return Q(
        conversation__kind=Conversation.Kind.DIRECT,
        conversation__in=others.values("conversation_id"),
    )

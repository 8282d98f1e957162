"""People's places in conversations: the lock that puts everything in order, and what they set for
themselves.

Every deed in a conversation first locks its row, then looks who is in it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import F, QuerySet

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.feed.kinds import Fact
from tradepost.kit.prepared import Prepared
from tradepost.kit.transactions import atomic
from tradepost.messaging.errors import NoSuchConversation, OwnersOnly
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.queries.members import ids_of_members

LOADED = ["id", "kind", "last_seq"]


def _build_locked(conversation_id: UUID) -> QuerySet[Any, Any]:
    rows = Conversation.objects.select_for_update().filter(pk=conversation_id)
    return rows.order_by().values_list(*LOADED[1:])


_locked = Prepared(_build_locked, places={"conversation_id": UUID})


class Arrangement(TypedDict, total=False):
    """What somebody sets of a conversation for themselves."""

    archived: bool
    pinned: bool
    muted_until: datetime | None
    notify: str


def lock_conversation(conversation_id: UUID) -> Conversation:
    """Lock a conversation, whoever is in it. Raises NoSuchConversation.

    Of it only what most deeds need is loaded, the rest when it is asked for.
    """
    row = _locked.first(conversation_id=conversation_id)
    if row is None:
        raise NoSuchConversation
    return Conversation.from_db(None, LOADED, [conversation_id, *row])


def lock_place(user: User, conversation_id: UUID) -> tuple[Conversation, Participant]:
    """Lock a conversation that ``user`` takes part in now; return it with their place.

    Raises NoSuchConversation.
    """
    conversation = lock_conversation(conversation_id)
    places = Participant.objects.active().filter(conversation=conversation, user=user)
    place = places.first()
    if place is None:
        raise NoSuchConversation
    return conversation, place


def lock_owned(owner: User, conversation_id: UUID) -> Conversation:
    """Lock a conversation that ``owner`` owns. Raises NoSuchConversation or OwnersOnly."""
    conversation, place = lock_place(owner, conversation_id)
    if place.role != Participant.Role.OWNER:
        raise OwnersOnly
    return conversation


@atomic
def tell_members(
    *, conversation: Conversation, kind: str, also: Collection[UUID] = (), **data: Fact
) -> None:
    """Publish an event of a conversation to all who are in it now, and to ``also``."""
    members = {*ids_of_members(conversation_id=conversation.pk), *also}
    publish(kind=kind, user_ids=members, data={"conversation": str(conversation.pk), **data})


@atomic
def change_seen(*, conversation: Conversation) -> None:
    """Note that what readers see of a conversation, which is locked, is another now."""
    Conversation.objects.filter(pk=conversation.pk).update(version=F("version") + 1)


@atomic
def arrange_conversation(
    *, user: User, conversation_id: UUID, now: datetime, **wanted: Unpack[Arrangement]
) -> None:
    """Set all that is ``wanted`` or, when something of it is refused, nothing.

    Raises NoSuchConversation.
    """
    if "pinned" in wanted:
        pin_conversation(
            user=user, conversation_id=conversation_id, pinned=wanted["pinned"], now=now
        )
    if "muted_until" in wanted:
        mute_conversation(user=user, conversation_id=conversation_id, until=wanted["muted_until"])
    if "notify" in wanted:
        choose_notifications(user=user, conversation_id=conversation_id, notify=wanted["notify"])
    if "archived" in wanted:
        archive_conversation(
            user=user, conversation_id=conversation_id, archived=wanted["archived"]
        )


@atomic
def archive_conversation(*, user: User, conversation_id: UUID, archived: bool) -> None:
    """Put a conversation away until something new is said in it, or bring it back.

    Also one that the user has left. Raises NoSuchConversation.
    """
    conversation = lock_conversation(conversation_id)
    place = Participant.objects.filter(conversation=conversation, user=user).first()
    if place is None:
        raise NoSuchConversation
    place.archived_seq = conversation.last_seq if archived else None
    _keep(place, "archived_seq")


@atomic
def pin_conversation(*, user: User, conversation_id: UUID, pinned: bool, now: datetime) -> None:
    """Keep a conversation at the top of the list, or no longer. Raises NoSuchConversation."""
    _, place = lock_place(user, conversation_id)
    place.pinned_at = (place.pinned_at or now) if pinned else None
    _keep(place, "pinned_at")


@atomic
def mute_conversation(*, user: User, conversation_id: UUID, until: datetime | None) -> None:
    """Tell the user nothing of a conversation until then, but where they are named; None ends it.

    Raises NoSuchConversation.
    """
    _, place = lock_place(user, conversation_id)
    place.muted_until = until
    _keep(place, "muted_until")


@atomic
def choose_notifications(*, user: User, conversation_id: UUID, notify: str) -> None:
    """Tell the user of everything in a conversation, of where they are named, or of nothing.

    Raises NoSuchConversation.
    """
    _, place = lock_place(user, conversation_id)
    place.notify = notify
    _keep(place, "notify")


def _keep(place: Participant, column: str) -> None:
    place.save(update_fields=[column])
    publish(
        kind="conversation.arranged",
        user_ids=[place.user_id],
        data={"conversation": str(place.conversation_id)},
    )

"""Sending messages."""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import IntegrityError
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.errors import (
    ClientIdReused,
    EmptyMessage,
    NoSuchConversation,
    NoSuchParent,
)
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.notifications.actions.notifications import notify


@dataclass(frozen=True)
class Sent:
    """A message, and whether this very call sent it or an earlier one had."""

    message: Message
    repeated: bool


@atomic
def write_to(*, sender: User, recipient_id: UUID, body: str, client_id: str | None = None) -> Sent:
    """Send a message into the one conversation with somebody, opening it if there is none.

    Raises NoSuchPerson, or what send_message raises; then no conversation was opened either.
    """
    conversation = start_conversation(starter=sender, participant_ids=[recipient_id])
    return send_message(
        sender=sender, conversation_id=conversation.pk, body=body, client_id=client_id
    )


@atomic
def send_message(
    *,
    sender: User,
    conversation_id: UUID,
    body: str,
    client_id: str | None = None,
    parent_id: UUID | None = None,
) -> Sent:
    """Add a message to a conversation of the sender's.

    The same ``client_id`` sends one message, however often it is tried and for ever. Raises
    NoSuchConversation for a stranger's, ClientIdReused when the id was used for another message,
    NoSuchParent and EmptyMessage.
    """
    body = body.strip()
    if not body:
        raise EmptyMessage(field="message_body")
    request_hash = _hash_of(conversation_id, body, parent_id)
    conversation = _lock_conversation(conversation_id)
    earlier = _find_earlier(sender, client_id) if client_id else None
    if earlier is not None and earlier.request_hash == request_hash:
        return Sent(earlier, repeated=True)
    member_ids = _list_members(conversation, sender)
    if earlier is not None:
        raise ClientIdReused

    message = Message(
        conversation=conversation,
        sender=sender,
        client_id=client_id or str(uuid4()),
        request_hash=request_hash,
        body=body,
        **_place_in_thread(conversation, parent_id),
    )
    _append(message, conversation)
    _announce(message, member_ids)
    return Sent(message, repeated=False)


def _hash_of(conversation_id: UUID, body: str, parent_id: UUID | None) -> str:
    return hashlib.sha256(f"{conversation_id}\0{parent_id}\0{body}".encode()).hexdigest()


def _find_earlier(sender: User, client_id: str) -> Message | None:
    return Message.objects.filter(sender=sender, client_id=client_id).first()


def _lock_conversation(conversation_id: UUID) -> Conversation:
    """Lock the conversation, which puts its messages in order."""
    conversation = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if conversation is None:
        raise NoSuchConversation
    return conversation


def _list_members(conversation: Conversation, sender: User) -> list[UUID]:
    """Return the ids of the people in the conversation, of whom the sender must be one."""
    active = Participant.objects.active().filter(conversation=conversation)
    member_ids = list(active.values_list("user_id", flat=True))
    if sender.pk not in member_ids:
        raise NoSuchConversation
    return member_ids


def _place_in_thread(conversation: Conversation, parent_id: UUID | None) -> dict[str, object]:
    if parent_id is None:
        return {}
    parent = Message.objects.filter(conversation=conversation, pk=parent_id).first()
    if parent is None:
        raise NoSuchParent(field="parent_message")
    return {"parent": parent, "root_id": parent.root_id or parent.pk, "depth": parent.depth + 1}


def _append(message: Message, conversation: Conversation) -> None:
    conversation.last_seq += 1
    conversation.updated_at = timezone.now()
    message.seq = conversation.last_seq
    try:
        message.save(force_insert=True)
    except IntegrityError as error:
        # The only one possible under the lock: the same client_id, at once, in another talk.
        raise ClientIdReused from error
    Conversation.objects.filter(pk=conversation.pk).update(
        last_seq=conversation.last_seq, updated_at=conversation.updated_at
    )
    own = Participant.objects.filter(conversation=conversation, user=message.sender)
    own.update(last_read_seq=message.seq)


def _announce(message: Message, member_ids: list[UUID]) -> None:
    publish(
        kind="message.created",
        user_ids=member_ids,
        data={
            "conversation": str(message.conversation_id),
            "message": str(message.pk),
            "seq": message.seq,
        },
    )


@atomic
def notify_about_message(*, message: Message) -> None:
    """Tell everybody else in the conversation that a message came."""
    active = Participant.objects.active().filter(conversation_id=message.conversation_id)
    others = active.exclude(user=message.sender)
    notify(
        user_ids=list(others.values_list("user_id", flat=True)),
        kind="message.received",
        cause=f"message:{message.pk}",
        actor=message.sender,
        data={"conversation": str(message.conversation_id)},
    )

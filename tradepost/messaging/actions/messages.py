"""Sending messages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.prepared import Prepared
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.appending import append_message
from tradepost.messaging.actions.attachments import attach_files
from tradepost.messaging.actions.conversations import find_people, open_direct_conversation
from tradepost.messaging.actions.mentions import find_named, keep_mentions
from tradepost.messaging.actions.places import lock_conversation
from tradepost.messaging.checks import check_text
from tradepost.messaging.errors import (
    Blocked,
    BlockedByYou,
    ClientIdReused,
    EmptyMessage,
    NoSuchConversation,
    NoSuchParent,
    TooDeep,
)
from tradepost.messaging.kinds import group_of
from tradepost.messaging.models import Conversation, Member, Message
from tradepost.messaging.models.conversations import key_of_pair
from tradepost.messaging.queries.members import list_members
from tradepost.messaging.texts import clean_text, has_link
from tradepost.notifications.actions.notifications import notify

DEEPEST = 32_767  # what the column of a depth can hold


@dataclass(frozen=True)
class Sent:
    """A message, and whether this very call sent it or an earlier one had."""

    message: Message
    repeated: bool


@atomic
def write_to(
    *, sender: User, recipient_id: UUID, body: str, client_id: str | None = None,
    attachment_ids: Sequence[UUID] = (),
) -> Sent:  # fmt: skip
    """Send a message into the one conversation with somebody, opening it if there is none.

    Raises NoSuchPerson, or what send_message raises; then no conversation was opened either. What
    was sent before is asked for first: since then they may have been blocked.
    """
    conversation_id = _find_talk_of(sender, recipient_id, client_id)
    if conversation_id is None:
        [recipient] = find_people(starter=sender, ids={recipient_id}, field="receiver")
        conversation_id = open_direct_conversation(first=sender, second=recipient).pk
    return send_message(
        sender=sender, conversation_id=conversation_id, body=body, client_id=client_id,
        attachment_ids=attachment_ids,
    )  # fmt: skip


@atomic
def send_message(
    *, sender: User, conversation_id: UUID, body: str, client_id: str | None = None,
    parent_id: UUID | None = None, attachment_ids: Sequence[UUID] = (),
) -> Sent:  # fmt: skip
    """Add a message to a conversation of the sender's, with files that the sender has uploaded.

    The same ``client_id`` sends one message, however often it is tried and for ever, whatever has
    become of people and rules since. Raises NoSuchConversation for a stranger's, ClientIdReused
    when the id was used for another message, Blocked or BlockedByYou when nobody is left to write
    to, NoSuchParent, TooDeep, NoSuchAttachment, TooManyAttachments, EmptyMessage, and TextRefused
    by the checks of the house.
    """
    asked = _hash_of(conversation_id, body, parent_id, attachment_ids)
    end, earlier = _look_for_earlier(sender, conversation_id, client_id, asked)
    if earlier is not None:
        return Sent(earlier, repeated=True)
    text = clean_text(body)
    if not text and not attachment_ids:
        raise EmptyMessage(field="message_body")
    check_text(sender=sender, body=text)
    conversation = lock_conversation(conversation_id)
    if conversation.last_seq != end:  # the same may have been sent at the same moment
        _, earlier = _look_for_earlier(sender, conversation_id, client_id, asked)
        if earlier is not None:
            return Sent(earlier, repeated=True)
    members = _list_others_too(conversation, sender)

    message = Message(
        sender=sender, client_id=client_id or str(uuid4()), request_hash=asked, body=text,
        has_link=has_link(text), has_attachments=bool(attachment_ids),
        **_place_in_thread(sender, conversation, parent_id),
    )  # fmt: skip
    message.named = find_named(text, members=members, sender_id=sender.pk)
    append_message(message=message, conversation=conversation, members=members)
    keep_mentions(message=message)
    attach_files(message=message, attachment_ids=attachment_ids)
    return Sent(message, repeated=False)


@atomic
def notify_about_message(*, message: Message) -> None:
    """Tell everybody else who wants to know that a message came, or that they are named in it.

    What the house says itself is no message to be told of.
    """
    if message.kind == Message.Kind.SYSTEM:
        return
    now, named = timezone.now(), message.named
    others = [member for member in _audience_of(message) if member.user_id != message.sender_id]
    told = [m for m in others if m.wants_to_know(is_named=m.user_id in named, now=now)]
    for kind, is_named in (("message.received", False), ("message.mentioned", True)):
        notify(
            user_ids=[member.user_id for member in told if (member.user_id in named) == is_named],
            kind=kind,
            cause=f"message:{message.pk}",
            actor=message.sender,
            data={"conversation": str(message.conversation_id)},
            group=group_of(message.conversation_id),
            seq=message.seq,
        )


def _audience_of(message: Message) -> Sequence[Member]:
    if message.audience is not None:
        return message.audience
    sender_id = message.sender_id or UUID(int=0)
    return list_members(conversation_id=message.conversation_id, sender_id=sender_id)


def _hash_of(
    conversation_id: UUID, body: str, parent_id: UUID | None, attachment_ids: Sequence[UUID]
) -> str:
    """Of what was asked, not of what was made of it: rules of cleaning may change."""
    parts = [conversation_id, parent_id, body.strip(), *attachment_ids]
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _look_for_earlier(
    sender: User, conversation_id: UUID, client_id: str | None, asked: str
) -> tuple[int | None, Message | None]:
    """Return how long the conversation is, and what the id has sent, in one query; without an id
    nothing. Raises ClientIdReused when it has sent something else, whether there is such a
    conversation or not: else it would tell."""
    if not client_id:
        return None, None
    row = _earlier.first(sender_id=sender.pk, client_id=client_id, conversation_id=conversation_id)
    end, earlier_id = row or (None, None)
    if row is not None and earlier_id is None:
        return end, None
    earlier = Message.objects.filter(sender=sender, client_id=client_id).first()
    if earlier is None:
        return None, None
    if earlier.request_hash != asked and not earlier.is_wiped:
        raise ClientIdReused
    return end, earlier


def _find_talk_of(sender: User, recipient_id: UUID, client_id: str | None) -> UUID | None:
    """Return the conversation of these two if the id has sent something there."""
    if not client_id:
        return None
    sent = Message.objects.filter(sender=sender, client_id=client_id)
    talk = sent.filter(conversation__dedupe_key=key_of_pair(sender.pk, recipient_id))
    return talk.values_list("conversation_id", flat=True).first()


def _build_earlier(sender_id: UUID, client_id: str, conversation_id: UUID) -> QuerySet[Any, Any]:
    earlier = Message.objects.filter(sender_id=sender_id, client_id=client_id).order_by()
    rows = Conversation.objects.filter(pk=conversation_id).order_by()
    return rows.values_list("last_seq", Subquery(earlier.values("pk")))


_earlier = Prepared(
    _build_earlier, places={"sender_id": UUID, "client_id": str, "conversation_id": UUID}
)


def _list_others_too(conversation: Conversation, sender: User) -> list[Member]:
    """Return who is in the conversation; the sender must be, and somebody who takes the message.

    An order's conversation may have lost everybody else; then there is nobody who blocks either.
    """
    members = list_members(conversation_id=conversation.pk, sender_id=sender.pk)
    others = [member for member in members if member.user_id != sender.pk]
    if len(others) == len(members):
        raise NoSuchConversation
    if others and all(member.blocks_sender for member in others):
        raise Blocked
    if others and all(member.blocked_by_sender for member in others):
        raise BlockedByYou
    return members


def _place_in_thread(
    sender: User, conversation: Conversation, parent_id: UUID | None
) -> dict[str, object]:
    if parent_id is None:
        return {}
    seen = Message.objects.visible_to(sender)
    parent = seen.filter(conversation=conversation, pk=parent_id).first()
    if parent is None:
        raise NoSuchParent(field="parent_message")
    if parent.depth >= DEEPEST:
        raise TooDeep(field="parent_message")
    return {"parent": parent, "root_id": parent.root_id or parent.pk, "depth": parent.depth + 1}

"""Reading messages: how far somebody has come, forward only, and what they want to read again."""

from uuid import UUID

from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.places import lock_place, tell_members
from tradepost.messaging.errors import BadPlace, NoSuchMessage
from tradepost.messaging.kinds import group_of
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.notifications.actions.notifications import mark_group_read


@atomic
def mark_conversation_read(
    *, reader: User, conversation_id: UUID, up_to_seq: int | None = None
) -> int:
    """Move the reader's place forward to ``up_to_seq`` (the end by default), never back.

    What they had marked unread again is read then, and so are the notifications about what they
    have come past. Returns the place. Raises NoSuchConversation for a stranger's.
    """
    conversation, place = lock_place(reader, conversation_id)
    end = conversation.last_seq
    seq = end if up_to_seq is None else min(up_to_seq, end)
    moved = seq > place.last_read_seq
    if moved or place.unread_from is not None:
        place.last_read_seq, place.unread_from = max(seq, place.last_read_seq), None
        place.save(update_fields=["last_read_seq", "unread_from"])
        _announce(conversation, place, moved=moved)
    # Also without a move: of a conversation in which nothing was said yet one is told as well.
    mark_told_read(user_id=reader.pk, conversation=conversation, up_to=place.last_read_seq)
    return place.last_read_seq


@atomic
def mark_told_read(*, user_id: UUID, conversation: Conversation, up_to: int | None = None) -> None:
    """Mark what somebody was told of a conversation, which is locked, read; ``up_to`` a message."""
    group = group_of(conversation.pk)
    mark_group_read(user=User(pk=user_id), group=group, now=timezone.now(), up_to=up_to)


@atomic
def mark_message_read(*, reader: User, message_id: UUID) -> Message:
    """Move the reader's place to this message, unless it is further on. Raises NoSuchMessage."""
    message = _find_seen(reader, message_id)
    mark_conversation_read(
        reader=reader, conversation_id=message.conversation_id, up_to_seq=message.seq
    )
    return message


@atomic
def mark_unread_from(*, reader: User, message_id: UUID) -> None:
    """Have this message and what came after it count as unread for the reader, until they read on.

    Nobody else is told: what was read was read. Raises NoSuchMessage; BadPlace for one that is
    unread anyway.
    """
    message = _find_seen(reader, message_id)
    conversation, place = lock_place(reader, message.conversation_id)
    if message.seq > place.last_read_seq:
        raise BadPlace
    place.unread_from = message.seq
    place.save(update_fields=["unread_from"])
    _announce(conversation, place, moved=False)


def _find_seen(reader: User, message_id: UUID) -> Message:
    message = Message.objects.visible_to(reader).filter(pk=message_id).first()
    if message is None:
        raise NoSuchMessage
    return message


def _announce(conversation: Conversation, place: Participant, *, moved: bool) -> None:
    """Tell everybody how far the reader is; what they mark unread again is nobody else's matter."""
    if moved:
        reader = str(place.user_id)
        tell_members(
            conversation=conversation,
            kind="conversation.read",
            user=reader,
            seq=place.last_read_seq,
        )
    else:
        data = {"conversation": str(conversation.pk)}
        publish(kind="conversation.arranged", user_ids=[place.user_id], data=data)

"""What people put below messages."""

from uuid import UUID

from tradepost.accounts.models import User
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.places import change_seen, lock_place, tell_members
from tradepost.messaging.errors import MessageDeleted, NoEmoji, NoSuchMessage, TooManyReactions
from tradepost.messaging.models import Message, Reaction
from tradepost.messaging.models.messages import LONGEST_EMOJI
from tradepost.messaging.queries.members import refuse_blocked
from tradepost.messaging.texts import is_emoji

MOST_REACTIONS = 20  # of one person below one message


@atomic
def add_reaction(*, user: User, message_id: UUID, emoji: str) -> Message:
    """Put an emoji below a message; the same one again changes nothing.

    Raises NoSuchMessage, MessageDeleted, Blocked, NoEmoji, TooManyReactions.
    """
    if len(emoji) > LONGEST_EMOJI or not is_emoji(emoji):
        raise NoEmoji(field="emoji")
    message = _lock_message(user, message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    refuse_blocked(conversation_id=message.conversation_id, user_id=user.pk)
    own = Reaction.objects.filter(message=message, user=user)
    present = set(own.values_list("emoji", flat=True))
    if emoji in present:
        return message
    if len(present) >= MOST_REACTIONS:
        raise TooManyReactions(field="emoji")
    insert([Reaction(message=message, user=user, emoji=emoji)])
    _announce(message, "reaction.added", user)
    return message


@atomic
def remove_reaction(*, user: User, message_id: UUID, emoji: str) -> Message:
    """Take one's emoji away; one that is not there is no fault. Raises NoSuchMessage."""
    message = _lock_message(user, message_id)
    removed, _ = Reaction.objects.filter(message=message, user=user, emoji=emoji).delete()
    if removed:
        _announce(message, "reaction.removed", user)
    return message


def _lock_message(user: User, message_id: UUID) -> Message:
    seen = Message.objects.visible_to(user).filter(pk=message_id).first()
    if seen is None:
        raise NoSuchMessage
    conversation, _ = lock_place(user, seen.conversation_id)
    message = Message.objects.get(pk=message_id)
    message.conversation = conversation
    return message


def _announce(message: Message, kind: str, user: User) -> None:
    change_seen(conversation=message.conversation)
    tell_members(
        conversation=message.conversation, kind=kind, message=str(message.pk), user=str(user.pk)
    )

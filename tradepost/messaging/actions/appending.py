"""Adding a message at the end of a conversation, the one way for all kinds of them."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Model
from django.utils import timezone

from tradepost.feed.actions.publishing import publish
from tradepost.messaging.actions.reading import mark_told_read
from tradepost.messaging.errors import ClientIdReused
from tradepost.messaging.models import Conversation, Member, Message, Participant

MOVE = f"""
    UPDATE {Conversation._meta.db_table}
    SET last_seq = %s, version = version + 1, updated_at = %s WHERE id = %s
"""  # noqa: S608 - a name of ours
MOVE_AND_OPEN = MOVE.replace("WHERE", ", state = 'open', snoozed_until = NULL WHERE")
MOVE_SENDER = f"""
    UPDATE {Participant._meta.db_table} SET last_read_seq = %s, unread_from = NULL
    WHERE conversation_id = %s AND user_id = %s
"""  # noqa: S608 - a name of ours


def append_message(  # house: allow A1 because it is a part of other actions
    *, message: Message, conversation: Conversation, members: Sequence[Member]
) -> None:
    """Give the message the next number of its conversation, which is locked, and tell everybody.

    Who writes has read what came before, and what they were told of it. A conversation that was
    closed or put off is open again. Raises ClientIdReused.
    """
    message.conversation = conversation
    message.seq = conversation.last_seq + 1
    message.audience = members
    try:
        message.save(force_insert=True)
    except IntegrityError as error:
        # The only one possible under the lock: the same client_id, at once, in another talk.
        raise ClientIdReused from error
    _move_on(conversation, message)
    _read_what_came_before(conversation, message)
    publish(
        kind="message.created",
        user_ids=[member.user_id for member in members],
        data={
            "conversation": str(conversation.pk), "message": str(message.pk), "seq": message.seq,
        },
    )  # fmt: skip


def _move_on(conversation: Conversation, message: Message) -> None:
    """By hand: to build these two costs the ORM more than the rest of the sending."""
    conversation.last_seq, conversation.updated_at = message.seq, timezone.now()
    key = _kept(Conversation, "id", conversation.pk)
    moved_at = _kept(Conversation, "updated_at", conversation.updated_at)
    move = MOVE if message.kind == Message.Kind.SYSTEM else MOVE_AND_OPEN
    with connection.cursor() as cursor:
        cursor.execute(move, [message.seq, moved_at, key])
        if message.sender_id is not None:
            sender = _kept(Message, "sender", message.sender_id)
            cursor.execute(MOVE_SENDER, [message.seq, key, sender])


def _read_what_came_before(conversation: Conversation, message: Message) -> None:
    """Only where the sender was behind, or has never read here: most were just reading."""
    for member in message.audience or ():
        was_behind = member.last_read_seq < max(message.seq - 1, 1)
        if member.user_id == message.sender_id and was_behind:
            mark_told_read(user_id=member.user_id, conversation=conversation, up_to=message.seq)


def _kept(model: type[Model], name: str, value: object) -> Any:
    field: Any = model._meta.get_field(name)
    return field.get_db_prep_save(value, connection)

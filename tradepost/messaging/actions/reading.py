"""Reading messages."""

from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.transactions import atomic
from tradepost.messaging.errors import NoSuchConversation
from tradepost.messaging.models import Conversation, Participant


@atomic
def mark_conversation_read(
    *, reader: User, conversation_id: UUID, up_to_seq: int | None = None
) -> int:
    """Move the reader's place forward to ``up_to_seq`` (the end by default), never back.

    Returns the place. Raises NoSuchConversation for a stranger's.
    """
    conversation = Conversation.objects.visible_to(reader).filter(pk=conversation_id).first()
    if conversation is None:
        raise NoSuchConversation
    end = conversation.last_seq
    seq = end if up_to_seq is None else min(up_to_seq, end)
    places = Participant.objects.active().filter(conversation=conversation)
    if places.filter(user=reader, last_read_seq__lt=seq).update(last_read_seq=seq):
        publish(
            kind="conversation.read",
            user_ids=list(places.values_list("user_id", flat=True)),
            data={"conversation": str(conversation.pk), "user": str(reader.pk), "seq": seq},
        )
        return seq
    return places.get(user=reader).last_read_seq

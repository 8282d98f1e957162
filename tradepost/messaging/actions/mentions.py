"""Who is named in a message."""

from collections.abc import Sequence
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.kit.inserts import insert
from tradepost.messaging.models import Member, Mention, Message
from tradepost.messaging.texts import EVERYBODY, names_in


def find_named(  # house: allow A1 because it only reads
    text: str, *, members: Sequence[Member], sender_id: UUID
) -> frozenset[UUID]:
    """Return the members whom ``@name`` or ``@all`` in the text means, but the sender."""
    names = names_in(text)
    if not names:
        return frozenset()
    ids = {member.user_id for member in members} - {sender_id}
    if EVERYBODY in names:
        return frozenset(ids)
    people = User.objects.filter(pk__in=ids).values_list("pk", "username")
    return frozenset(pk for pk, username in people if username.lower() in names)


def keep_mentions(*, message: Message) -> None:  # house: allow A1 because it is a part
    """Write down whom the message names."""
    rows = [
        Mention(
            message=message,
            user_id=user_id,
            conversation_id=message.conversation_id,
            seq=message.seq,
        )
        for user_id in sorted(message.named)
    ]
    insert(rows, unless_taken=["message", "user"])

"""What the house says in conversations, and cards that apps put into them."""

from typing import Any
from uuid import UUID, uuid4

from tradepost.accounts.models import User
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.appending import append_message
from tradepost.messaging.actions.places import lock_conversation, lock_place
from tradepost.messaging.errors import MessageDeleted, NoSuchMessage
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.payloads import OF_THE_HOUSE, card_of, find_card, payload_of
from tradepost.messaging.queries.members import list_members

NOBODY = UUID(int=0)


@atomic
def say_in_system_message(
    *, conversation: Conversation, kind: str, actor: User | None, **data: Any
) -> Message:
    """Note in a conversation, which is locked, what became of it, or of what it is about: who came,
    who left. Some things happen by themselves, without an ``actor``."""
    payload = payload_of(kind, {"actor": str(actor.pk) if actor else None, **data})
    message = Message(
        kind=Message.Kind.SYSTEM, client_id=str(uuid4()), request_hash="", body="", payload=payload
    )
    members = list_members(conversation_id=conversation.pk, sender_id=NOBODY)
    append_message(message=message, conversation=conversation, members=members)
    return message


@atomic
def send_card(
    *, conversation_id: UUID, type: str, data: dict[str, Any], version: int = 1,
    sender: User | None = None, client_id: str | None = None,
) -> Message:  # fmt: skip
    """Put a card of a registered type into a conversation, in the name of ``sender`` if given.

    Raises LookupError for a type that nobody registered, and NoSuchConversation.
    """
    text = card_of(type, version).text(data)
    conversation = lock_conversation(conversation_id)
    message = Message(
        kind=Message.Kind.CARD, sender=sender, client_id=client_id or f"{OF_THE_HOUSE}{uuid4()}",
        request_hash="", body=text, payload=payload_of(type, data, version=version),
    )  # fmt: skip
    sender_id = sender.pk if sender else NOBODY
    members = list_members(conversation_id=conversation_id, sender_id=sender_id)
    append_message(message=message, conversation=conversation, members=members)
    return message


@atomic
def press_button(*, presser: User, message_id: UUID, button: str) -> Message:
    """Do what a button of a card means.

    Raises NoSuchMessage for what the presser cannot see, is no card or has no such button,
    MessageDeleted, and what the card's own rules raise.
    """
    cards = Message.objects.visible_to(presser).filter(pk=message_id, kind=Message.Kind.CARD)
    seen = cards.first()
    if seen is None:
        raise NoSuchMessage
    conversation, _ = lock_place(presser, seen.conversation_id)
    message = Message.objects.get(pk=message_id)
    message.conversation = conversation
    if message.payload is None:
        raise MessageDeleted
    card = find_card(message.payload)
    if card is None or card.press is None or button not in card.buttons:
        raise NoSuchMessage
    card.press(message=message, presser=presser, button=button)
    return message

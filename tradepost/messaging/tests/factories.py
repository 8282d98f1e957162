"""Conversations with a few messages."""

from tradepost.accounts.models import User
from tradepost.messaging.actions.conversations import open_direct_conversation
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.models import Conversation, Message


def make_conversation(first: User, second: User) -> Conversation:
    return open_direct_conversation(first=first, second=second)


def say(sender: User, conversation: Conversation, body: str = "Hello", **more: object) -> Message:
    """Send a message the way the product does."""
    return send_message(sender=sender, conversation_id=conversation.pk, body=body, **more).message

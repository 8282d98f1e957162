"""Conversations, their people, their messages, and what hangs on messages."""

from tradepost.messaging.models.attachments import Attachment
from tradepost.messaging.models.conversations import Conversation, Member, Participant
from tradepost.messaging.models.messages import (
    LONGEST_BODY,
    Mention,
    Message,
    MessageHistory,
    Reaction,
)
from tradepost.messaging.models.reports import Report

__all__ = [
    "LONGEST_BODY",
    "Attachment",
    "Conversation",
    "Member",
    "Mention",
    "Message",
    "MessageHistory",
    "Participant",
    "Reaction",
    "Report",
]

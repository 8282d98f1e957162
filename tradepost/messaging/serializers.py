"""Conversations and messages as JSON.

Plain serializers: their fields are copied per request, not worked out anew from the models.
"""

from typing import Any

from rest_framework import serializers

from tradepost.accounts.serializers import PersonOutput
from tradepost.messaging.models import LONGEST_BODY, Conversation, Message


class MessageOutput(serializers.Serializer[Message]):
    message_id = serializers.UUIDField(source="id")
    conversation = serializers.UUIDField(source="conversation_id")
    seq = serializers.IntegerField()
    sender = PersonOutput(allow_null=True)
    kind = serializers.ChoiceField(Message.Kind.choices)
    message_body = serializers.CharField(source="body")
    parent_message = serializers.UUIDField(source="parent_id", allow_null=True)
    sent_at = serializers.DateTimeField()
    is_read = serializers.SerializerMethodField()

    def get_is_read(self, message: Message) -> bool:
        """Whether the caller has read it; one's own messages are."""
        read_seq: int = getattr(message, "my_read_seq", message.seq)
        return message.seq <= read_seq


class SendMessageInput(serializers.Serializer[Any]):
    conversation = serializers.UUIDField()
    message_body = serializers.CharField(max_length=LONGEST_BODY, required=False)
    content = serializers.CharField(
        max_length=LONGEST_BODY, required=False, help_text="Another name for message_body."
    )
    parent_message = serializers.UUIDField(required=False, allow_null=True, default=None)
    client_id = serializers.CharField(
        max_length=64, required=False, allow_null=True, default=None,
        help_text="Chosen by the sending device; sending again under it sends nothing twice.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        body = attrs.get("message_body", attrs.get("content"))
        if body is None:
            raise serializers.ValidationError({"message_body": ["This field is required."]})
        return {
            "conversation_id": attrs["conversation"],
            "body": body,
            "parent_id": attrs["parent_message"],
            "client_id": attrs["client_id"],
        }


class SubjectOutput(serializers.Serializer[Conversation]):
    """What a conversation is about."""

    type = serializers.CharField(source="subject_type.model")
    id = serializers.CharField(source="subject_id")


class ConversationListOutput(serializers.Serializer[Conversation]):
    """A conversation in a list: its people, its last message, what is unread."""

    conversation_id = serializers.UUIDField(source="id")
    kind = serializers.ChoiceField(Conversation.Kind.choices)
    title = serializers.CharField()
    subject = SubjectOutput(source="listed_subject", allow_null=True)
    participants = PersonOutput(source="listed_people", many=True)
    last_message = MessageOutput(source="listed_last_message", allow_null=True)
    message_count = serializers.IntegerField(source="last_seq")
    unread_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ConversationOutput(ConversationListOutput):
    """One conversation with its newest messages, oldest of them first."""

    messages = MessageOutput(many=True, source="recent")


class StartConversationInput(serializers.Serializer[Any]):
    participant_ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=1000
    )

"""Conversations and messages as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.accounts.serializers import PersonOutput
from tradepost.messaging.models import Conversation, Message
from tradepost.messaging.queries import last_message_for_reader

LONGEST_BODY = 20_000


class MessageOutput(serializers.ModelSerializer[Message]):
    message_id = serializers.UUIDField(source="id")
    sender = PersonOutput()
    message_body = serializers.CharField(source="body")
    parent_message = serializers.UUIDField(source="parent_id", allow_null=True)
    is_read = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = [
            "message_id", "conversation", "seq", "sender", "kind", "message_body",
            "parent_message", "sent_at", "is_read",
        ]  # fmt: skip
        read_only_fields = fields

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


class ConversationListOutput(serializers.ModelSerializer[Conversation]):
    """A conversation in a list: its people, its last message, what is unread."""

    conversation_id = serializers.UUIDField(source="id")
    subject = serializers.SerializerMethodField()
    participants = serializers.SerializerMethodField()
    last_message = serializers.SerializerMethodField()
    message_count = serializers.IntegerField(source="last_seq")
    unread_count = serializers.IntegerField()

    class Meta:
        model = Conversation
        fields = [
            "conversation_id", "kind", "title", "subject", "participants", "last_message",
            "message_count", "unread_count", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_subject(self, conversation: Conversation) -> dict[str, str] | None:
        kind = conversation.subject_type
        return {"type": kind.model, "id": conversation.subject_id} if kind else None

    def get_participants(self, conversation: Conversation) -> list[PersonOutput]:
        people = [member.user for member in conversation.people]  # type: ignore[attr-defined]
        return PersonOutput(people, many=True).data  # type: ignore[return-value]

    def get_last_message(self, conversation: Conversation) -> MessageOutput | None:
        last = last_message_for_reader(conversation)
        if last is None:
            return None
        last.my_read_seq = conversation.my_read_seq  # type: ignore[attr-defined]
        return MessageOutput(last).data  # type: ignore[return-value]


class ConversationOutput(ConversationListOutput):
    """One conversation with its newest messages, oldest of them first."""

    messages = MessageOutput(many=True, source="recent")

    class Meta(ConversationListOutput.Meta):
        fields = [*ConversationListOutput.Meta.fields, "messages"]
        read_only_fields = fields


class StartConversationInput(serializers.Serializer[Any]):
    participant_ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=1000
    )

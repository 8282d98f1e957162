"""Messages as JSON. ``messaging/rows.py`` makes what is described here."""

from typing import Any

from rest_framework import serializers

from tradepost.accounts.serializers import PersonOutput
from tradepost.messaging.models import LONGEST_BODY, Message, MessageHistory
from tradepost.messaging.models.messages import LONGEST_EMOJI
from tradepost.messaging.rows import LARGEST_SEQ

MOST_IDS = 100  # of files named by a request; how many a message may have is the action's to say
MOST_REPLIES = 500
REPLIES_SHOWN = 200


class SenderOutput(PersonOutput):
    user_id = serializers.UUIDField()


class FileOutput(serializers.Serializer[Any]):
    """A file of a message. Addresses are paths on this host, and ask for the caller's rights."""

    attachment_id = serializers.UUIDField()
    name = serializers.CharField()
    mime_type = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    url = serializers.CharField()
    thumbnail_url = serializers.CharField(allow_null=True)


class ReactionsOutput(serializers.Serializer[Any]):
    emoji = serializers.CharField()
    count = serializers.IntegerField()
    mine = serializers.BooleanField()


class MessageOutput(serializers.Serializer[Any]):
    message_id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    seq = serializers.IntegerField()
    sender = SenderOutput(allow_null=True)
    kind = serializers.ChoiceField(Message.Kind.choices)
    message_body = serializers.CharField()
    parent_message = serializers.UUIDField(allow_null=True)
    root_message = serializers.UUIDField(allow_null=True)
    depth = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Rises with every change of the text.")
    edited = serializers.BooleanField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted = serializers.BooleanField()
    hidden = serializers.BooleanField(help_text="By those who keep the peace.")
    is_withheld = serializers.BooleanField(help_text="By somebody whom the caller blocks.")
    payload = serializers.DictField(allow_null=True)
    mentions = serializers.ListField(child=serializers.UUIDField())
    attachments = FileOutput(many=True)
    reactions = ReactionsOutput(many=True)
    reply_count = serializers.IntegerField()
    sent_at = serializers.DateTimeField()
    client_id = serializers.CharField(
        allow_null=True, help_text="What the message was sent under; for its sender alone."
    )
    is_read = serializers.BooleanField(help_text="By the caller; one's own messages are.")
    message_html = serializers.CharField(required=False, help_text="With `?html=true`.")


class ThreadMessageOutput(MessageOutput):
    replies = serializers.ListField(
        child=serializers.DictField(), help_text="Such messages, with their replies in turn."
    )


class ThreadOutput(serializers.Serializer[Any]):
    message = ThreadMessageOutput(allow_null=True, help_text="On the first page.")
    replies = ThreadMessageOutput(
        many=True, help_text="On later pages: trees below the messages that they name as parents."
    )
    further = ThreadMessageOutput(
        many=True, help_text="Trees below what is nested a hundred levels deep."
    )
    more = serializers.BooleanField()
    after = serializers.IntegerField(help_text="Ask for what comes `after` this number next time.")


class ThreadInput(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=LARGEST_SEQ, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_REPLIES, default=REPLIES_SHOWN)


class HistoryOutput(serializers.Serializer[MessageHistory]):
    """What a message said as ``version``, until somebody changed it."""

    version = serializers.IntegerField()
    message_body = serializers.CharField(source="body")
    editor = PersonOutput(allow_null=True)
    edited_at = serializers.DateTimeField(help_text="When it was replaced by what came next.")


class TextInput(serializers.Serializer[Any]):
    """A text under either of its names."""

    message_body = serializers.CharField(max_length=LONGEST_BODY, required=False, allow_blank=True)
    content = serializers.CharField(
        max_length=LONGEST_BODY, required=False, allow_blank=True,
        help_text="Another name for message_body.",
    )  # fmt: skip

    def text_of(self, attrs: dict[str, Any]) -> str:
        """Return the text. Raises ValidationError without any."""
        text: str | None = attrs.get("message_body", attrs.get("content"))
        if text is None:
            raise serializers.ValidationError({"message_body": ["This field is required."]})
        return text


class SendMessageInput(TextInput):
    conversation = serializers.UUIDField(required=False)
    receiver = serializers.UUIDField(
        required=False, help_text="Instead of a conversation: the one of two with this person."
    )
    parent_message = serializers.UUIDField(required=False, allow_null=True, default=None)
    attachments = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_IDS, required=False, default=list
    )
    client_id = serializers.CharField(
        max_length=64, required=False, allow_null=True, default=None,
        help_text="Chosen by the sending device; sending again under it sends nothing twice.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("conversation" in attrs) == ("receiver" in attrs):
            raise serializers.ValidationError(
                {"conversation": ["Name a conversation, or else a receiver."]}
            )
        if "receiver" in attrs and attrs["parent_message"] is not None:
            raise serializers.ValidationError({"parent_message": ["Name its conversation too."]})
        return {
            "conversation_id": attrs.get("conversation"),
            "recipient_id": attrs.get("receiver"),
            "body": "" if self._is_files_alone(attrs) else self.text_of(attrs),
            "parent_id": attrs["parent_message"],
            "attachment_ids": attrs["attachments"],
            "client_id": attrs["client_id"],
        }

    def _is_files_alone(self, attrs: dict[str, Any]) -> bool:
        return bool(attrs["attachments"]) and not {"message_body", "content"} & attrs.keys()


class EditMessageInput(TextInput):
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False,
        help_text="What the editor saw; also as `If-Match`. 412 when there is a newer one.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"body": self.text_of(attrs), "version": attrs.get("version")}


class ReactionInput(serializers.Serializer[Any]):
    emoji = serializers.CharField(max_length=LONGEST_EMOJI)


class PressInput(serializers.Serializer[Any]):
    button = serializers.CharField(max_length=100)


class MarkReadInput(serializers.Serializer[Any]):
    conversation_id = serializers.UUIDField()
    up_to_seq = serializers.IntegerField(min_value=0, max_value=LARGEST_SEQ, required=False)


class OfConversation(serializers.Serializer[Any]):
    conversation_id = serializers.UUIDField(required=False)

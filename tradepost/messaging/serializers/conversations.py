"""Conversations as JSON. What is shown is made in ``queries/conversation_rows.py``; here is its
contract."""

import re
from typing import Any

from rest_framework import serializers

from tradepost.accounts.serializers import PersonOutput
from tradepost.kit.search import LONGEST_SEARCH
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.models.conversations import LONGEST_TITLE, WITHOUT_END
from tradepost.messaging.queries.conversation_rows import MOST_COUNTED, MOST_PEOPLE_LISTED
from tradepost.messaging.queries.conversations import SHOWN, Filters
from tradepost.messaging.serializers.messages import MessageOutput

SUBJECT = re.compile(r"([a-z]{1,100}):([A-Za-z0-9-]{1,36})")
CAPPED = f"At most {MOST_COUNTED}, which may be more."


class SubjectOutput(serializers.Serializer[Any]):
    """What a conversation is about."""

    type = serializers.CharField()
    id = serializers.CharField()


class OwnPlaceOutput(serializers.Serializer[Any]):
    """How the caller has a conversation for themselves."""

    role = serializers.ChoiceField(Participant.Role.choices)
    notify = serializers.ChoiceField(Participant.Notify.choices)
    muted_until = serializers.DateTimeField(allow_null=True)
    archived = serializers.BooleanField(help_text="Until something newer is said.")
    pinned_at = serializers.DateTimeField(allow_null=True)
    last_read_seq = serializers.IntegerField()
    unread_from = serializers.IntegerField(allow_null=True)
    first_unread_seq = serializers.IntegerField(allow_null=True)
    has_left = serializers.BooleanField()


class ConversationListOutput(serializers.Serializer[Any]):
    """A conversation in a list: its people, its last message, what is unread."""

    conversation_id = serializers.UUIDField()
    kind = serializers.ChoiceField(Conversation.Kind.choices)
    title = serializers.CharField()
    state = serializers.ChoiceField(Conversation.State.choices)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    subject = SubjectOutput(allow_null=True)
    participants = PersonOutput(many=True, help_text=f"The first {MOST_PEOPLE_LISTED} of them.")
    participant_count = serializers.IntegerField()
    last_message = MessageOutput(allow_null=True)
    message_count = serializers.IntegerField()
    unread_count = serializers.IntegerField(help_text=CAPPED)
    mention_count = serializers.IntegerField(help_text=f"Unread ones. {CAPPED}")
    my = OwnPlaceOutput()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MemberOutput(serializers.Serializer[Any]):
    """Somebody in a conversation: from where they see it, and how far they have read."""

    person = PersonOutput()
    role = serializers.ChoiceField(Participant.Role.choices)
    joined_seq = serializers.IntegerField()
    last_read_seq = serializers.IntegerField()


class ConversationOutput(ConversationListOutput):
    """One conversation with everybody in it and its newest messages, oldest of them first."""

    members = MemberOutput(many=True)
    messages = MessageOutput(many=True)


class UnreadCountOutput(serializers.Serializer[Any]):
    conversations = serializers.IntegerField(help_text=CAPPED)
    messages = serializers.IntegerField(help_text=CAPPED)


class FiltersInput(serializers.Serializer[Any]):
    show = serializers.ChoiceField(
        list(SHOWN), default="open",
        help_text="`open`: those one takes part in and has not archived.",
    )  # fmt: skip
    unread = serializers.BooleanField(required=False, help_text="Only unread ones, or only read.")
    kind = serializers.ChoiceField(Conversation.Kind.choices, required=False)
    state = serializers.ChoiceField(Conversation.State.choices, required=False)
    subject = serializers.RegexField(
        rf"^{SUBJECT.pattern}$", required=False, help_text="What they are about, as `order:12`."
    )
    search = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_SEARCH,
        help_text="Words of the title and of people's names.",
    )  # fmt: skip

    def validate_subject(self, subject: str) -> tuple[str, str]:
        kind, _, pk = subject.partition(":")
        return kind, pk

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"filters": Filters(**attrs)}


class StartConversationInput(serializers.Serializer[Any]):
    participant_ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=1000
    )
    title = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TITLE,
        help_text="With a title it is a group, also of two.",
    )  # fmt: skip


class ChangeConversationInput(serializers.Serializer[Any]):
    """Another title, or how the matter stands; one at a time."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TITLE)
    state = serializers.ChoiceField(Conversation.State.choices, required=False)
    snoozed_until = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("title" in attrs) == ("state" in attrs):
            raise serializers.ValidationError("Send either a title or a state.")
        if "title" in attrs and "snoozed_until" in attrs:
            raise serializers.ValidationError({"snoozed_until": ["This goes with a state."]})
        return attrs


class MemberInput(serializers.Serializer[Any]):
    user_id = serializers.UUIDField()


class NewMemberInput(MemberInput):
    show_history = serializers.BooleanField(
        default=False, help_text="Let them see what was said before."
    )


class ArrangeInput(serializers.Serializer[Any]):
    """What the caller sets for themselves; what is not named stays."""

    archived = serializers.BooleanField(required=False)
    pinned = serializers.BooleanField(required=False)
    muted = serializers.BooleanField(required=False, help_text="`true`: without end.")
    muted_until = serializers.DateTimeField(required=False, allow_null=True)
    notify = serializers.ChoiceField(Participant.Notify.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "muted" in attrs and "muted_until" in attrs:
            raise serializers.ValidationError({"muted": ["Send this or muted_until."]})
        if "muted" in attrs:
            attrs["muted_until"] = WITHOUT_END if attrs.pop("muted") else None
        if not attrs:
            raise serializers.ValidationError("Nothing is said that could be set.")
        return attrs

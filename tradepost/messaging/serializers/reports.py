"""Reports as JSON: what their reporters are answered, and what those who handle them see."""

from typing import Any

from rest_framework import serializers

from tradepost.accounts.serializers import PersonOutput
from tradepost.messaging.models import Attachment, Message, Report
from tradepost.messaging.models.reports import LONGEST_NOTE
from tradepost.messaging.serializers.messages import HistoryOutput


class ReportInput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(Report.Reason.choices)
    note = serializers.CharField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default=""
    )


class ReportedOutput(serializers.ModelSerializer[Report]):
    """One's own report: what became of it is between the house and the sender."""

    class Meta:
        model = Report
        fields = ["message", "reason", "note", "created_at"]


class ReportFilters(serializers.Serializer[Any]):
    handled = serializers.BooleanField(required=False, allow_null=True, default=None)


class FileNameOutput(serializers.ModelSerializer[Attachment]):
    class Meta:
        model = Attachment
        fields = ["name", "mime_type", "size"]


class ReportedMessageOutput(serializers.ModelSerializer[Message]):
    """A message as it is kept, hidden or not, with what it said earlier."""

    message_id = serializers.UUIDField(source="id")
    sender = PersonOutput(allow_null=True)
    message_body = serializers.CharField(source="body")
    version = serializers.IntegerField()
    attachments = FileNameOutput(many=True)
    history = HistoryOutput(many=True)

    class Meta:
        model = Message
        fields = [
            "message_id", "conversation", "seq", "sender", "kind", "message_body", "version",
            "attachments", "history", "sent_at", "edited_at", "deleted_at", "hidden_at",
        ]  # fmt: skip


class ReportOutput(serializers.ModelSerializer[Report]):
    message = ReportedMessageOutput()
    reporter = PersonOutput(allow_null=True)
    handled_by = PersonOutput(allow_null=True)

    class Meta:
        model = Report
        fields = [
            "id", "message", "reporter", "reason", "note", "created_at", "outcome", "handled_by",
            "handled_at",
        ]  # fmt: skip

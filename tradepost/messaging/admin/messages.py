"""Messages in the admin, to be looked at; those who keep the peace may hide them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tradepost.accounts.caller import caller
from tradepost.kit.admin.deeds import ReadOnlyInline
from tradepost.messaging.actions.reports import hide_message, unhide_message
from tradepost.messaging.admin.deeds import ReadOnlyAdmin, preview_of
from tradepost.messaging.models import Attachment, Message, MessageHistory, Participant
from tradepost.messaging.models.reports import HANDLE_REPORTS


class HistoryInline(ReadOnlyInline):
    model = MessageHistory
    fields = readonly_fields = ("version", "body", "editor", "edited_at")


class AttachmentInline(ReadOnlyInline):
    """What there is; the files themselves are for the readers of the message."""

    model = Attachment
    fields = readonly_fields = ("name", "mime_type", "size", "created_at")


def _readers() -> Coalesce:
    """Return how many others have read a message."""
    places = Participant.objects.filter(
        conversation=OuterRef("conversation_id"),
        joined_seq__lt=OuterRef("seq"),
        last_read_seq__gte=OuterRef("seq"),
    ).exclude(user=OuterRef("sender_id"))
    counts = places.order_by().values("conversation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts), 0, output_field=IntegerField())


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["sender", "conversation", "preview", "sent_at", "read_by", "is_shown"]
    list_filter = [
        "kind", "sent_at",
        ("edited_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
        ("hidden_at", admin.EmptyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["sender", "conversation"]
    list_per_page = 50
    search_fields = ["body", "sender__username", "sender__email", "=conversation__id"]
    fields = [
        "sender", "conversation", "seq", "parent", "kind", "body", "sent_at", "edited_at",
        "deleted_at", "hidden_at", "version",
    ]  # fmt: skip
    inlines = [HistoryInline, AttachmentInline]
    actions = ["hide", "show_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request)
        return rows.annotate(readers=_readers())

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(HANDLE_REPORTS)

    @admin.display(description=gettext_lazy("message"))
    def preview(self, message: Message) -> str:
        return preview_of(message.body)

    @admin.display(description=gettext_lazy("read by"))
    def read_by(self, message: Any) -> int:
        return int(message.readers)

    @admin.display(boolean=True, description=gettext_lazy("shown"))
    def is_shown(self, message: Message) -> bool:
        return message.hidden_at is None and message.deleted_at is None

    @admin.action(description=gettext_lazy("Hide"), permissions=["handle"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        for message in queryset.filter(hidden_at=None).order_by("conversation_id", "seq"):
            hide_message(staff=caller(request), message_id=message.pk, now=timezone.now())
            self.log_change(request, message, _("Hidden."))

    @admin.action(description=gettext_lazy("Show again"), permissions=["handle"])
    def show_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        for message in queryset.exclude(hidden_at=None).order_by("conversation_id", "seq"):
            unhide_message(staff=caller(request), message_id=message.pk)
            self.log_change(request, message, _("Shown again."))


@admin.register(MessageHistory)
class MessageHistoryAdmin(ReadOnlyAdmin):
    list_display = ["message", "version", "preview", "editor", "edited_at"]
    list_filter = ["edited_at"]
    list_select_related = ["message", "editor"]
    search_fields = ["body", "editor__username", "=message__id"]
    fields = ["message", "version", "body", "editor", "edited_at"]

    @admin.display(description=gettext_lazy("text"))
    def preview(self, history: MessageHistory) -> str:
        return preview_of(history.body)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ["name", "mime_type", "size", "uploader", "message", "created_at"]
    list_filter = ["mime_type", "created_at"]
    list_select_related = ["uploader", "message"]
    search_fields = ["name", "uploader__username"]
    fields = ["name", "mime_type", "size", "width", "height", "uploader", "message", "created_at"]

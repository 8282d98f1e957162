"""Conversations in the admin, to be looked at: what people wrote is changed by nobody else."""

from django.contrib import admin
from django.http import HttpRequest

from tradepost.messaging.models import Conversation, Message, Participant

PREVIEW_LENGTH = 50


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ParticipantInline(admin.TabularInline):
    model = Participant
    extra = 0
    fields = ["user", "role", "joined_seq", "left_seq", "last_read_seq"]


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "title", "people", "last_seq", "created_at", "updated_at"]
    list_filter = ["kind", "created_at"]
    search_fields = ["title", "participants__username", "participants__email"]
    inlines = [ParticipantInline]

    def get_queryset(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).prefetch_related("participants")

    @admin.display(description="participants")
    def people(self, conversation: Conversation) -> str:
        return ", ".join(str(person) for person in conversation.participants.all())


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["sender", "conversation", "preview", "sent_at"]
    list_filter = ["kind", "sent_at"]
    list_select_related = ["sender", "conversation"]
    search_fields = ["body", "sender__username", "sender__email"]

    @admin.display(description="message")
    def preview(self, message: Message) -> str:
        if len(message.body) <= PREVIEW_LENGTH:
            return message.body
        return f"{message.body[:PREVIEW_LENGTH]}…"

"""Notifications in the admin, to be looked at."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from tradepost.notifications.models import Notification, Preference, PushSubscription


class LookedAtAdmin(admin.ModelAdmin):
    """Shows rows that only actions write. They may be deleted, as an account takes them along."""

    list_select_related: ClassVar = ["user"]
    search_fields: ClassVar = ["user__username", "user__email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Notification)
class NotificationAdmin(LookedAtAdmin):
    list_display = ["kind", "user", "actor", "created_at", "read_at", "mailed_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["user", "actor"]


@admin.register(Preference)
class PreferenceAdmin(LookedAtAdmin):
    list_display = ["user", "kind", "channel", "is_on"]
    list_filter = ["channel", "kind"]


@admin.register(PushSubscription)
class PushSubscriptionAdmin(LookedAtAdmin):
    """Without keys and address: whoever has them can write to the browser."""

    list_display = ["service", "user", "created_at", "failures"]
    fields = ["service", "user", "created_at", "failures"]

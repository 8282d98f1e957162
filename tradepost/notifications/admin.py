from django.contrib import admin

from tradepost.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin):
    list_display = ["kind", "user", "actor", "created_at", "read_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["user", "actor"]
    search_fields = ["user__username", "user__email"]
    raw_id_fields = ["user", "actor"]

"""Reviews of stays, blind ones too, for whoever keeps the peace: to be read and taken away."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tradepost.accounts.caller import caller
from tradepost.stays.actions.reviews import delete_review
from tradepost.stays.models import Review


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    list_display = ["property", "side", "rating", "user", "created_at", "released_at"]
    list_filter = ["side", "rating", ("released_at", admin.EmptyFieldListFilter)]
    list_select_related = ["property", "user"]
    search_fields = ["comment", "answer", "property__name", "user__username"]
    ordering = ["-created_at", "-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Review) -> None:
        delete_review(moderator=caller(request), property_id=obj.property_id, review_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        for review in queryset.order_by("pk"):  # each by itself: it locks a stay and then a place
            self.delete_model(request, review)

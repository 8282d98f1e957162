"""Reviews, which are moderated here and written by customers."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from tradepost.accounts.caller import caller
from tradepost.kit.admin.deeds import DeedAdmin
from tradepost.kit.transactions import unit_of_work
from tradepost.store.actions.reviews import change_review, delete_review
from tradepost.store.models import Review


@admin.register(Review)
class ReviewAdmin(DeedAdmin):
    list_display = ["product", "rating", "name", "date"]
    list_filter = ["rating", "date"]
    list_select_related = ["product"]
    search_fields = ["product__title", "name", "description"]
    fields = ["product", "author", "date", "name", "rating", "description"]
    readonly_fields = ["product", "author", "date"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change(
        self, request: HttpRequest, row: Review, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        if columns:
            change_review(
                editor=caller(request),
                product_id=row.product_id,
                review_id=row.pk,
                changes=columns,
            )

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        # By product, because their products are locked one after the other.
        rows = Review.objects.filter(pk__in=keys).order_by("product_id", "pk")
        with unit_of_work():
            for product_id, pk in rows.values_list("product_id", "pk"):
                delete_review(editor=caller(request), product_id=product_id, review_id=pk)

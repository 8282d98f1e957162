"""Promotions: when they count, and for which products."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from tradepost.kit.admin.deeds import DeedAdmin, DeedForm, count_of, link_to_list
from tradepost.store.actions.promotions import (
    change_promotion,
    create_promotion,
    delete_promotions,
    set_products_of_promotion,
)
from tradepost.store.models import OrderItem, Product, Promotion

MOST_LISTED = 200  # products in the form; of more than that there is only a link to their list


class PromotionForm(DeedForm):
    products = forms.ModelMultipleChoiceField(
        Product.objects.all(),
        required=False,
        # Any column that refers to products can tell the widget what to suggest.
        widget=AutocompleteSelectMultiple(OrderItem._meta.get_field("product"), admin.site),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and has_too_many(self.instance):
            del self.fields["products"]
        elif self.instance.pk:
            self.fields["products"].initial = self.instance.products.all()


def has_too_many(promotion: Promotion) -> bool:
    """Return whether a promotion has more products than a form can list."""
    return bool(promotion.products.all()[MOST_LISTED:].exists())


@admin.register(Promotion)
class PromotionAdmin(DeedAdmin):
    form = PromotionForm
    list_display = ["description", "discount", "starts_at", "ends_at", "applied", "products_count"]
    list_filter = ["applied", "starts_at", "ends_at"]
    search_fields = ["description"]
    counts = {"products_count": count_of(Product.promotions.through.objects.all(), by="promotion")}

    def get_fields(self, request: HttpRequest, obj: Promotion | None = None) -> tuple[str, ...]:
        many = obj is not None and has_too_many(obj)
        products = "product_list" if many else "products"
        return ("description", "discount", "starts_at", "ends_at", products)

    def get_readonly_fields(self, request: HttpRequest, obj: Promotion | None = None) -> list[str]:
        return ["product_list"] if obj is not None and has_too_many(obj) else []

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        promotion = create_promotion(fields=columns, now=timezone.now())
        self._set_products(promotion, form)
        return promotion

    def change(
        self, request: HttpRequest, row: Promotion, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        if columns:
            change_promotion(promotion_id=row.pk, changes=columns, now=timezone.now())
        if "products" in form.changed_data:
            self._set_products(row, form)

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        delete_promotions(promotion_ids=keys)

    @admin.display(ordering="products_count", description="products")
    def products_count(self, promotion: Any) -> str:
        text = f"{promotion.products_count} Products"
        return link_to_list(Product, text, promotions__id=promotion.pk)

    @admin.display(description="products")
    def product_list(self, promotion: Promotion) -> str:
        text = f"{promotion.products.count()} Products"
        return link_to_list(Product, text, promotions__id=promotion.pk)

    def _set_products(self, promotion: Promotion, form: ModelForm) -> None:
        ids = {product.pk for product in form.cleaned_data["products"]}
        set_products_of_promotion(promotion_id=promotion.pk, product_ids=ids)

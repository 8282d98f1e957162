"""Collections."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.http import urlencode

from tradepost.kit.admin.deeds import DeedAdmin, count_of, link_to_list
from tradepost.kit.transactions import unit_of_work
from tradepost.store.actions.collections import (
    change_collection,
    create_collection,
    delete_collection,
)
from tradepost.store.admin.products import OF_COLLECTION
from tradepost.store.models import Collection, Product


class SelectOwnProduct(AutocompleteSelect):
    """Suggests products of one collection."""

    def __init__(self, *args: Any, collection_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collection_id = collection_id

    def get_url(self) -> str:
        return f"{super().get_url()}?{urlencode({OF_COLLECTION: self.collection_id})}"


@admin.register(Collection)
class CollectionAdmin(DeedAdmin):
    list_display = ["title", "products_count"]
    search_fields = ["title"]
    autocomplete_fields = ["featured_product"]
    counts = {"products_count": count_of(Product.objects.all(), by="collection")}

    def get_fields(self, request: HttpRequest, obj: Collection | None = None) -> tuple[str, ...]:
        return ("title",) if obj is None else ("title", "featured_product")  # a new one has none

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        match = request.resolver_match
        key = match.kwargs.get("object_id", "") if match else ""
        widget = SelectOwnProduct(db_field, self.admin_site, collection_id=key)
        return super().formfield_for_foreignkey(db_field, request, widget=widget, **kwargs)

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        return create_collection(**columns)

    def change(
        self, request: HttpRequest, row: Collection, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        if columns:
            change_collection(collection_id=row.pk, changes=columns)

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        with unit_of_work():
            for key in keys:
                delete_collection(collection_id=key)

    @admin.display(ordering="products_count", description="products")
    def products_count(self, collection: Any) -> str:
        text = f"{collection.products_count} Products"
        return link_to_list(Product, text, collection__id=collection.pk)

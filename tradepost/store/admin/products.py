"""Products and their pictures."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from tradepost.kit.admin.deeds import DeedAdmin, is_key
from tradepost.store.actions import stock
from tradepost.store.actions.images import add_image, delete_image, replace_image
from tradepost.store.actions.products import (
    change_product,
    create_product,
    delete_product,
    delete_products,
)
from tradepost.store.models import Product, ProductImage
from tradepost.store.models.images import MOST_IMAGES

OF_COLLECTION = "of_collection"  # what a request for suggestions may be narrowed by


class InventoryFilter(admin.SimpleListFilter):
    title = "Inventory"
    parameter_name = "inventory"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(f"<{settings.LOW_STOCK}", "Low")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == f"<{settings.LOW_STOCK}":
            return queryset.filter(inventory__lt=settings.LOW_STOCK)
        return queryset


class ImageFormSet(BaseInlineFormSet):
    def save_new(self, form: ModelForm, commit: bool = True) -> ProductImage:
        return add_image(product_id=self.instance.pk, file=form.cleaned_data["image"])

    def save_existing(self, form: ModelForm, obj: Any, commit: bool = True) -> ProductImage:
        file = form.cleaned_data["image"]
        return replace_image(product_id=self.instance.pk, image_id=obj.pk, file=file)

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        delete_image(product_id=self.instance.pk, image_id=obj.pk)


class ImageForm(ModelForm):
    """A row of a picture. One that stays is not fetched from the storage to be looked at again."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "image" not in self.changed_data:
            cleaned.pop("image", None)
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc] # not in stubs
        return excluded if "image" in self.changed_data else {*excluded, "image"}


class ProductImageInline(admin.TabularInline):
    model = ProductImage
    form = ImageForm
    formset = ImageFormSet
    fields = ["image", "preview"]
    readonly_fields = ["preview"]
    extra = 1
    max_num = MOST_IMAGES

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_max=True, **kwargs)

    @admin.display(description="thumbnail")
    def preview(self, image: ProductImage) -> str:
        shown = image.thumbnail or image.image
        return format_html('<img src="{}" class="thumbnail" alt="">', shown.url) if shown else ""


@admin.register(Product)
class ProductAdmin(DeedAdmin):
    list_display = ["title", "unit_price", "inventory_status", "collection_title", "price_now"]
    list_editable = ["unit_price"]
    list_filter = ("collection", "last_update", InventoryFilter)
    list_per_page = 10
    list_select_related = ["collection"]
    ordering = ["title", "id"]
    search_fields = ["title", "sku"]
    autocomplete_fields = ["collection", "promotions"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [ProductImageInline]
    actions = [*DeedAdmin.actions, "clear_inventory"]
    remembered = ["inventory", "unit_price"]

    class Media:
        css = {"all": ["store/styles.css"]}

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        promotion_ids = _ids(form.cleaned_data["promotions"])
        return create_product(fields=columns, promotion_ids=promotion_ids)

    def change(
        self, request: HttpRequest, row: Product, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        promotions = form.cleaned_data["promotions"] if "promotions" in form.changed_data else None
        if columns or promotions is not None:
            change_product(
                product_id=row.pk,
                changes=columns,
                promotion_ids=None if promotions is None else _ids(promotions),
            )

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        if len(keys) == 1:
            delete_product(product_id=keys[0])
        else:
            delete_products(product_ids=keys)

    def has_view_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """Whoever takes orders by telephone may look products up, and nothing more."""
        suggested = request.path == reverse("admin:autocomplete")
        return super().has_view_permission(request, obj) or (
            suggested and request.user.has_perm("store.add_order")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        key = request.GET.get(OF_COLLECTION)
        if key is not None:
            queryset = queryset.filter(collection=key) if is_key(key) else queryset.none()
        return super().get_search_results(request, queryset, search_term)

    @admin.display(ordering="inventory", description="inventory")
    def inventory_status(self, product: Product) -> str:
        return "Low" if product.inventory < settings.LOW_STOCK else "OK"

    @admin.display(ordering="collection__title", description="collection")
    def collection_title(self, product: Product) -> str:
        return product.collection.title

    @admin.display(ordering="price", description="price now", empty_value="")
    def price_now(self, product: Product) -> str | None:
        return (
            f"{product.price} (-{product.discount.normalize():f} %)" if product.discount else None
        )

    @admin.action(description="Clear inventory", permissions=["change"])
    def clear_inventory(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        count = stock.clear_inventory(product_ids=keys, now=timezone.now())
        text = f"{count} products were successfully updated."
        self.message_user(request, text, messages.SUCCESS)


def _ids(rows: Any) -> list[int]:
    return [row.pk for row in rows]

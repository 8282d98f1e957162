"""The shop in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Field, Model, QuerySet
from django.forms import Field as FormField
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import unit_of_work
from tradepost.store.models import Collection, Customer, Order, OrderItem, Product, Review
from tradepost.store.stamps import CATALOGUE

LOW = 10


class CatalogueAdmin(admin.ModelAdmin):
    """The admin writes rows itself, so it must say itself that the catalogue changed."""

    touched: tuple[str, ...] = ()  # columns that every change sets

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        with unit_of_work():
            if change:  # what was not changed in the form may have been changed by an order
                columns = {field.name for field in obj._meta.concrete_fields}
                obj.save(update_fields=[*columns.intersection(form.changed_data), *self.touched])
            else:
                super().save_model(request, obj, form, change)
            raise_stamp(CATALOGUE)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with unit_of_work():
            super().delete_model(request, obj)
            raise_stamp(CATALOGUE)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with unit_of_work():
            super().delete_queryset(request, queryset)
            raise_stamp(CATALOGUE)


@admin.register(Product)
class ProductAdmin(CatalogueAdmin):
    list_display = ["title", "unit_price", "inventory_status", "collection_title"]
    list_editable = ["unit_price"]
    list_filter = ["collection", "last_update"]
    list_per_page = 10
    list_select_related = ["collection"]
    search_fields = ["title", "sku"]
    autocomplete_fields = ["collection"]
    prepopulated_fields = {"slug": ["title"]}
    touched = ("last_update",)

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Remember what stock the form showed: only a number that somebody typed is saved."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "inventory":
            field.show_hidden_initial = True
        return field

    @admin.display(ordering="inventory", description="inventory")
    def inventory_status(self, product: Product) -> str:
        return "Low" if product.inventory < LOW else "OK"

    @admin.display(ordering="collection__title", description="collection")
    def collection_title(self, product: Product) -> str:
        return product.collection.title


@admin.register(Collection)
class CollectionAdmin(CatalogueAdmin):
    list_display = ["title", "products_count"]
    search_fields = ["title"]
    autocomplete_fields = ["featured_product"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        collections: QuerySet[Collection] = super().get_queryset(request)
        return collections.annotate(products_count=Count("products"))

    @admin.display(ordering="products_count", description="products")
    def products_count(self, collection: Collection) -> str:
        query = urlencode({"collection__id__exact": collection.pk})
        url = f"{reverse('admin:store_product_changelist')}?{query}"
        return format_html('<a href="{}">{} Products</a>', url, collection.products_count)  # type: ignore[attr-defined]


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    list_display = ["product", "rating", "name", "date"]
    list_filter = ["rating", "date"]
    list_select_related = ["product"]
    autocomplete_fields = ["product"]
    raw_id_fields = ["author"]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["first_name", "last_name", "membership", "orders_count"]
    list_editable = ["membership"]
    list_per_page = 10
    list_select_related = ["user"]
    list_filter = ["membership"]
    ordering = ["user__first_name", "user__last_name"]
    search_fields = ["user__first_name__istartswith", "user__last_name__istartswith"]
    raw_id_fields = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        customers: QuerySet[Customer] = super().get_queryset(request)
        return customers.annotate(orders_count=Count("orders"))

    @admin.display(ordering="user__first_name")
    def first_name(self, customer: Customer) -> str:
        return customer.user.first_name

    @admin.display(ordering="user__last_name")
    def last_name(self, customer: Customer) -> str:
        return customer.user.last_name

    @admin.display(ordering="orders_count", description="orders")
    def orders_count(self, customer: Customer) -> str:
        query = urlencode({"customer__id__exact": customer.pk})
        url = f"{reverse('admin:store_order_changelist')}?{query}"
        return format_html('<a href="{}">{} Orders</a>', url, customer.orders_count)  # type: ignore[attr-defined]


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    extra = 0
    can_delete = False
    fields = ("product", "title", "quantity", "unit_price")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Orders are looked at here and placed by customers: what was agreed does not change."""

    list_display = ["id", "placed_at", "customer", "total", "payment_status"]
    list_filter = ["payment_status", "placed_at"]
    list_select_related = ["customer__user"]
    search_fields = ["=id", "customer__user__email", "customer__user__last_name"]
    readonly_fields = ["customer", "placed_at", "total", "cart_id", "payment_status"]
    inlines = [OrderItemInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

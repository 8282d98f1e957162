"""Customers and where they want things sent."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from tradepost.kit.transactions import unit_of_work
from tradepost.store.actions.customers import change_customer, create_customer, delete_customer
from tradepost.store.admin.deeds import DeedAdmin, ReadOnlyAdmin, count_of, link_to_list
from tradepost.store.models import Address, Customer, Order
from tradepost.store.models.customers import MOST_ADDRESSES


class AddressInline(admin.TabularInline):
    model = Address
    extra = 0
    max_num = MOST_ADDRESSES

    def has_add_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        """What was forgotten with a closed account does not come back."""
        open_account = obj is None or obj.user.is_active
        return open_account and super().has_add_permission(request, obj)


@admin.register(Customer)
class CustomerAdmin(DeedAdmin):
    list_display = ["first_name", "last_name", "membership", "orders_count"]
    list_editable = ["membership"]
    list_per_page = 10
    list_filter = ["membership"]
    ordering = ["user__first_name", "user__last_name", "id"]
    search_fields = ["user__first_name__istartswith", "user__last_name__istartswith"]
    fields = ["user", "phone", "birth_date", "membership"]
    raw_id_fields = ["user"]
    inlines = [AddressInline]
    counts = {"orders_count": count_of(Order.objects.all(), by="customer")}
    remembered = ["membership"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        customers: QuerySet[Customer] = super().get_queryset(request).select_related("user")
        return customers

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        return [] if obj is None else ["user"]  # a record stays with its person

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        return create_customer(user_id=columns.pop("user_id"), fields=columns)

    def change(
        self, request: HttpRequest, row: Customer, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        if columns:
            change_customer(customer_id=row.pk, changes=columns)

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        with unit_of_work():
            for key in keys:
                delete_customer(customer_id=key)

    @admin.display(ordering="user__first_name")
    def first_name(self, customer: Customer) -> str:
        return customer.user.first_name

    @admin.display(ordering="user__last_name")
    def last_name(self, customer: Customer) -> str:
        return customer.user.last_name

    @admin.display(ordering="orders_count", description="orders")
    def orders_count(self, customer: Any) -> str:
        text = f"{customer.orders_count} Orders"
        return link_to_list(Order, text, customer__id=customer.pk)


@admin.register(Address)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ["street", "zip", "city", "customer"]
    list_select_related = ["customer__user"]
    search_fields = ["street", "zip", "city", "customer__user__last_name__istartswith"]

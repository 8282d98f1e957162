"""Customers and where they want things sent."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest

from tradepost.kit.admin.deeds import DeedAdmin, ReadOnlyAdmin, count_of, link_to_list
from tradepost.kit.transactions import unit_of_work
from tradepost.store.actions.customers import (
    add_address,
    change_address,
    change_customer,
    create_customer,
    delete_customer,
    remove_address,
)
from tradepost.store.models import Address, Customer, Order
from tradepost.store.models.customers import MOST_ADDRESSES

ADDRESS = ("street", "city", "zip")


class AddressFormSet(BaseInlineFormSet):
    def save_new(self, form: ModelForm, commit: bool = True) -> Address:
        said = {name: form.cleaned_data[name] for name in ADDRESS}
        return add_address(user=self.instance.user, **said)

    def save_existing(self, form: ModelForm, obj: Any, commit: bool = True) -> Address:
        changes = {name: form.cleaned_data[name] for name in ADDRESS if name in form.changed_data}
        return change_address(user=self.instance.user, address_id=obj.pk, changes=changes)

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        remove_address(user=self.instance.user, address_id=obj.pk)


class AddressInline(admin.TabularInline):
    model = Address
    formset = AddressFormSet
    fields = ADDRESS
    extra = 0
    max_num = MOST_ADDRESSES


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

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the addresses before the record: they lock the account, which comes first."""
        super().save_related(request, form, formsets, change)
        if change:
            super().save_model(request, form.instance, form, change)

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

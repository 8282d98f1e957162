"""Orders: what was agreed does not change; what happens to them afterwards does.

A new order is one that somebody takes down for a customer, by telephone.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join

from tradepost.accounts.caller import caller
from tradepost.kit.admin.deeds import DeedAdmin, PartInline
from tradepost.kit.errors import DomainError
from tradepost.store.actions.order_changes import cancel_order, delete_orders, set_payment_status
from tradepost.store.actions.orders import place_order_for
from tradepost.store.errors import OutOfStock
from tradepost.store.models import Order, OrderItem, Product
from tradepost.store.models.carts import MOST_OF_ONE_PRODUCT
from tradepost.store.queries import list_timeline

FEWEST_LINES, MOST_LINES = 1, 10  # of an order that is taken down by hand


class LineInline(PartInline):
    """What was agreed."""

    model = OrderItem
    fields = ("product", "title", "quantity", "unit_price", "line_total")
    readonly_fields = ("product", "title", "quantity", "unit_price", "line_total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderItem]:
        lines: QuerySet[OrderItem] = super().get_queryset(request).select_related("product")
        return lines

    @admin.display(description="total")
    def line_total(self, line: OrderItem) -> str:
        return str(line.total_price())


class NewLineForm(ModelForm):
    quantity = forms.IntegerField(min_value=1, max_value=MOST_OF_ONE_PRODUCT, initial=1)


class NewLineInline(admin.TabularInline):
    """What somebody wants."""

    model = OrderItem
    form = NewLineForm
    fields = ["product", "quantity"]
    autocomplete_fields = ["product"]
    extra = 0
    min_num = FEWEST_LINES
    max_num = MOST_LINES
    can_delete = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs |= {"validate_min": True, "validate_max": True}
        formset: Any = super().get_formset(request, obj, **kwargs)
        widget = formset.form.base_fields["product"].widget
        for deed in ("add", "change", "delete", "view"):  # not beside an order
            setattr(widget, f"can_{deed}_related", False)
        return formset

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return request.user.has_perm("store.add_order")


@admin.register(Order)
class OrderAdmin(DeedAdmin):
    list_display = ["id", "placed_at", "customer", "total", "payment_status", "canceled_at"]
    list_filter = ["payment_status", ("canceled_at", admin.EmptyFieldListFilter), "placed_at"]
    list_select_related = ["customer__user"]
    search_fields = ["=id", "customer__user__email", "customer__user__last_name__istartswith"]
    autocomplete_fields = ["customer"]
    actions = [*DeedAdmin.actions, "cancel_selected"]
    remembered = ["payment_status"]

    class Media:
        css = {"all": ["store/styles.css"]}

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("customer",)
        return (
            "customer", "placed_at", "total", "delivery_address", "payment_status", "canceled_at",
            "timeline",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> list[str]:
        if obj is None:
            return []
        fields = self.get_fields(request, obj)
        may_change = obj.canceled_at is None and Order.TRANSITIONS[obj.payment_status]
        return [name for name in fields if name != "payment_status" or not may_change]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [NewLineInline] if obj is None else [LineInline]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change and "payment_status" in form.changed_data:
            status = form.cleaned_data["payment_status"]
            set_payment_status(order_id=obj.pk, status=status, actor=caller(request))

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseInlineFormSet, change: bool
    ) -> None:
        """Place the order that a new form and its lines describe; an old one keeps its lines."""
        formset.save(commit=False)  # for the history, which asks the formset what is new
        if change:
            return
        order = place_order_for(
            customer=form.instance.customer,
            quantities={line.product_id: line.quantity for line in formset.new_objects},
            actor=caller(request),
        )
        form.instance.pk = order.pk

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        delete_orders(order_ids=keys)

    def explain(self, refusal: DomainError) -> DomainError:
        """Name the products that are short."""
        short = refusal.details.get("short")
        if not isinstance(refusal, OutOfStock) or not isinstance(short, dict):
            return refusal
        titles = Product.objects.in_bulk(short.keys())
        left = [f"{titles[int(pk)]}: {n} left" for pk, n in short.items() if int(pk) in titles]
        return OutOfStock(" ".join([str(refusal), *left]))

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("store.cancel_order")

    @admin.action(description="Cancel selected orders", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        canceled = 0
        for pk in sorted(queryset.values_list("pk", flat=True)):
            try:
                cancel_order(order_id=pk, actor=caller(request), now=timezone.now())
            except DomainError as refusal:
                self.message_user(request, f"Order {pk}: {refusal}", messages.ERROR)
            else:
                canceled += 1
        if canceled:
            self.message_user(request, f"{canceled} orders were canceled.", messages.SUCCESS)

    @admin.display(description="timeline")
    def timeline(self, order: Order) -> str:
        moments = (
            (date_format(moment.at, "DATETIME_FORMAT"), moment.kind.replace("_", " "), moment.actor)
            for moment in list_timeline(order)
        )
        return format_html_join("", "<p>{}: {}, by {}</p>", moments)

"""Payments in the admin: nothing is typed in there; money goes back, and events get another try."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from tradepost.accounts.caller import caller
from tradepost.kit import clock
from tradepost.kit.errors import DomainError
from tradepost.payments.actions.events import apply_event
from tradepost.payments.actions.payments import clear_problem
from tradepost.payments.actions.refunds import refund_payment
from tradepost.payments.models import Payment, ProviderEvent, Refund


class ReadOnly:
    """Mixin: rows that nobody makes, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse it on the pages of payments. Who wants to delete something else, which payments
        keep from that, is told so by Django, and not that a permission is missing."""
        match = request.resolver_match
        return match is not None and not str(match.url_name).startswith("payments_")


class RefundInline(ReadOnly, admin.TabularInline):
    model = Refund
    extra = 0
    fields = ("amount", "status", "failure", "reason", "asked_by", "reference", "created_at")
    readonly_fields = fields


class RefundForm(ActionForm):
    """What is typed beside the choice of what to do."""

    amount = forms.DecimalField(required=False, decimal_places=2, max_digits=18)
    reason = forms.CharField(required=False, max_length=200)


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "id", "created_at", "title", "payer", "amount", "currency", "captured", "refunded",
        "status", "failure", "problem", "provider",
    ]  # fmt: skip
    list_filter = ["status", "provider", ("problem", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["payer"]
    search_fields = ["=id", "=reference", "=order__id", "=booking__id", "payer__email"]
    exclude = ["next_action"]  # the payer's own
    inlines = [RefundInline]
    action_form = RefundForm
    actions = ["refund_selected", "clear_problems"]

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.refund_payment")

    @admin.action(
        description="Refund selected payments: the amount, or all that is left",
        permissions=["refund"],
    )
    def refund_selected(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        form = RefundForm(request.POST)
        del form.fields["action"]  # the page has looked at it already
        form.fields["reason"].required = True
        if not form.is_valid():
            said = f"Nothing was refunded. {form.errors.as_text()}"
            return self.message_user(request, said, messages.ERROR)
        amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
        for payment_id in sorted(queryset.values_list("pk", flat=True)):
            try:
                refund_payment(
                    payment_id=payment_id,
                    amount=amount,
                    reason=reason,
                    actor=caller(request),
                    now=clock.now(),
                )
            except DomainError as refusal:
                self.message_user(request, f"Payment {payment_id}: {refusal}", messages.ERROR)
            else:
                self.message_user(request, f"Payment {payment_id} is refunded.", messages.SUCCESS)

    @admin.action(description="Note that problems were looked at", permissions=["refund"])
    def clear_problems(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        for payment_id in sorted(queryset.values_list("pk", flat=True)):
            clear_problem(payment_id=payment_id)
        self.message_user(request, "It is noted.", messages.SUCCESS)


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "event_id", "provider", "kind", "reference", "received_at", "applied_at", "problem",
    ]  # fmt: skip
    list_filter = [
        ("applied_at", admin.EmptyFieldListFilter), "provider", "problem", "received_at",
    ]  # fmt: skip
    search_fields = ["=event_id", "=reference", "=charge_key"]
    exclude = ["payload"]  # it may name the payer in words that nobody here needs
    actions = ["apply_again"]

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.refund_payment")

    @admin.action(description="Try to apply selected events again", permissions=["refund"])
    def apply_again(self, request: HttpRequest, queryset: QuerySet[ProviderEvent]) -> None:
        waiting = queryset.filter(applied_at=None).order_by("received_at", "id")
        done = [apply_event(event=event, now=clock.now()) for event in waiting]
        said = f"{sum(done)} events were applied, {len(done) - sum(done)} still wait."
        self.message_user(request, said, messages.SUCCESS if all(done) else messages.WARNING)

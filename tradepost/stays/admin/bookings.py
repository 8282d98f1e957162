"""Bookings: what was agreed, what became of it, what was paid; all of it to be looked at.

What may be done for somebody on the telephone is to cancel.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from tradepost.accounts.caller import caller
from tradepost.kit import clock
from tradepost.kit.admin.deeds import PartInline, ReadOnlyAdmin, ReadOnlyInline
from tradepost.kit.errors import DomainError
from tradepost.payments.models import Payment
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.models import Booking, BookingChange, BookingEvent, PriceLine


class LineInline(PartInline):
    """What the stay costs."""

    model = PriceLine
    fields = ("kind", "quantity", "unit_price", "rate", "amount")
    verbose_name_plural = "price"


class PaymentInline(ReadOnlyInline):
    model = Payment
    fk_name = "booking"
    fields = ("status", "method_name", "amount", "captured", "refunded", "created_at")
    readonly_fields = ("method_name",)
    ordering = ["created_at", "id"]
    show_change_link = True

    @admin.display(description="card")
    def method_name(self, payment: Payment) -> str:
        return payment.method_name


class ChangeInline(PartInline):
    """Other dates that were asked for."""

    model = BookingChange
    fields = ("created_at", "asked_by", "start_date", "end_date", "guests", "total", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingChange]:
        rows: QuerySet[BookingChange] = super().get_queryset(request)
        return rows.select_related("asked_by")


class MomentInline(PartInline):
    """What happened, oldest first."""

    model = BookingEvent
    fields = ("at", "kind", "actor")
    verbose_name_plural = "timeline"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingEvent]:
        rows: QuerySet[BookingEvent] = super().get_queryset(request)
        return rows.select_related("actor")


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = [
        "id", "property", "user", "start_date", "end_date", "guests", "total", "currency",
        "status",
    ]  # fmt: skip
    list_filter = ["status", "start_date", ("completed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["property", "user"]
    search_fields = ["=id", "property__name", "user__email", "property__host__email"]
    inlines = [LineInline, PaymentInline, ChangeInline, MomentInline]
    actions = ["cancel_selected"]
    fieldsets = [
        (None, {"fields": [
            "property", "user", "status", ("start_date", "end_date"), "guests",
            ("starts_at", "ends_at"), "buffer_nights",
        ]}),
        ("Price", {"fields": [("total", "currency"), "kept", "terms"]}),
        ("What became of it", {"fields": [
            "created_at", "hold_until", "accepted_at", "confirmed_at",
            ("canceled_at", "canceled_by"), "expired_at", "completed_at",
        ]}),
    ]  # fmt: skip

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("stays.cancel_booking")

    @admin.action(
        description="Cancel selected bookings, with everything given back", permissions=["cancel"]
    )
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        canceled = 0
        for pk in sorted(queryset.values_list("pk", flat=True)):
            try:
                cancel_booking(actor=caller(request), booking_id=pk, now=clock.now())
            except DomainError as refusal:
                self.message_user(request, f"Booking {pk}: {refusal}", messages.ERROR)
            else:
                canceled += 1
        if canceled:
            self.message_user(request, f"{canceled} bookings were canceled.", messages.SUCCESS)

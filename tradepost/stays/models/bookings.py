"""Stays that were asked for, and what was agreed: dates, price line by line, terms."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tradepost.accounts.models import User
from tradepost.kit.money import HundredthsField, MoneyField
from tradepost.stays.models.properties import Property


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: User) -> BookingQuerySet:
        """A guest's own, a host's of their properties, all for ``stays.view_booking``."""
        if user.has_perm("stays.view_booking"):
            return self.all()
        return self.filter(Q(user=user) | Q(property__host=user))

    def live(self) -> BookingQuerySet:
        """Those that have their nights."""
        return self.exclude(status=Booking.Status.CANCELED)

    def unfinished(self, now: datetime) -> BookingQuerySet:
        """Those that may still come about: pending ones, and stays that have not begun."""
        return self.live().filter(Q(status=Booking.Status.PENDING) | Q(starts_at__gt=now))


class Booking(models.Model):
    """A stay of ``user``, from ``start_date`` to ``end_date`` without its night.

    A pending one waits for the host until it is accepted, then for its payment, and holds its
    nights until ``hold_until``. What else became of it are facts beside the status: it was
    accepted, confirmed, canceled (``canceled_by`` nobody: it expired), and it is over.
    ``starts_at`` and ``ends_at`` are check-in and check-out as moments, as they were agreed, like
    ``total``, ``terms`` of cancellation, and the lines of the price.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        CONFIRMED = "confirmed", "Confirmed"
        CANCELED = "canceled", "Canceled"

    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="bookings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings"
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PENDING)
    start_date = models.DateField()
    end_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    buffer_nights = models.PositiveSmallIntegerField(default=0)
    guests = models.PositiveSmallIntegerField()
    total = MoneyField()
    currency = models.CharField(max_length=3)
    terms = models.JSONField()  # of cancellation; see policies.py
    created_at = models.DateTimeField()
    hold_until = models.DateTimeField(null=True)  # while it is pending
    accepted_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    canceled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    kept = MoneyField(null=True)  # type: ignore[misc] # of the price of a canceled stay
    expired_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("cancel_booking", "Can cancel booking")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "confirmed", "canceled"]),
                name="booking_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(end_date__gt=F("start_date")), name="booking_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(guests__gte=1), name="booking_has_guests"),
            models.CheckConstraint(
                condition=Q(total__gte=Decimal(0)), name="booking_total_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", hold_until__isnull=False)
                | ~Q(status="pending") & Q(hold_until__isnull=True),
                name="pending_bookings_are_held",
            ),
            models.CheckConstraint(
                condition=Q(
                    status="canceled",
                    canceled_at__isnull=False,
                    kept__isnull=False,
                    kept__gte=Decimal(0),
                    kept__lte=F("total"),
                )
                | ~Q(status="canceled")
                & Q(canceled_at__isnull=True, canceled_by__isnull=True, kept__isnull=True),
                name="canceled_bookings_say_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | Q(confirmed_at__isnull=False, accepted_at__isnull=False),
                name="confirmed_bookings_say_when",
            ),
            models.CheckConstraint(
                condition=Q(expired_at__isnull=True)
                | Q(status="canceled", confirmed_at__isnull=True, canceled_by__isnull=True),
                name="expired_bookings_were_never_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(status="confirmed"),
                name="completed_bookings_were_confirmed",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="bookings_of_guest"),
            models.Index(fields=["property", "-created_at", "-id"], name="bookings_of_property"),
            models.Index(fields=["-created_at", "-id"], name="bookings_by_time"),
            models.Index(fields=["status", "hold_until"], name="bookings_by_hold"),
            models.Index(fields=["status", "completed_at", "ends_at"], name="bookings_by_end"),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"

    def count_nights(self) -> int:
        """Return how many nights the stay has."""
        return (self.end_date - self.start_date).days

    def owed(self) -> Decimal:
        """Return what the guest has to have paid in the end: of a canceled stay, what is kept."""
        return self.total if self.kept is None else self.kept

    def awaits_host(self) -> bool:
        """Return whether the host has not said yes or no yet."""
        return self.status == self.Status.PENDING and self.accepted_at is None


class PriceLine(models.Model):
    """A line of what a stay costs; together they are its total."""

    class Kind(models.TextChoices):
        NIGHTS = "nights", "Nights"
        DISCOUNT = "discount", "Discount for a longer stay"
        CLEANING = "cleaning", "Cleaning"
        TAX = "tax", "Tax"
        KEPT = "kept", "Kept for nights given back"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    quantity = models.PositiveSmallIntegerField(default=1)
    unit_price = MoneyField(null=True)  # type: ignore[misc]
    rate = HundredthsField(null=True)  # type: ignore[misc] # per cent, of discounts and taxes
    amount = MoneyField()

    class Meta:
        ordering = ["booking", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "position"], name="one_price_line_per_position"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["nights", "discount", "cleaning", "tax", "kept"]),
                name="price_line_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="discount", amount__lte=Decimal(0))
                | ~Q(kind="discount") & Q(amount__gte=Decimal(0)),
                name="only_discounts_are_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.amount}"


class BookingChange(models.Model):
    """Other dates or guests that somebody wants for a confirmed booking.

    It is open until the other side agreed and what it costs more is paid, or until ``hold_until``;
    meanwhile it holds the nights that the booking does not have. A booking has one open at a time.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waiting for an answer"
        UNPAID = "unpaid", "Waiting for its payment"
        DONE = "done", "Done"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="changes")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=9, choices=State.choices)
    is_open = models.BooleanField(null=True)  # True or NULL: NULLs do not collide
    start_date = models.DateField()
    end_date = models.DateField()
    guests = models.PositiveSmallIntegerField()
    total = MoneyField()
    lines = models.JSONField()
    created_at = models.DateTimeField()
    hold_until = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "is_open"], name="one_open_change"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["asked", "unpaid", "done", "declined", "withdrawn", "expired"]
                ),
                name="change_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "unpaid"], is_open=True)
                | ~Q(state__in=["asked", "unpaid"]) & Q(is_open__isnull=True),
                name="waiting_changes_are_open",
            ),
            models.CheckConstraint(
                condition=Q(end_date__gt=F("start_date")), name="change_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(guests__gte=1) & Q(total__gte=Decimal(0)), name="change_has_a_price"
            ),
        ]
        indexes = [models.Index(fields=["is_open", "hold_until"], name="changes_by_hold")]

    def __str__(self) -> str:
        return f"{self.booking_id}: {self.start_date} to {self.end_date}"


class BookingEvent(models.Model):
    """Something that happened to a booking; together they are its timeline."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", "Requested"
        PLACED = "placed", "Booked, waiting for payment"
        ACCEPTED = "accepted", "Accepted, waiting for payment"
        DECLINED = "declined", "Declined"
        CONFIRMED = "confirmed", "Confirmed"
        PAYMENT_FAILED = "payment_failed", "Payment failed"
        CANCELED = "canceled", "Canceled"
        EXPIRED = "expired", "Expired"
        COMPLETED = "completed", "Completed"
        CHANGE_ASKED = "change_asked", "Change asked for"
        CHANGE_AGREED = "change_agreed", "Change agreed, waiting for payment"
        CHANGE_ENDED = "change_ended", "Change declined, withdrawn or expired"
        CHANGED = "changed", "Changed"
        REFUNDED = "refunded", "Refunded"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.booking_id}"

"""Payments and what went back of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tradepost.accounts.models import User
from tradepost.kit.ids import uuid7
from tradepost.kit.money import MoneyField
from tradepost.payments.providers.reports import NOTHING

PAYABLES = ("order", "booking")  # the columns that say what is paid for


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: User) -> PaymentQuerySet:
        """All payments for those who may view payments, their own for everybody else."""
        return self.all() if user.has_perm("payments.view_payment") else self.filter(payer=user)

    def of(self, payable: str, pk: int) -> PaymentQuerySet:
        """Those for one thing."""
        return self.filter(**{f"{payable}_id": pk})

    def abandoned(self, since: datetime) -> PaymentQuerySet:
        """Those that wait for their payer, or for a first answer, ``since`` then."""
        idle = self.filter(status__in=Payment.IDLE, cancel_asked_at=None, problem="")
        return idle.filter(created_at__lt=since)


class Payment(models.Model):
    """One attempt to take money for one thing, by one card, at one provider.

    What is known of it only grows: a status is followed by those after it in ``Status`` and never
    by one before, so that news may come in any order. Money that moved has the last word.
    """

    class Status(models.TextChoices):
        CREATED = "created", "Created"
        REQUIRES_ACTION = "requires_action", "Waits for a second step"
        PROCESSING = "processing", "Processing"
        AUTHORIZED = "authorized", "Authorized"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Failed"
        SUCCEEDED = "succeeded", "Succeeded"

    UNSETTLED: ClassVar[frozenset[str]] = frozenset(
        {Status.CREATED, Status.REQUIRES_ACTION, Status.PROCESSING}
    )
    IDLE: ClassVar[frozenset[str]] = frozenset({Status.CREATED, Status.REQUIRES_ACTION})
    FINAL: ClassVar[frozenset[str]] = frozenset({Status.CANCELED, Status.FAILED, Status.SUCCEEDED})
    DEAD: ClassVar[frozenset[str]] = frozenset({Status.CANCELED, Status.FAILED})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(
        "store.Order", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    booking = models.ForeignKey(
        "stays.Booking", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments"
    )
    title = models.CharField(max_length=200)  # what it is for, as the payer reads it
    amount = MoneyField()
    captured = MoneyField(default=NOTHING)
    refunded = MoneyField(default=NOTHING)  # what is being refunded counts as gone
    currency = models.CharField(max_length=3)
    captures = models.BooleanField(default=True)  # at once, or when the app says so
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CREATED)
    failure = models.CharField(max_length=60, blank=True, default="")  # the provider's code
    problem = models.CharField(max_length=60, blank=True, default="")  # somebody has to look at it
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=100, null=True)  # noqa: DJ001 - NULLs do not collide
    method = models.CharField(max_length=100)  # the provider's name for the card, never its number
    brand = models.CharField(max_length=20, blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, default="")
    next_action = models.JSONField(null=True)  # what the payer has to do while one is required
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # when the provider may have first heard of it
    checked_at = models.DateTimeField(null=True)  # when the provider was last asked how it stands
    cancel_asked_at = models.DateTimeField(null=True)
    is_unwanted = models.BooleanField(default=False)  # whatever it brings goes back

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("refund_payment", "Can refund payment")]
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=False, booking__isnull=True)
                | Q(order__isnull=True, booking__isnull=False),
                name="payment_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(amount__gt=NOTHING), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(refunded__gte=NOTHING, refunded__lte=F("captured")),
                name="refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded", captured=F("amount"))
                | (~Q(status="succeeded") & Q(captured=NOTHING)),
                name="captured_when_succeeded",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "created", "requires_action", "processing", "authorized", "canceled",
                        "failed", "succeeded",
                    ]
                ),
                name="status_of_payment_is_known",
            ),
            models.UniqueConstraint(fields=["provider", "reference"], name="one_per_reference"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["payer", "-created_at", "-id"], name="payments_of_payer"),
            models.Index(fields=["-created_at", "-id"], name="payments_by_time"),
            models.Index(
                fields=["created_at"],
                name="payments_under_way",
                condition=Q(status__in=["created", "requires_action", "processing", "authorized"]),
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def payable(self) -> tuple[str, int]:
        """What it is for: the name of the column, and the key of the row."""
        keys = {name: getattr(self, f"{name}_id") for name in PAYABLES}
        return next((name, pk) for name, pk in keys.items() if pk is not None)

    @property
    def left(self) -> Decimal:
        """What could still be refunded."""
        return self.captured - self.refunded

    @property
    def is_idle(self) -> bool:
        """Whether it waits for its payer, or for a first answer, and was not given up."""
        return self.status in self.IDLE and self.cancel_asked_at is None

    @property
    def method_name(self) -> str:
        """The card as people know it."""
        return f"{self.brand.title()} •••• {self.last4}" if self.last4 else ""

    def follows(self, status: str) -> bool:
        """Whether this payment's status comes after another, which is then old news."""
        known = self.Status.values
        return known.index(self.status) >= known.index(status)


class Refund(models.Model):
    """Money on its way back; of a refund that fails, the amount is back in what is left."""

    class Status(models.TextChoices):
        PENDING = "pending", "On its way"
        SUCCEEDED = "succeeded", "Refunded"
        FAILED = "failed", "Failed"  # a bank may still send back what has succeeded before

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    reason = models.CharField(max_length=200, blank=True, default="")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    failure = models.CharField(max_length=60, blank=True, default="")
    reference = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=NOTHING), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "succeeded", "failed"]),
                name="status_of_refund_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="refunds_under_way", condition=Q(status="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"

    def follows(self, status: str) -> bool:
        """Whether this refund's status comes after another, which is then old news."""
        known = self.Status.values
        return known.index(self.status) >= known.index(status)

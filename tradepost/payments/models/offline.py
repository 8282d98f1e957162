"""The books of the offline provider: what a provider keeps on its own machines. Nothing in them
refers to ours, and we read them only through ``providers/offline.py``."""

from django.db import models
from django.db.models import F, Q

from tradepost.kit.money import MoneyField
from tradepost.payments.providers.reports import NOTHING, ChargeReport, RefundReport


class OfflineCharge(models.Model):
    """What was asked for under one idempotency key, once and for all."""

    key = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=100, unique=True)
    amount = MoneyField()
    captured = MoneyField(default=NOTHING)
    refunded = MoneyField(default=NOTHING)
    currency = models.CharField(max_length=3)
    captures = models.BooleanField()
    behaviour = models.CharField(max_length=20)
    status = models.CharField(max_length=16)
    failure = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    refunded__gte=NOTHING,
                    refunded__lte=F("captured"),
                    captured__lte=F("amount"),
                ),
                name="offline_books_balance",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def as_report(self) -> ChargeReport:
        """Return how the charge stands."""
        needs_code = self.status == "requires_action"
        return ChargeReport(
            key=self.key,
            reference=self.reference,
            status=self.status,
            amount=self.amount,
            currency=self.currency,
            captured=self.captured,
            failure=self.failure,
            next_action={"type": "code"} if needs_code else None,
        )


class OfflineRefund(models.Model):
    key = models.CharField(max_length=64, unique=True)
    reference = models.CharField(max_length=100, unique=True)
    charge = models.ForeignKey(OfflineCharge, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    status = models.CharField(max_length=10)
    failure = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference

    def as_report(self) -> RefundReport:
        """Return how the refund stands."""
        return RefundReport(
            key=self.key,
            reference=self.reference,
            status=self.status,
            amount=self.amount,
            currency=self.charge.currency,
            failure=self.failure,
        )


class OfflineEvent(models.Model):
    """Something that the offline provider has to tell us, until it has."""

    event_id = models.CharField(max_length=100, unique=True)
    charge = models.ForeignKey(OfflineCharge, on_delete=models.PROTECT, related_name="events")
    body = models.TextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.event_id

"""What providers tell us by themselves."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from tradepost.kit.ids import uuid7
from tradepost.payments.models.payments import Payment


class ProviderEventQuerySet(models.QuerySet["ProviderEvent"]):
    def waiting(self) -> ProviderEventQuerySet:
        return self.filter(applied_at=None)

    def about(self, payment: Payment) -> ProviderEventQuerySet:
        """Those that name the payment by its id, or its charge by the reference."""
        named = Q(charge_key=str(payment.pk))
        if payment.reference:
            named |= Q(reference=payment.reference)
        return self.filter(named, provider=payment.provider)


class ProviderEvent(models.Model):
    """Something that a provider said and signed, kept before anything is made of it.

    ``facts`` is what it says in our words; ``payload`` is what it said in its own, which may name
    the payer and goes when they leave. ``charge_key`` is a payment's id, as text.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    charge_key = models.CharField(max_length=64, blank=True, default="")
    reference = models.CharField(max_length=100, blank=True, default="")  # of the charge
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    payload = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=60, blank=True, default="")  # why it is not applied

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="an_event_is_kept_once"),
        ]
        indexes = [
            models.Index(fields=["provider", "reference"], name="events_of_charge"),
            models.Index(fields=["provider", "charge_key"], name="events_of_payment"),
            models.Index(
                fields=["received_at"], name="events_waiting", condition=Q(applied_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"

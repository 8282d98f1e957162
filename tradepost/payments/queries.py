"""Reads over several payments."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from tradepost.kit.money import MoneyField
from tradepost.payments.models import Payment, ProviderEvent, Refund
from tradepost.payments.providers.reports import NOTHING, read_key

Status = Payment.Status
TOO_EARLY = "too_early"  # of an event that cannot be true yet, and may be soon


class Paid(NamedTuple):
    """What was paid for one thing and not given back, what is held on cards, and what attempts
    that are under way may yet bring. The three do not overlap."""

    paid: Decimal
    authorized: Decimal
    live: Decimal


def list_payments(payable: str, pk: int) -> list[Payment]:
    """Return the payments for one thing with their refunds, oldest first."""
    rows = Payment.objects.of(payable, pk).order_by("created_at", "id")
    return list(rows.prefetch_related("refunds"))


def paid_for(payable: str, pk: int) -> Paid:
    """Return what was received for one thing; what is being refunded counts as gone."""
    sums = Payment.objects.of(payable, pk).aggregate(
        paid=_sum(F("captured") - F("refunded")),
        authorized=_sum(F("amount"), Q(status=Status.AUTHORIZED)),
        live=_sum(F("amount"), Q(status__in=Payment.UNSETTLED)),
    )
    return Paid(**sums)


def sum_up(payments: Iterable[Payment]) -> Paid:
    """Return the same of the payments for one thing that are loaded already."""
    paid, authorized, live = NOTHING, NOTHING, NOTHING
    for payment in payments:
        paid += payment.left
        authorized += payment.amount if payment.status == Status.AUTHORIZED else NOTHING
        live += payment.amount if payment.status in Payment.UNSETTLED else NOTHING
    return Paid(paid, authorized, live)


def given_back_by_hand(payable: str, pk: int) -> Decimal:
    """Return what somebody, and no rule, decided to give back of what was paid for a thing."""
    refunds = Refund.objects.filter(payment__in=Payment.objects.of(payable, pk))
    by_hand = refunds.filter(asked_by__isnull=False).exclude(status=Refund.Status.FAILED)
    amount: Decimal = by_hand.aggregate(amount=_sum(F("amount")))["amount"]
    return amount


def has_failed(payable: str, pk: int) -> bool:
    """Return whether the latest attempt to pay for a thing has failed."""
    latest = Payment.objects.of(payable, pk).order_by("created_at", "id").last()
    return latest is not None and latest.status == Status.FAILED


def find_payment_of(event: ProviderEvent) -> UUID | None:
    """Return the id of the payment that an event is about; None while there is none."""
    if not event.charge_key and not event.reference:
        return None
    same = Payment.objects.filter(provider=event.provider)
    payments = same.filter(reference=event.reference) if event.reference else same.none()
    if (key := read_key(event.charge_key)) is not None:
        payments = payments | same.filter(pk=key)
    return payments.values_list("pk", flat=True).first()


def list_abandoned(*, since: datetime, limit: int) -> list[UUID]:
    """Return the attempts that nobody went on with, by id."""
    idle = Payment.objects.abandoned(since).order_by("created_at", "id")
    return list(idle.values_list("pk", flat=True)[:limit])


def list_unsettled(*, before: datetime, limit: int) -> list[UUID]:
    """Return the payments, by id, that were last heard of ``before`` and are not at their end, or
    of which a refund is not."""
    open_ones = Q(refunds__status=Refund.Status.PENDING) | ~Q(status__in=Payment.FINAL)
    quiet = Payment.objects.filter(open_ones, changed_at__lt=before, sent_at__isnull=False)
    waited_longest = F("checked_at").asc(nulls_first=True)
    ids = quiet.order_by(waited_longest, "id").values_list("pk", flat=True)
    return list(dict.fromkeys(ids))[:limit]


def list_recent(*, since: datetime) -> list[UUID]:
    """Return all payments that were made, or changed, since then, by id."""
    recent = Payment.objects.filter(Q(created_at__gte=since) | Q(changed_at__gte=since))
    return list(recent.order_by("created_at", "id").values_list("pk", flat=True))


def list_waiting(*, limit: int) -> list[ProviderEvent]:
    """Return events that wait and are about payments of ours, oldest first; not those that
    contradict us, which somebody has to look at."""
    same = Payment.objects.filter(provider=OuterRef("provider"), reference=OuterRef("reference"))
    waiting = ProviderEvent.objects.waiting().filter(problem__in=["", TOO_EARLY])
    ours = waiting.filter(~Q(charge_key="") | Exists(same))
    return list(ours.order_by("received_at", "id")[:limit])


def _sum(amount: F | object, only: Q | None = None) -> Coalesce:
    return Coalesce(
        Sum(amount, filter=only, output_field=MoneyField()), NOTHING, output_field=MoneyField()
    )

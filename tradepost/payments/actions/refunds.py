"""Giving money back. The rows are written at once, and jobs send them (``exchange.py``)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.things import lock_payment, lock_thing, tell_payer, tell_thing
from tradepost.payments.errors import RefundTooLarge
from tradepost.payments.models import Payment, Refund
from tradepost.payments.providers.reports import NOTHING


@atomic
def refund(*, payable: str, pk: int, amount: Decimal, reason: str, now: datetime) -> list[Refund]:
    """Give back ``amount`` of what was paid for a thing, of the newest payments first.

    Raises RefundTooLarge, also for nothing or less. The thing's app, which asks, is not told.
    """
    payments = _lock_payments(payable, pk)
    if not NOTHING < amount <= sum((payment.left for payment in payments), NOTHING):
        raise RefundTooLarge(field="amount")
    return [
        give_back(payment=payment, amount=part, reason=reason, now=now)
        for payment, part in _spread(amount, payments)
    ]


@atomic
def refund_rest(*, payable: str, pk: int, reason: str, now: datetime) -> list[Refund]:
    """Give back all that is left of what was paid for a thing; that may be nothing."""
    payments = _lock_payments(payable, pk)
    return [
        give_back(payment=payment, amount=payment.left, reason=reason, now=now)
        for payment in payments
        if payment.left > NOTHING
    ]


@atomic
def refund_payment(
    *, payment_id: UUID, amount: Decimal | None, reason: str, actor: User, now: datetime
) -> Payment:
    """Give back ``amount``, or all that is left, of one payment, and tell the thing's app.

    Raises NotFound, or RefundTooLarge, also when nothing is left.
    """
    payment = lock_payment(payment_id)
    wanted = payment.left if amount is None else amount
    if not NOTHING < wanted <= payment.left:
        raise RefundTooLarge(field="amount")
    give_back(payment=payment, amount=wanted, reason=reason, now=now, actor=actor)
    name, pk = payment.payable
    tell_thing(payable=name, pk=pk, now=now)
    return payment


@atomic
def give_back(
    *,
    payment: Payment,
    amount: Decimal,
    reason: str,
    now: datetime,
    actor: User | None = None,
) -> Refund:
    """Write a refund of a locked payment, that a job is to send; the caller looked what is left."""
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        reason=reason,
        asked_by=actor,
        created_at=now,
        changed_at=now,
    )
    payment.refunded += amount
    payment.changed_at = now
    payment.save(update_fields=["refunded", "changed_at"])
    tell_payer(payment=payment)
    enqueue("payments.refund", refund_id=str(refund.pk), dedupe_key=f"refund:{refund.pk}")
    return refund


def _lock_payments(payable: str, pk: int) -> list[Payment]:
    """Return the payments for a thing, newest first, locked in key order."""
    lock_thing(payable, pk)
    rows = Payment.objects.of(payable, pk).select_for_update().order_by("pk")
    return sorted(rows, key=lambda payment: (payment.created_at, payment.pk), reverse=True)


def _spread(amount: Decimal, payments: Iterable[Payment]) -> Iterable[tuple[Payment, Decimal]]:
    """Yield how much each payment gives of ``amount``; those that give nothing are left out."""
    for payment in payments:
        part = min(amount, payment.left)
        if part > NOTHING:
            yield payment, part
            amount -= part

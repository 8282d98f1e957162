"""Starting payments, and what is asked of those that there are.

Nothing here calls a provider: a job does, after the commit (``exchange.py``).
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.things import lock_payment, lock_thing, tell_payer
from tradepost.payments.errors import (
    AmountTooLarge,
    NoCodeAwaited,
    NothingDue,
    PaymentFinal,
    PaymentsRemain,
)
from tradepost.payments.models import Payment
from tradepost.payments.payables import find_payable
from tradepost.payments.providers import find_provider
from tradepost.payments.providers.reports import NOTHING
from tradepost.payments.queries import paid_for

Status = Payment.Status


@atomic
def start_payment(
    *,
    payer: User,
    payable: str,
    pk: int,
    provider: str | None,
    payment_method: str,
    amount: Decimal | None = None,
    now: datetime,
) -> Payment:
    """Begin to take ``amount``, or all that is due, for a thing; a job goes on with it.

    Raises NotFound, what the thing's app refuses, NoProvider, NoSuchProvider, BadPaymentMethod,
    AmountTooLarge, or NothingDue while other attempts may bring all that is due.
    """
    chosen = find_provider(provider)
    method = chosen.read_method(payment_method)
    due = find_payable(payable).lock(pk=pk, payer=payer)
    payment = Payment.objects.create(
        **{f"{payable}_id": pk},
        payer=due.payer,
        title=due.title,
        amount=_choose_amount(amount, left=due.total - sum(paid_for(payable, pk))),
        currency=due.currency,
        captures=due.capture,
        provider=chosen.name,
        method=method.token,
        brand=method.brand,
        last4=method.last4,
        created_at=now,
        changed_at=now,
    )
    tell_payer(payment=payment)
    enqueue("payments.charge", payment_id=str(payment.pk), dedupe_key=f"charge:{payment.pk}")
    return payment


@atomic
def confirm_payment(*, payer: User, payment_id: UUID, code: str) -> Payment:
    """Go on with a payment after its second step; a job hands the code to the provider.

    Raises NotFound for what is not the payer's, and NoCodeAwaited.
    """
    payment = _lock_own(payer, payment_id)
    if payment.status != Status.REQUIRES_ACTION:
        raise NoCodeAwaited
    enqueue("payments.confirm", payment_id=str(payment_id), code=code)
    return payment


@atomic
def cancel_payment(*, payer: User, payment_id: UUID, now: datetime) -> Payment:
    """Ask for an attempt to be given up; should it bring the money nevertheless, that counts.

    Raises NotFound for what is not the payer's, and PaymentFinal when it has ended or was
    authorized: what it is held for is then to be canceled.
    """
    payment = _lock_own(payer, payment_id)
    if payment.status not in Payment.UNSETTLED:
        raise PaymentFinal
    _ask_for_end(payment, now)
    return payment


@atomic
def expire_payment(*, payment_id: UUID, now: datetime) -> None:
    """Ask for the end of an attempt that nobody went on with, unless somebody has by now."""
    payment = lock_payment(payment_id)
    if payment.is_idle:
        _ask_for_end(payment, now)


@atomic
def capture_payments(*, payable: str, pk: int, now: datetime) -> None:
    """Have all that is held on cards for a thing captured, by jobs."""
    lock_thing(payable, pk)
    held = Payment.objects.of(payable, pk).filter(status=Status.AUTHORIZED, cancel_asked_at=None)
    for payment in held.order_by("pk"):
        enqueue("payments.capture", payment_id=str(payment.pk))


@atomic
def void_payments(*, payable: str, pk: int, now: datetime) -> None:
    """Give back what is held for a thing and end what is under way, by jobs. Whatever any of it
    brings nevertheless goes back as well."""
    lock_thing(payable, pk)
    alive = Payment.objects.of(payable, pk).exclude(status__in=Payment.FINAL)
    for payment in alive.select_for_update().order_by("pk"):
        payment.is_unwanted = True
        payment.save(update_fields=["is_unwanted"])
        _ask_for_end(payment, now)


@atomic
def clear_problem(*, payment_id: UUID) -> None:
    """Note that somebody has looked into what a provider said against us. Raises NotFound."""
    payment = lock_payment(payment_id)
    payment.problem = ""
    payment.save(update_fields=["problem"])


@atomic
def forget_attempts(*, payable: str, pk: int) -> None:
    """Remove what was tried in vain to pay for a thing that is to be deleted.

    Raises PaymentsRemain when money moved, or still may.
    """
    lock_thing(payable, pk)
    payments = Payment.objects.of(payable, pk)
    if payments.exclude(status__in=Payment.DEAD).exists() or payments.exclude(problem="").exists():
        raise PaymentsRemain
    payments.delete()


def _choose_amount(amount: Decimal | None, *, left: Decimal) -> Decimal:
    if left <= NOTHING:
        raise NothingDue
    if amount is not None and not NOTHING < amount <= left:
        raise AmountTooLarge(field="amount")
    return left if amount is None else amount


def _ask_for_end(payment: Payment, now: datetime) -> None:
    payment.cancel_asked_at = payment.cancel_asked_at or now
    payment.save(update_fields=["cancel_asked_at"])
    enqueue("payments.cancel", payment_id=str(payment.pk))


def _lock_own(payer: User, payment_id: UUID) -> Payment:
    if not Payment.objects.filter(pk=payment_id, payer=payer).exists():
        raise NotFound
    return lock_payment(payment_id)

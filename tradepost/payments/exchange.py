"""What is said to providers and what is made of their answers: the way from a job to a provider and
back. A provider is called between two transactions, never inside of one.

Every call may be made again: it names the payment or the refund as its key, and a provider does
nothing twice under one key. So a job that dies anywhere is simply run once more.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tradepost.kit.errors import NotFound
from tradepost.payments.actions.events import apply_event
from tradepost.payments.actions.reports import give_up_payment, give_up_refund, take_in
from tradepost.payments.actions.sending import begin_cancel, begin_charge, note_check
from tradepost.payments.models import Payment, ProviderEvent, Refund
from tradepost.payments.providers import Provider, provider_of
from tradepost.payments.providers.faults import ProviderAway, ProviderRefused
from tradepost.payments.providers.reports import (
    ChargeName,
    ChargeReport,
    ChargeRequest,
    Known,
    RefundRequest,
)

# A request that is under way has arrived by then: longer than a job's lease and a call together.
ARRIVED = timedelta(minutes=10)


def charge(*, payment_id: UUID, now: datetime) -> None:
    """Ask the provider for the money, if it is still wanted.

    Raises ProviderAway, after which this may be called again, or ProviderRefused, after which the
    payment has failed.
    """
    payment = begin_charge(payment_id=payment_id, now=now)
    if payment is None:
        return
    asked = ChargeRequest(
        key=str(payment.pk),
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        captures=payment.captures,
        title=payment.title,
    )
    try:
        report = provider_of(payment.provider).charge(asked)
    except ProviderRefused as refusal:
        failed = Payment.Status.FAILED
        give_up_payment(payment_id=payment_id, status=failed, failure=refusal.code, now=now)
        raise
    _take_in_charge(payment, report, now)


def confirm(*, payment_id: UUID, code: str, now: datetime) -> None:
    """Hand over what the payer did in the second step."""
    _call(payment_id, lambda provider, name: provider.confirm(name, code=code), now)


def capture(*, payment_id: UUID, now: datetime) -> None:
    """Take what is held."""
    _call(payment_id, lambda provider, name: provider.capture(name), now)


def cancel(*, payment_id: UUID, now: datetime) -> None:
    """Give up a charge, if there is one. Raises ProviderAway while it may be about to arrive."""
    payment = begin_cancel(payment_id=payment_id, now=now)
    if payment is None:
        return
    provider = provider_of(payment.provider)
    name = _find_name(provider, payment)
    if name is not None:
        _take_in_charge(payment, provider.cancel(name), now)
    elif payment.sent_at and now - payment.sent_at < ARRIVED:
        raise ProviderAway(f"the charge of payment {payment_id} is not known yet")
    else:
        canceled = Payment.Status.CANCELED
        give_up_payment(payment_id=payment_id, status=canceled, failure="", now=now)


def send_refund(*, refund_id: UUID, now: datetime) -> None:
    """Have money given back. Raises as ``charge`` does."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status != Refund.Status.PENDING:
        return
    payment = refund.payment
    asked = RefundRequest(
        key=str(refund.pk),
        charge=_name_of(payment),
        amount=refund.amount,
        currency=payment.currency,
    )
    try:
        report = provider_of(payment.provider).refund(asked)
    except ProviderRefused as refusal:
        give_up_refund(refund_id=refund_id, failure=refusal.code, now=now)
        raise
    known = Known(name=_name_of(payment), refunds=(report,))
    take_in(payment_id=payment.pk, known=known, now=now)


def apply_waiting(*, payment_id: UUID, now: datetime) -> int:
    """Make something of the events that waited for what is known of a payment now.

    Returns how many are done with.
    """
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        return 0
    waiting = ProviderEvent.objects.waiting().about(payment).order_by("received_at", "id")
    return sum(apply_event(event=event, now=now) for event in waiting)


@dataclass(frozen=True)
class Difference:
    """What a provider knew and we did not; ``problem`` says why it could not be taken in."""

    payment_id: UUID
    was: str
    now: str
    problem: str


def reconcile(*, payment_ids: Iterable[UUID], now: datetime) -> Iterator[Difference]:
    """Ask the provider how each of these payments stands, take that in, and yield what differed.

    A provider that does not answer, or not with what was asked for, is a difference, too.
    """
    for payment_id in payment_ids:
        payment = Payment.objects.filter(pk=payment_id).first()
        if payment is None or payment.sent_at is None:
            continue
        was = _standing(payment)
        try:
            problem = _reconcile(payment, now)
        except NotFound:  # deleted since
            continue
        except (ProviderAway, ProviderRefused) as fault:
            problem = getattr(fault, "code", "provider_away")
        payment.refresh_from_db()
        if problem or _standing(payment) != was:
            yield Difference(payment.pk, was, _standing(payment), problem)


def _reconcile(payment: Payment, now: datetime) -> str:
    """Return what is wrong; what is only news is taken in."""
    note_check(payment_id=payment.pk, now=now)
    known = provider_of(payment.provider).read(_name_of(payment))
    if known is None:
        is_late = payment.sent_at is not None and now - payment.sent_at >= ARRIVED
        return "unknown_to_provider" if is_late and payment.status not in Payment.DEAD else ""
    problem = take_in(payment_id=payment.pk, known=known, now=now)
    _ask_again(payment, known, now)
    payment.refresh_from_db()
    if known.charge is not None and not _agrees(payment, known.charge.status):
        problem = problem or "other_status"
    return problem


def _agrees(payment: Payment, status: str) -> bool:
    """Return whether the provider says what we know, or less because it was asked before us."""
    return payment.status == status or status not in Payment.FINAL


def _ask_again(payment: Payment, known: Known, now: datetime) -> None:
    """Ask for what was asked for and never done, whatever became of the jobs."""
    if payment.cancel_asked_at is not None:
        cancel(payment_id=payment.pk, now=now)
    done = {report.key for report in known.refunds}
    for refund in payment.refunds.filter(status=Refund.Status.PENDING, reference=None):
        if str(refund.pk) not in done:
            send_refund(refund_id=refund.pk, now=now)


def _standing(payment: Payment) -> str:
    return f"{payment.status}, {payment.captured} paid, {payment.refunded} refunded"


def _call(
    payment_id: UUID, ask: Callable[[Provider, ChargeName], ChargeReport], now: datetime
) -> None:
    """Ask something about a charge that is not at its end, and take in the answer."""
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None or payment.status in Payment.FINAL:
        return
    _take_in_charge(payment, ask(provider_of(payment.provider), _name_of(payment)), now)


def _take_in_charge(payment: Payment, report: ChargeReport, now: datetime) -> None:
    take_in(payment_id=payment.pk, known=Known(name=report.name, charge=report), now=now)


def _find_name(provider: Provider, payment: Payment) -> ChargeName | None:
    if payment.reference:
        return _name_of(payment)
    known = provider.read(_name_of(payment))
    return known.name if known else None


def _name_of(payment: Payment) -> ChargeName:
    return ChargeName(key=str(payment.pk), reference=payment.reference or "")

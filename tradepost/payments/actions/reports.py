"""Taking in what a provider says: its answers, what it is asked for, and its events.

Whatever comes, in any order and however often, ends the same: a status only moves forward, amounts
follow from it, and what cannot be true yet waits (``events.py``).
"""

from datetime import datetime
from uuid import UUID

from tradepost.kit.faults import report_finding
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.refunds import give_back
from tradepost.payments.actions.things import lock_payment, tell_payer, tell_thing
from tradepost.payments.models import Payment, Refund
from tradepost.payments.payables import find_payable
from tradepost.payments.providers.reports import (
    NOTHING,
    ChargeReport,
    Known,
    RefundReport,
    read_key,
)
from tradepost.payments.queries import TOO_EARLY

Status = Payment.Status
UNWANTED = "Nothing was due any more."


@atomic
def take_in(*, payment_id: UUID, known: Known, now: datetime) -> str:
    """Bring a payment and its refunds up to what a provider says of them.

    Returns what is wrong with that, as a code; nothing is made of it then, and the admins are told.
    TOO_EARLY is wrong only for now. Raises NotFound.
    """
    payment = lock_payment(payment_id)
    problem = _find_difference(payment, known)
    if problem:
        _note_problem(payment, problem, now)
        return problem
    if known.charge is not None:
        _follow_charge(payment, known.charge, now)
    for report in known.refunds:
        problem = _follow_refund(payment, report, now) or problem
    return problem


@atomic
def give_up_payment(*, payment_id: UUID, status: str, failure: str, now: datetime) -> None:
    """Note that a payment never came about: the provider refused it, or never heard of it."""
    payment = lock_payment(payment_id)
    if not payment.follows(status):
        payment.failure = failure
        _move(payment, status, now)


@atomic
def give_up_refund(*, refund_id: UUID, failure: str, now: datetime) -> None:
    """Note that a provider will not refund something."""
    payment = lock_payment(Refund.objects.get(pk=refund_id).payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    _move_refund(payment, refund, Refund.Status.FAILED, failure, now)


def _find_difference(payment: Payment, known: Known) -> str:
    """Return how a report contradicts what we asked for."""
    if payment.reference and known.name.reference not in ("", payment.reference):
        return "other_reference"
    amounts = [known.charge, *known.refunds]
    if any(said is not None and said.currency != payment.currency for said in amounts):
        return "other_currency"
    if known.charge is None:
        return ""
    captured = payment.amount if known.charge.status == Status.SUCCEEDED else NOTHING
    same = (known.charge.amount, known.charge.captured) == (payment.amount, captured)
    return "" if same else "other_amount"


def _note_problem(payment: Payment, problem: str, now: datetime) -> None:
    if payment.problem != problem:
        payment.problem = problem
        payment.save(update_fields=["problem"])
    facts = [f"Payment {payment.pk}", f"Provider {payment.provider}, {payment.reference}", problem]
    report_finding("A provider contradicts us", facts, key=f"payment:{payment.pk}", now=now)


def _follow_charge(payment: Payment, said: ChargeReport, now: datetime) -> None:
    if payment.reference is None and said.reference:
        payment.reference = said.reference
        payment.save(update_fields=["reference"])
        enqueue("payments.apply_waiting", payment_id=str(payment.pk))
    if payment.follows(said.status):
        return
    payment.brand = payment.brand or said.brand
    payment.last4 = payment.last4 or said.last4
    payment.failure = said.failure
    payment.next_action = dict(said.next_action) if said.next_action else None
    _move(payment, said.status, now)


def _move(payment: Payment, status: str, now: datetime) -> None:
    """Change the status, and tell everybody whom it concerns."""
    payment.status = status
    payment.captured = payment.amount if status == Status.SUCCEEDED else NOTHING
    payment.changed_at = now
    payment.save(
        update_fields=[
            "status", "captured", "failure", "brand", "last4", "next_action", "changed_at",
        ]
    )  # fmt: skip
    tell_payer(payment=payment)
    enqueue("payments.apply_waiting", payment_id=str(payment.pk))
    if payment.is_unwanted:
        _return_unwanted(payment, now)
    _tell_thing(payment, now)


def _return_unwanted(payment: Payment, now: datetime) -> None:
    if payment.status not in Payment.FINAL:
        enqueue("payments.cancel", payment_id=str(payment.pk))
    elif payment.left > NOTHING:
        give_back(payment=payment, amount=payment.left, reason=UNWANTED, now=now)


def _follow_refund(payment: Payment, said: RefundReport, now: datetime) -> str:
    payment.refresh_from_db(fields=["refunded"])  # the thing's app may have given back some
    refund = _find_refund(payment, said)
    if refund is None:
        return _take_in_foreign(payment, said, now)
    if refund.amount != said.amount:
        _note_problem(payment, "other_refund", now)
        return "other_refund"
    if refund.reference is None:
        refund.reference = said.reference
        refund.save(update_fields=["reference"])
    _move_refund(payment, refund, said.status, said.failure, now)
    return ""


def _find_refund(payment: Payment, said: RefundReport) -> Refund | None:
    refunds = payment.refunds.select_for_update()
    known = refunds.filter(reference=said.reference).first()
    key = read_key(said.key)
    return known or (refunds.filter(pk=key).first() if key else None)


def _take_in_foreign(payment: Payment, said: RefundReport, now: datetime) -> str:
    """Write down a refund that was made at the provider's own desk."""
    goes = NOTHING if said.status == Refund.Status.FAILED else said.amount
    if goes > payment.left:
        return TOO_EARLY
    refund = Refund.objects.create(
        payment=payment,
        amount=said.amount,
        status=said.status,
        failure=said.failure,
        reference=said.reference,
        created_at=now,
        changed_at=now,
    )
    payment.refunded += goes
    payment.changed_at = now
    payment.save(update_fields=["refunded", "changed_at"])
    tell_payer(payment=payment)
    enqueue("payments.apply_waiting", payment_id=str(payment.pk))
    if refund.status == Refund.Status.SUCCEEDED:
        _tell_of_refund(payment, refund, now)
    _tell_thing(payment, now)
    return ""


def _move_refund(
    payment: Payment, refund: Refund, status: str, failure: str, now: datetime
) -> None:
    """Change a refund's status; what has failed is back in what is left."""
    if refund.follows(status):
        return
    refund.status, refund.failure, refund.changed_at = status, failure, now
    refund.save(update_fields=["status", "failure", "changed_at"])
    if status == Refund.Status.FAILED:
        _take_back(payment, refund, now)
    else:
        _tell_of_refund(payment, refund, now)
    payment.changed_at = now
    payment.save(update_fields=["changed_at"])
    tell_payer(payment=payment)


def _take_back(payment: Payment, refund: Refund, now: datetime) -> None:
    """Put what has failed back into what is left. The thing's app is not told: it would ask for the
    same again, and that would fail again, without an end."""
    payment.refunded -= refund.amount
    payment.save(update_fields=["refunded"])
    facts = [f"Payment {payment.pk}", f"Refund {refund.pk}", refund.failure]
    report_finding("A refund has failed", facts, key=f"refund:{refund.pk}", now=now)
    enqueue("payments.apply_waiting", payment_id=str(payment.pk))


def _tell_thing(payment: Payment, now: datetime) -> None:
    name, pk = payment.payable
    tell_thing(payable=name, pk=pk, now=now)


def _tell_of_refund(payment: Payment, refund: Refund, now: datetime) -> None:
    name, pk = payment.payable
    refunded = find_payable(name).refunded
    if refunded is not None:
        refunded(pk=pk, amount=refund.amount, now=now)

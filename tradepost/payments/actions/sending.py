"""What is noted before a provider is called. From then on it may have done what it was asked for,
whether its answer arrives or not."""

from datetime import datetime
from uuid import UUID

from tradepost.kit.transactions import atomic
from tradepost.payments.actions.reports import give_up_payment
from tradepost.payments.actions.things import lock_payment
from tradepost.payments.models import Payment

Status = Payment.Status


@atomic
def begin_charge(*, payment_id: UUID, now: datetime) -> Payment | None:
    """Return the payment that a provider may be asked for now; None if it must not be any more.

    Raises NotFound.
    """
    payment = lock_payment(payment_id)
    if payment.status != Status.CREATED or payment.cancel_asked_at is not None:
        return None
    if payment.sent_at is None:
        payment.sent_at = now
        payment.save(update_fields=["sent_at"])
    return payment


@atomic
def begin_cancel(*, payment_id: UUID, now: datetime) -> Payment | None:
    """Return the payment whose charge is to be canceled at the provider; None if there is none,
    and then a payment that was never sent is canceled. Raises NotFound."""
    payment = lock_payment(payment_id)
    if payment.status in Payment.FINAL:
        return None
    if payment.sent_at is None:
        give_up_payment(payment_id=payment_id, status=Status.CANCELED, failure="", now=now)
        return None
    return payment


@atomic
def note_check(*, payment_id: UUID, now: datetime) -> None:
    """Note that a provider is asked how a payment stands, so that others come before it next."""
    Payment.objects.filter(pk=payment_id).update(checked_at=now)

"""What is paid for, and the payments of it: the thing's row is locked first, then theirs."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import ForeignKey, Model

from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound
from tradepost.kit.locks import lock_one
from tradepost.kit.transactions import atomic
from tradepost.payments.models import Payment
from tradepost.payments.payables import find_payable
from tradepost.payments.queries import has_failed, paid_for


def lock_thing(payable: str, pk: int) -> None:
    """Lock the row of what is paid for, whatever state it is in. Raises NotFound."""
    column = cast("ForeignKey[Model, Model]", Payment._meta.get_field(payable))  # PAYABLES are
    lock_one(column.related_model._base_manager.filter(pk=pk))


def lock_payment(payment_id: UUID) -> Payment:
    """Lock what a payment is for, and then the payment. Raises NotFound."""
    found = Payment.objects.filter(pk=payment_id).first()
    if found is None:
        raise NotFound
    lock_thing(*found.payable)
    return lock_one(Payment.objects.filter(pk=payment_id))


@atomic
def tell_payer(*, payment: Payment) -> None:
    """Put a change of a payment into the payer's feed."""
    publish(
        kind="payment.changed",
        user_ids=[payment.payer_id],
        data={"payment": str(payment.pk), "status": payment.status},
    )


@atomic
def tell_thing(*, payable: str, pk: int, now: datetime) -> None:
    """Tell the app whose thing it is what has been received for it; its row is locked."""
    sums = paid_for(payable, pk)
    find_payable(payable).received(
        pk=pk,
        paid=sums.paid,
        authorized=sums.authorized,
        failed=has_failed(payable, pk),
        now=now,
    )

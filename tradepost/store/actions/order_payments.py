"""Orders as something that is paid for: what is due, and what follows from what was received."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.locks import lock_one
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.refunds import refund
from tradepost.payments.errors import NothingDue
from tradepost.payments.payables import Due
from tradepost.payments.queries import paid_for
from tradepost.store.actions.order_changes import return_money, set_payment_status
from tradepost.store.errors import OrderCanceled
from tradepost.store.models import Order

Status = Order.PaymentStatus


def lock_due(*, pk: int, payer: User | None) -> Due:
    """Lock an order and say what it costs. Raises NotFound for an order of somebody else,
    OrderCanceled, or NothingDue for a paid one."""
    order = lock_one(Order.objects.select_related("customer__user").filter(pk=pk))
    buyer = order.customer.user
    if payer is not None and payer.pk != buyer.pk:
        raise NotFound
    if order.canceled_at is not None:
        raise OrderCanceled
    if order.payment_status == Status.COMPLETE:
        raise NothingDue
    return Due(
        total=order.total,
        currency=settings.CURRENCY,
        payer=buyer,
        title=f"{settings.SITE_NAME} order {order.pk}",
        capture=True,
        link=reverse("order", args=[order.pk]),
    )


@atomic
def note_payment(
    *, pk: int, paid: Decimal, authorized: Decimal, failed: bool, now: datetime
) -> None:
    """Let an order follow what was received for it. What is refunded leaves a paid one paid; what
    comes for a canceled one, or beyond the total, goes back."""
    order = Order.objects.get(pk=pk)
    if paid > order.total:
        beyond = paid - order.total
        refund(payable="order", pk=pk, amount=beyond, reason="It was paid already.", now=now)
    if order.canceled_at is not None:
        return_money(order_id=pk, now=now)
    elif order.payment_status == Status.COMPLETE:
        return
    elif paid >= order.total:
        set_payment_status(order_id=pk, status=Status.COMPLETE, actor=None)
    elif failed and not any(paid_for("order", pk)):
        set_payment_status(order_id=pk, status=Status.FAILED, actor=None)

"""What happens to orders after they are placed."""

from collections.abc import Collection as Some
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import lock_one, weak
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import notify
from tradepost.payments.actions.payments import forget_attempts, void_payments
from tradepost.payments.actions.refunds import refund_rest
from tradepost.store.actions.stock import return_stock
from tradepost.store.errors import OrderCanceled, OrderNotOpen, OrderPaid, TransitionRefused
from tradepost.store.models import Order, OrderEvent, OrderItem, Product
from tradepost.store.queries import list_shop_desk

Status = Order.PaymentStatus
EVENT_OF = {
    Status.PENDING: OrderEvent.Kind.PENDING,
    Status.COMPLETE: OrderEvent.Kind.PAID,
    Status.FAILED: OrderEvent.Kind.PAYMENT_FAILED,
}


@atomic
def set_payment_status(*, order_id: int, status: str, actor: User | None) -> Order:
    """Move an order to another payment status; to the one it has is no change.

    Without an actor its payments did it. By hand, a paid order ends what is under way to pay for
    it. Raises NotFound, OrderCanceled or TransitionRefused.
    """
    order = _lock_order(order_id)
    if status == order.payment_status:
        return order
    if order.canceled_at is not None:
        raise OrderCanceled
    if status not in Order.TRANSITIONS[order.payment_status]:
        raise TransitionRefused
    order.payment_status = status
    order.save(update_fields=["payment_status"])
    event = _announce(order, EVENT_OF[Status(status)], actor)
    if status == Status.COMPLETE:
        enqueue("store.send_payment_received", order_id=order.pk, dedupe_key=f"paid:{order.pk}")
        if actor is not None:
            void_payments(payable="order", pk=order.pk, now=timezone.now())
    if status == Status.FAILED:
        enqueue("store.send_payment_failed", event_id=event.pk)
    return order


@atomic
def note_refund(*, pk: int, amount: Decimal, now: datetime) -> None:
    """Write on an order's timeline that ``amount`` is on its way back, and tell the buyer."""
    event = _announce(_lock_order(pk), OrderEvent.Kind.REFUNDED, None, amount=amount)
    enqueue("store.send_refund", event_id=event.pk)


@atomic
def cancel_order(*, order_id: int, actor: User, now: datetime) -> Order:
    """Call an order off, put its goods back into stock and give back what was paid or is held.
    Its buyer may, and whoever has the permission ``store.cancel_order``.

    Raises NotFound, Refused, or OrderNotOpen when it is paid or canceled already.
    """
    order = _lock_order(order_id)
    if order.customer.user_id != actor.pk and not actor.has_perm("store.cancel_order"):
        raise Refused if Order.objects.visible_to(actor).filter(pk=order_id).exists() else NotFound
    if not order.is_open:
        raise OrderNotOpen
    return_money(order_id=order.pk, now=now)
    return_stock(quantities=_quantities(order))
    order.canceled_at = now
    order.save(update_fields=["canceled_at"])
    _announce(order, OrderEvent.Kind.CANCELED, actor)
    enqueue("store.send_cancellation", order_id=order.pk, dedupe_key=f"cancellation:{order.pk}")
    return order


@atomic
def delete_order(*, order_id: int) -> None:
    """Remove an order that was never paid, with what was tried in vain to pay for it; what it had
    taken goes back into stock.

    Raises NotFound, OrderPaid, or PaymentsRemain when money moved or may yet move.
    """
    order = _lock_order(order_id)
    if order.payment_status == Status.COMPLETE:
        raise OrderPaid
    forget_attempts(payable="order", pk=order_id)
    if order.is_open:
        return_stock(quantities=_quantities(order))
    people = {order.customer.user_id, *(person.pk for person in list_shop_desk())}
    publish(kind="order.deleted", user_ids=people, data={"order": order_id})
    order.delete()


@atomic
def delete_orders(*, order_ids: Some[int]) -> None:
    """Remove all of these orders or, when one of them is paid, none. Raises OrderPaid."""
    rows = Order.objects.select_for_update().filter(pk__in=order_ids).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    # All their products at once, in key order; each order alone would lock its own.
    goods = OrderItem.objects.filter(order__in=ids).values("product")
    products = Product.objects.select_for_update(no_key=weak()).filter(pk__in=goods)
    list(products.order_by("pk").values_list("pk"))
    for pk in ids:
        delete_order(order_id=pk)


@atomic
def return_money(*, order_id: int, now: datetime) -> None:
    """Give back all that came, is held or is under way for an order that is called off."""
    void_payments(payable="order", pk=order_id, now=now)
    refund_rest(payable="order", pk=order_id, reason="The order was canceled.", now=now)


def _lock_order(order_id: int) -> Order:
    return lock_one(Order.objects.select_related("customer__user").filter(pk=order_id))


def _quantities(order: Order) -> dict[int, int]:
    return dict(order.items.values_list("product_id", "quantity"))


def _announce(
    order: Order, kind: OrderEvent.Kind, actor: User | None, *, amount: Decimal | None = None
) -> OrderEvent:
    """Write it on the timeline, and tell whom it concerns and who did not do it: of the buyer's
    deeds the shop's desk, of the desk's the buyer, of what nobody did in person both."""
    event = OrderEvent(order=order, kind=kind, actor=actor)
    if amount is not None:
        event.amount = amount
    event.save()
    buyer = order.customer.user_id
    desk = {person.pk for person in list_shop_desk()}
    publish(kind="order.changed", user_ids={buyer, *desk}, data={"order": order.pk})
    concerned = {buyer, *desk} if actor is None else desk if actor.pk == buyer else {buyer}
    notify(
        user_ids=concerned - ({actor.pk} if actor else set()),
        kind=f"order.{kind}",
        cause=f"order:{order.pk}:{kind}:{event.pk}",
        actor=actor,
        data={"order": order.pk},
    )
    return event

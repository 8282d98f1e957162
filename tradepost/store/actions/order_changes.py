"""What happens to orders after they are placed."""

from collections.abc import Collection as Some
from datetime import datetime

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import lock_one, weak
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import notify
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
def set_payment_status(*, order_id: int, status: str, actor: User) -> Order:
    """Move an order to another payment status; to the one it has is no change.

    Raises NotFound, OrderCanceled or TransitionRefused.
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
    _announce(order, EVENT_OF[Status(status)], actor)
    if status == Status.COMPLETE:
        enqueue("store.send_payment_received", order_id=order.pk, dedupe_key=f"paid:{order.pk}")
    return order


@atomic
def cancel_order(*, order_id: int, actor: User, now: datetime) -> Order:
    """Call an order off and put its goods back into stock. Its buyer may, and whoever has the
    permission ``store.cancel_order``.

    Raises NotFound, Refused, or OrderNotOpen when it is paid or canceled already.
    """
    order = _lock_order(order_id)
    if order.customer.user_id != actor.pk and not actor.has_perm("store.cancel_order"):
        raise Refused if Order.objects.visible_to(actor).filter(pk=order_id).exists() else NotFound
    if not order.is_open:
        raise OrderNotOpen
    return_stock(quantities=_quantities(order))
    order.canceled_at = now
    order.save(update_fields=["canceled_at"])
    _announce(order, OrderEvent.Kind.CANCELED, actor)
    enqueue("store.send_cancellation", order_id=order.pk, dedupe_key=f"cancellation:{order.pk}")
    return order


@atomic
def delete_order(*, order_id: int) -> None:
    """Remove an order that was never paid; what it had taken goes back into stock.

    Raises NotFound or OrderPaid.
    """
    order = _lock_order(order_id)
    if order.payment_status == Status.COMPLETE:
        raise OrderPaid
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


def _lock_order(order_id: int) -> Order:
    return lock_one(Order.objects.select_related("customer__user").filter(pk=order_id))


def _quantities(order: Order) -> dict[int, int]:
    return dict(order.items.values_list("product_id", "quantity"))


def _announce(order: Order, kind: OrderEvent.Kind, actor: User) -> None:
    """Write it on the timeline, and tell the buyer or, when it was the buyer, the shop's desk."""
    event = OrderEvent.objects.create(order=order, kind=kind, actor=actor)
    buyer = order.customer.user_id
    desk = {person.pk for person in list_shop_desk()}
    publish(kind="order.changed", user_ids={buyer, *desk}, data={"order": order.pk})
    notify(
        user_ids=desk - {actor.pk} if actor.pk == buyer else {buyer},
        kind=f"order.{kind}",
        cause=f"order:{order.pk}:{kind}:{event.pk}",
        actor=actor,
        data={"order": order.pk},
    )

"""What the shop keeps about a person, for their export."""

from collections.abc import Iterable, Iterator

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list, json_object
from tradepost.store.models import Address, CartItem, Customer, DroppedLine, Order, Review

AT_ONCE = 500


def collect_shopping(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the person as a customer, with addresses, orders, reviews, and what is in the cart."""
    details = Customer.objects.filter(user=user).values("phone", "birth_date", "membership")
    yield "store/customer.json", json_object(details.first() or {})
    addresses = Address.objects.visible_to(user).order_by("pk")
    yield "store/addresses.json", json_list(addresses.values("street", "city", "zip"))
    yield "store/orders.json", json_list(_orders_of(user))
    reviews = Review.objects.filter(author=user).order_by("pk")
    shown = reviews.values("product__title", "name", "description", "rating", "date")
    yield "store/reviews.json", json_list(shown.iterator())
    yield "store/cart.json", json_list(_cart_of(user))


def _orders_of(user: User) -> Iterator[dict[str, object]]:
    orders = Order.objects.filter(customer__user=user).order_by("pk")
    for order in orders.prefetch_related("items", "events").iterator(chunk_size=AT_ONCE):
        yield {
            "order": order.pk,
            "placed_at": order.placed_at,
            "payment_status": order.get_payment_status_display(),
            "canceled_at": order.canceled_at,
            "total": order.total,
            "delivery_address": order.delivery_address,
            "lines": [
                {"title": line.title, "quantity": line.quantity, "unit_price": line.unit_price}
                for line in order.items.all()
            ],
            "events": [
                {"kind": event.get_kind_display(), "at": event.at} for event in order.events.all()
            ],
        }


def _cart_of(user: User) -> Iterator[dict[str, object]]:
    lines = CartItem.objects.filter(cart__owner=user).order_by("pk").select_related("product")
    for line in lines:
        yield {"title": line.product.title, "quantity": line.quantity, "price": line.seen_price}
    for dropped in DroppedLine.objects.filter(cart__owner=user).order_by("pk"):
        yield {"title": dropped.title, "quantity": 0, "price": None}

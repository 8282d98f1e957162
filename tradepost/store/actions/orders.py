"""Placing orders; ``order_changes.py`` has what happens to them afterwards."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

from django.db import transaction

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.inserts import insert
from tradepost.kit.jobs import enqueue
from tradepost.kit.known import let_know
from tradepost.kit.prepared import Prepared
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import notify
from tradepost.store.actions.carts import lock_cart
from tradepost.store.actions.customers import ensure_customer
from tradepost.store.actions.stock import take_stock
from tradepost.store.errors import (
    CartAlreadyOrdered,
    CartChanged,
    CartEmpty,
    CartUnknown,
    NoSuchAddress,
    NoSuchCart,
    TotalChanged,
)
from tradepost.store.models import Address, Cart, CartItem, Customer, Order, OrderItem, Product
from tradepost.store.queries import list_shop_desk
from tradepost.store.signals import order_created


@atomic
def place_order(
    *,
    buyer: User,
    cart_id: UUID,
    expected_total: Decimal | None = None,
    address_id: int | None = None,
) -> Order:
    """Turn a cart into an order at today's prices; the cart is gone afterwards.

    With ``expected_total``, the total that the buyer was shown, a different one is refused; without
    it, a cart that lost a line to a product that is gone. ``address_id`` is one of the buyer's.
    Raises CartUnknown, CartEmpty, CartAlreadyOrdered, CartChanged, NoSuchAddress, OutOfStock or
    TotalChanged, and changes nothing.
    """
    cart, quantities = _lock_lines(buyer, cart_id, lost_matters=expected_total is None)
    address = _copy_address(buyer, address_id)
    products = take_stock(quantities=quantities)
    total = _total(products, quantities)
    if expected_total is not None and expected_total != total:
        raise TotalChanged(total=total)

    order = Order(
        customer_id=_customer_of(buyer), total=total, cart_id=cart_id, delivery_address=address
    )
    insert([order])
    _keep_lines(order, quantities, products)
    cart.delete()
    _announce(order, buyer, actor=buyer)
    return order


@atomic
def place_order_for(*, customer: Customer, quantities: Mapping[int, int], actor: User) -> Order:
    """Take down what a customer orders without a cart, at today's prices; the stock is taken.

    ``quantities`` are by product id. Raises OutOfStock, and changes nothing.
    """
    products = take_stock(quantities=quantities)
    order = Order(customer=customer, total=_total(products, quantities), cart_id=uuid4())
    insert([order])
    _keep_lines(order, quantities, products)
    _announce(order, customer.user, actor=actor)
    return order


def _lock_lines(buyer: User, cart_id: UUID, *, lost_matters: bool) -> tuple[Cart, dict[int, int]]:
    """Return the cart and how many of each product id are in it, in the order of its lines."""
    try:
        cart = lock_cart(cart_id, buyer)
    except NoSuchCart as error:
        mine = Order.objects.filter(cart_id=cart_id, customer__user=buyer).first()
        if mine is not None:
            raise CartAlreadyOrdered(order=mine.pk) from error
        raise CartUnknown(field="cart_id") from error
    quantities = dict(_lines.run(cart=cart_id))
    if not quantities:
        raise CartEmpty(field="cart_id")
    if lost_matters and cart.dropped_lines.exists():
        raise CartChanged
    return cart, quantities


_lines = Prepared(
    lambda cart: (
        CartItem.objects.filter(cart=cart).order_by("id").values_list("product_id", "quantity")
    ),
    places={"cart": UUID},
)
_customer = Prepared(
    lambda user: Customer.objects.filter(user=user).values_list("pk"), places={"user": UUID}
)


def _customer_of(buyer: User) -> int:
    found = _customer.first(user=buyer.pk)
    pk: int = found[0] if found else ensure_customer(user=buyer).pk
    return pk


def _copy_address(buyer: User, address_id: int | None) -> str:
    if address_id is None:
        return ""
    address = Address.objects.visible_to(buyer).filter(pk=address_id).first()
    if address is None:
        raise NoSuchAddress(field="address_id")
    return str(address)


def _total(products: Mapping[int, Product], quantities: Mapping[int, int]) -> Decimal:
    return sum((products[pk].price * n for pk, n in quantities.items()), Decimal("0.00"))


def _keep_lines(
    order: Order, quantities: Mapping[int, int], products: Mapping[int, Product]
) -> None:
    lines = [
        OrderItem(
            order=order,
            product=products[pk],
            title=products[pk].title,
            unit_price=products[pk].price,
            quantity=quantity,
        )
        for pk, quantity in quantities.items()
    ]
    insert(lines)
    let_know(order, "items", lines)


def _announce(order: Order, buyer: User, *, actor: User) -> None:
    transaction.on_commit(partial(order_created.send_robust, sender=Order, order=order))
    enqueue("store.send_receipt", order_id=order.pk, dedupe_key=f"receipt:{order.pk}")
    desk = [person.pk for person in list_shop_desk()]
    publish(kind="order.placed", user_ids={buyer.pk, *desk}, data={"order": order.pk})
    notify(
        user_ids={buyer.pk, *desk} - {actor.pk},
        kind="order.placed",
        cause=f"order:{order.pk}:placed",
        actor=actor,
        data={"order": order.pk},
    )

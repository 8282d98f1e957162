"""Whatever people do and in whichever order: no goods appear or vanish, and sums are sums."""

from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from conftest import make_user
from tradepost.store.actions.carts import (
    add_to_cart,
    claim_cart,
    create_cart,
    remove_from_cart,
    set_quantity,
)
from tradepost.store.actions.order_changes import cancel_order, delete_order, set_payment_status
from tradepost.store.actions.orders import place_order
from tradepost.store.errors import (
    CartAlreadyOrdered,
    CartEmpty,
    CartUnknown,
    NoSuchCart,
    OrderCanceled,
    OrderNotOpen,
    OrderPaid,
    OutOfStock,
    TransitionRefused,
)
from tradepost.store.models import Cart, CartItem, Order, OrderItem, Product
from tradepost.store.tests.factories import make_product

STOCK = 12
PRICES = ("1.10", "8.99", "333.33")
NOTHING = Decimal("0.00")
PLACES = st.integers(0, len(PRICES) - 1)
QUANTITIES = st.integers(1, 8)


class Shop(RuleBasedStateMachine):
    """A shop with a few products, one buyer and any number of carts and orders.

    Bundles keep the ids of what is gone, too: that is refused, and nothing may come of it.
    """

    carts = Bundle("carts")
    orders = Bundle("orders")

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()  # each history begins with nothing
        self.undone.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize()
    def open(self):
        self.buyer = make_user("buyer")
        products = [make_product(unit_price=price, inventory=STOCK) for price in PRICES]
        self.products = [product.pk for product in products]

    @rule(target=carts)
    def take_a_cart(self):
        return create_cart().pk

    @rule(cart=carts, place=PLACES, quantity=QUANTITIES)
    def add(self, cart, place, quantity):
        product = self.products[place]
        with suppress(NoSuchCart):
            add_to_cart(cart_id=cart, product_id=product, quantity=quantity, user=self.buyer)

    @rule(cart=carts, quantity=QUANTITIES)
    def change_the_first_line(self, cart, quantity):
        for line in CartItem.objects.filter(cart_id=cart).order_by("id")[:1]:
            set_quantity(cart_id=cart, item_id=line.pk, quantity=quantity, user=self.buyer)

    @rule(cart=carts)
    def remove_the_last_line(self, cart):
        for line in CartItem.objects.filter(cart_id=cart).order_by("-id")[:1]:
            remove_from_cart(cart_id=cart, item_id=line.pk, user=self.buyer)

    @rule(cart=carts)
    def claim(self, cart):
        with suppress(NoSuchCart):
            claim_cart(cart_id=cart, user=self.buyer)

    @rule(target=orders, cart=carts)
    def order(self, cart):
        before = self.books()
        shown = Cart.objects.with_items().filter(pk=cart).first()
        total = shown.total_price() if shown else NOTHING
        try:
            order = place_order(buyer=self.buyer, cart_id=cart, expected_total=total)
        except (CartAlreadyOrdered, CartEmpty, CartUnknown, OutOfStock):
            assert self.books() == before
            return multiple()
        assert order.total == total
        return order.pk

    @rule(order=orders)
    def cancel(self, order):
        self.attempt(OrderNotOpen, cancel_order, order, actor=self.buyer, now=timezone.now())

    @rule(order=orders, status=st.sampled_from("PCF"))
    def pay(self, order, status):
        refusals = (OrderCanceled, TransitionRefused)
        self.attempt(refusals, set_payment_status, order, status=status, actor=self.buyer)

    @rule(order=orders)
    def delete(self, order):
        self.attempt(OrderPaid, delete_order, order)

    def attempt(self, refusals, deed, order, **arguments):
        before = self.books()
        if not Order.objects.filter(pk=order).exists():
            return
        try:
            deed(order_id=order, **arguments)
        except refusals:
            assert self.books() == before

    def books(self):
        orders = Order.objects.order_by("id").values_list("id", "payment_status", "canceled_at")
        stock = Product.objects.order_by("id").values_list("inventory", flat=True)
        return list(stock), list(orders), Cart.objects.count(), CartItem.objects.count()

    @invariant()
    def goods_are_in_stock_or_sold(self):
        goods = dict(Product.objects.values_list("pk", "inventory"))
        for line in OrderItem.objects.filter(order__canceled_at=None):
            goods[line.product_id] += line.quantity
        assert set(goods.values()) <= {STOCK}

    @invariant()
    def totals_are_the_sums_of_their_lines(self):
        for order in Order.objects.with_items():
            assert order.total == sum((line.total_price() for line in order.items.all()), NOTHING)
        for cart in Cart.objects.with_items():
            lines = [line.quantity * line.product.price for line in cart.items.all()]
            assert cart.total_price() == sum(lines, NOTHING)


@pytest.mark.django_db
def test_no_goods_appear_or_vanish_whatever_happens():
    budget = settings(max_examples=25, stateful_step_count=20, deadline=None)

    run_state_machine_as_test(Shop, settings=budget)

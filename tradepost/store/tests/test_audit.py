"""The audit of the shop names what somebody broke past all guards."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from tradepost.kit.audit import find_faults
from tradepost.kit.tests.audits import breaking
from tradepost.payments.tests.factories import pay
from tradepost.store.actions.order_changes import cancel_order, set_payment_status
from tradepost.store.actions.promotions import set_products_of_promotion
from tradepost.store.actions.reviews import write_review
from tradepost.store.audit import INVARIANTS
from tradepost.store.models import Order
from tradepost.store.tests.factories import make_cart, make_order, make_product, make_promotion

NAMES = [name for name, _, _ in INVARIANTS]


@pytest.fixture
def scene(ann, bob, settings):
    """An order of each kind, a cart, a product with reviews and promotions."""
    settings.OPEN_REVIEWS = True
    tea, cup = make_product(inventory=50), make_product(inventory=50)
    offers = [make_promotion(discount=discount).pk for discount in ("10.00", "25.00")]
    for offer in offers:
        set_products_of_promotion(promotion_id=offer, product_ids=[tea.pk])
    pending, paid, failed, canceled, bought = (make_order(ann, {tea: 2, cup: 1}) for _ in range(5))
    for order, status in ((paid, "C"), (failed, "F"), (failed, "P"), (failed, "F")):
        set_payment_status(order_id=order.pk, status=status, actor=ann)
    cancel_order(order_id=canceled.pk, actor=ann, now=timezone.now())
    write_review(author=ann, product_id=tea.pk, name="Ann", description="Good", rating=4)
    write_review(author=bob, product_id=tea.pk, name="Bob", description="Well")
    cart = make_cart({cup: 1})
    pay(bought)
    return SimpleNamespace(
        tea=tea, cup=cup, pending=pending, paid=paid, failed=failed, canceled=canceled,
        bought=bought, cart=cart,
    )  # fmt: skip


@pytest.fixture
def bare(scene):
    """What breaks rows of the scene."""
    ids = {name: getattr(thing.pk, "hex", thing.pk) for name, thing in vars(scene).items()}
    with breaking() as break_rows:
        yield lambda tables, sql: break_rows(tables, sql.format(**ids))


ORDER, LINE, PRODUCT = "store_order", "store_orderitem", "store_product"

# What is broken: the invariant, the tables that lose their guards, how, and what the audit names.
BREACHES = {
    "stock below nothing": (
        "store.stock", PRODUCT,
        f"UPDATE {PRODUCT} SET inventory = -1 WHERE id = {{tea}}", "product {tea}:",
    ),
    "nothing was ordered": (
        "store.stock", LINE,
        f"UPDATE {LINE} SET quantity = 0 WHERE order_id = {{paid}}", "order {paid}:",
    ),
    "a line that the total does not know": (
        "store.totals", LINE,
        f"UPDATE {LINE} SET quantity = quantity + 1 WHERE order_id = {{paid}}", "order {paid}:",
    ),
    "an order of nothing": (
        "store.totals", LINE,
        f"DELETE FROM {LINE} WHERE order_id = {{paid}}", "order {paid}:",
    ),
    "two lines of one product": (
        "store.totals", LINE,
        f"UPDATE {LINE} SET product_id = {{tea}} WHERE order_id = {{paid}}", "order {paid}:",
    ),
    "a cart that became two orders": (
        "store.carts", ORDER,
        f"UPDATE {ORDER} SET cart_id = '{{cart}}' WHERE id IN ({{paid}}, {{failed}})", "2 orders",
    ),
    "a cart that was ordered and is there": (
        "store.carts", ORDER,
        f"UPDATE {ORDER} SET cart_id = '{{cart}}' WHERE id = {{paid}}", "became order {paid}",
    ),
    "a payment that nobody noted": (
        "store.payments", ORDER,
        f"UPDATE {ORDER} SET payment_status = 'C' WHERE id = {{pending}}", "order {pending}:",
    ),
    "a payment that was forgotten": (
        "store.payments", ORDER,
        f"UPDATE {ORDER} SET payment_status = 'P' WHERE id = {{paid}}", "order {paid}:",
    ),
    "a cancellation that nobody noted": (
        "store.payments", "store_orderevent",
        "DELETE FROM store_orderevent WHERE kind = 'canceled'", "order {canceled}:",
    ),
    "goods that came back twice": (
        "store.payments", "store_orderevent",
        "UPDATE store_orderevent SET kind = 'canceled', order_id = {canceled}"
        " WHERE order_id = {paid}", "order {canceled}: was canceled 2 times",
    ),
    "paid and canceled": (
        "store.payments", ORDER,
        f"UPDATE {ORDER} SET canceled_at = placed_at WHERE id = {{paid}}",
        "order {paid}: is paid and canceled",
    ),
    "paid by less than it costs": (
        "store.money", "payments_payment",
        "UPDATE payments_payment SET captured = 1 WHERE order_id = {bought}", "order {bought}:",
    ),
    "canceled and the money kept": (
        "store.money", ORDER,
        f"UPDATE {ORDER} SET canceled_at = placed_at WHERE id = {{bought}}",
        "order {bought}: is canceled",
    ),
    "a review that does not count": (
        "store.ratings", "store_review",
        "UPDATE store_review SET product_id = {cup} WHERE rating IS NULL", "product {cup}:",
    ),
    "stars that nobody gave": (
        "store.ratings", "store_review",
        "UPDATE store_review SET rating = 5 WHERE rating = 4", "product {tea}:",
    ),
    "a price that no promotion makes": (
        "store.prices", "store_product_promotions",
        "DELETE FROM store_product_promotions", "product {tea}:",
    ),
    "a promotion that counts and does not": (
        "store.prices", "store_promotion",
        "UPDATE store_promotion SET applied = (1 = 0) WHERE discount = 2500", "product {tea}:",
    ),
}  # fmt: skip


def test_what_the_shop_does_keeps_everything(scene):
    assert find_faults() == []


@pytest.mark.parametrize(("name", "tables", "sql", "named"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named(bare, scene, name, tables, sql, named):
    bare(tables, sql)

    faults = find_faults([name])

    expected = named.format(**{name: thing.pk for name, thing in vars(scene).items()})
    assert any(expected in fault for fault in faults), faults


def test_an_audit_takes_as_many_statements_for_any_number_of_rows(
    scene, ann, django_assert_num_queries
):
    for _ in range(3):
        make_order(ann, {scene.cup: 1})
    assert Order.objects.count() == 8

    with django_assert_num_queries(13):  # a statement for each kind of fault
        find_faults(NAMES)

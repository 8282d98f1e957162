"""The rules of ordering."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.kit.stamps import read_stamp
from tradepost.notifications.kinds import link_for
from tradepost.notifications.models import Notification
from tradepost.store.actions.orders import place_order
from tradepost.store.actions.stock import take_stock
from tradepost.store.errors import (
    CartAlreadyOrdered,
    CartEmpty,
    CartUnknown,
    OutOfStock,
    TotalChanged,
)
from tradepost.store.models import Cart, Customer, Order, Product
from tradepost.store.signals import order_created
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_cart, make_order, make_product


@pytest.fixture
def tea(db) -> Product:
    return make_product(title="Green tea", unit_price="8.99", inventory=10)


@pytest.fixture
def cup(db) -> Product:
    return make_product(title="Cup", unit_price="25.00", inventory=3)


def test_an_order_takes_stock_keeps_prices_and_ends_the_cart(ann, tea, cup):
    cart = make_cart({tea: 2, cup: 1})

    order = place_order(buyer=ann, cart_id=cart.pk)

    assert order.total == Decimal("42.98")
    assert order.payment_status == "P"
    assert order.customer.user == ann
    lines = order.items.order_by("id").values_list("title", "unit_price", "quantity")
    assert list(lines) == [("Green tea", Decimal("8.99"), 2), ("Cup", Decimal("25.00"), 1)]
    assert list(Product.objects.order_by("id").values_list("inventory", flat=True)) == [8, 2]
    assert not Cart.objects.filter(pk=cart.pk).exists()


def test_an_order_keeps_its_title_and_price_when_the_product_changes(ann, tea):
    order = make_order(ann, {tea: 1})

    Product.objects.filter(pk=tea.pk).update(title="Tea, green", unit_price=Decimal("9.99"))

    line = order.items.get()
    assert (line.title, line.unit_price) == ("Green tea", Decimal("8.99"))


def assert_nothing_happened(cart: Cart, *products: Product) -> None:
    assert not Order.objects.exists()
    assert not Job.objects.exists()
    assert not Notification.objects.exists()
    assert Cart.objects.get(pk=cart.pk).items.count() == len(products)
    for product in products:
        assert Product.objects.get(pk=product.pk).inventory == product.inventory


def test_short_stock_is_refused_with_what_is_left(ann, tea, cup):
    cart = make_cart({tea: 10, cup: 4})

    with pytest.raises(OutOfStock) as refusal:
        place_order(buyer=ann, cart_id=cart.pk)

    assert refusal.value.details == {"short": {str(cup.pk): 3}}
    assert_nothing_happened(cart, tea, cup)


def test_another_total_than_shown_is_refused_with_the_new_one(ann, tea):
    cart = make_cart({tea: 2})

    with pytest.raises(TotalChanged) as refusal:
        place_order(buyer=ann, cart_id=cart.pk, expected_total=Decimal("17.97"))

    assert refusal.value.details == {"total": Decimal("17.98")}
    assert_nothing_happened(cart, tea)


def test_the_total_that_was_shown_is_accepted(ann, tea):
    order = place_order(buyer=ann, cart_id=make_cart({tea: 2}).pk, expected_total=Decimal("17.98"))

    assert order.total == Decimal("17.98")


def test_an_unknown_cart_is_refused(ann):
    with pytest.raises(CartUnknown):
        place_order(buyer=ann, cart_id=uuid4())


def test_an_empty_cart_is_refused(ann):
    with pytest.raises(CartEmpty):
        place_order(buyer=ann, cart_id=make_cart().pk)


def test_ordering_a_cart_again_names_the_order_it_became(ann, tea):
    cart = make_cart({tea: 1})
    order = place_order(buyer=ann, cart_id=cart.pk)

    with pytest.raises(CartAlreadyOrdered) as refusal:
        place_order(buyer=ann, cart_id=cart.pk)

    assert refusal.value.details == {"order": order.pk}


def test_a_stranger_learns_nothing_about_a_cart_that_was_ordered(ann, charlie, tea):
    cart = make_cart({tea: 1})
    place_order(buyer=ann, cart_id=cart.pk)

    with pytest.raises(CartUnknown):
        place_order(buyer=charlie, cart_id=cart.pk)


def test_the_database_itself_allows_one_order_per_cart(ann, tea):
    order = make_order(ann, {tea: 1})

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(customer=order.customer, total=1, cart_id=order.cart_id)


def test_the_database_itself_refuses_negative_stock(tea):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=tea.pk).update(inventory=-1)


def test_taking_stock_of_a_product_that_is_gone_is_refused(tea):
    with pytest.raises(OutOfStock) as refusal:
        take_stock(quantities={tea.pk: 1, tea.pk + 1000: 1})

    assert refusal.value.details == {"short": {str(tea.pk + 1000): 0}}


def test_a_buyer_without_a_customer_record_gets_one(ann, tea):
    Customer.objects.filter(user=ann).delete()

    order = make_order(ann, {tea: 1})

    assert order.customer.user == ann


def test_the_shops_desk_is_told_and_the_buyer_is_not(ann, dora, tea):
    order = make_order(ann, {tea: 1})

    told = Notification.objects.get()
    assert (told.user, told.kind, told.actor) == (dora, "order.placed", ann)
    assert told.data == {"order": order.pk}
    assert link_for(told) == f"/orders/{order.pk}/"


def test_without_customer_service_the_superusers_are_the_desk(ann, tea, django_user_model):
    boss = django_user_model.objects.create_superuser("boss", "boss@example.com", "pw")

    make_order(ann, {tea: 1})

    assert Notification.objects.get().user == boss


def test_the_receipt_is_mailed_once_in_text_and_html(
    ann, tea, cup, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        order = make_order(ann, {tea: 2, cup: 1})
    assert mail.outbox == []

    run_due_jobs()
    run_due_jobs()

    [receipt] = mail.outbox
    [(html, kind)] = receipt.alternatives
    assert receipt.to == ["ann@example.com"]
    assert str(order.pk) in receipt.subject
    assert kind == "text/html"
    for part in (receipt.body, html):
        assert "Green tea" in part
        assert "42.98" in part


def test_listeners_hear_of_the_order_after_the_commit_and_cannot_break_it(
    ann, tea, django_capture_on_commit_callbacks
):
    heard = []

    def broken(**kwargs):
        raise RuntimeError("a listener that fails")

    def listening(order, **kwargs):
        heard.append(order)

    order_created.connect(broken)
    order_created.connect(listening)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            order = make_order(ann, {tea: 1})
            assert heard == []
    finally:
        order_created.disconnect(broken)
        order_created.disconnect(listening)

    assert heard == [order]


def test_an_order_raises_the_stamp_of_the_catalogue(ann, tea):
    before = read_stamp(CATALOGUE)

    make_order(ann, {tea: 1})

    assert read_stamp(CATALOGUE) > before


def test_fixtures_do_not_make_customers(db, tmp_path):
    fixture = tmp_path / "user.json"
    fixture.write_text(
        '[{"model": "accounts.user", "fields": {"username": "raw", "email": "raw@example.com",'
        ' "first_name": "R", "last_name": "W", "password": "x",'
        ' "created_at": "2026-01-01T00:00:00Z"}}]'
    )

    call_command("loaddata", str(fixture), verbosity=0)

    assert not Customer.objects.filter(user__username="raw").exists()

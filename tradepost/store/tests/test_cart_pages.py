"""The visitor's cart, in the browser."""

import pytest

from tradepost.store.models import Cart, CartItem
from tradepost.store.tests.factories import make_cart, make_product
from tradepost.store.tests.pages import keep_cart, notices


def test_the_first_thing_added_makes_a_cart_that_the_session_keeps(client, db):
    product = make_product()

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": 2})

    line = CartItem.objects.get()
    assert answer["Location"] == "/cart/"
    assert (line.product, line.quantity) == (product, 2)
    assert client.session["cart_id"] == str(line.cart_id)


def test_a_first_thing_that_is_refused_leaves_no_cart(client, db):
    answer = client.post("/cart/add/", {"product_id": 99999, "quantity": 1})

    assert notices(answer) == ["No product with the given ID was found."]
    assert Cart.objects.count() == 0
    assert "cart_id" not in client.session


def test_looking_at_the_cart_makes_none(client, db):
    answer = client.get("/cart/")

    assert answer.status_code == 200
    assert Cart.objects.count() == 0


def test_adding_again_uses_the_same_cart_and_line(client, db):
    product = make_product()
    cart = keep_cart(client, {product: 2})

    client.post("/cart/add/", {"product_id": product.pk, "quantity": 3})

    line = CartItem.objects.get()
    assert (line.cart_id, line.quantity) == (cart.pk, 5)


def test_adding_after_the_cart_is_gone_makes_a_new_one(client, db):
    keep_cart(client).delete()

    client.post("/cart/add/", {"product_id": make_product().pk, "quantity": 1})

    assert str(CartItem.objects.get().cart_id) == client.session["cart_id"]


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "many", "", "32768", "9" * 40])
def test_a_wrong_quantity_leads_back_to_the_product(client, db, quantity):
    product = make_product()

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": quantity})

    assert answer["Location"] == f"/products/{product.pk}/"
    assert notices(answer) == ["Please say how many, as a whole number."]
    assert CartItem.objects.count() == 0


def test_more_than_a_cart_holds_is_refused_with_a_reason(client, db):
    product = make_product()
    keep_cart(client, {product: 32767})

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})

    assert notices(answer) == ["A cart cannot hold that many of one product."]
    assert CartItem.objects.get().quantity == 32767


def test_a_line_takes_a_new_quantity(client, db):
    keep_cart(client, {make_product(): 2})
    line = CartItem.objects.get()

    answer = client.post(f"/cart/lines/{line.pk}/", {"quantity": 7, "change": 1})

    line.refresh_from_db()
    assert (answer["Location"], line.quantity) == ("/cart/", 7)


@pytest.mark.parametrize("words", [{"quantity": "x", "remove": "1"}, {"quantity": "0"}])
def test_a_line_is_taken_out(client, db, words):
    keep_cart(client, {make_product(): 2})

    client.post(f"/cart/lines/{CartItem.objects.get().pk}/", words)

    assert CartItem.objects.count() == 0


def test_a_line_of_somebody_elses_cart_stays_as_it_is(client, db):
    make_cart({make_product(): 2})
    keep_cart(client)
    line = CartItem.objects.get()

    answer = client.post(f"/cart/lines/{line.pk}/", {"remove": 1})

    assert notices(answer) == ["That was no longer in your cart."]
    assert CartItem.objects.get() == line


def test_the_cart_shows_lines_and_total_and_not_its_id(client, db):
    cart = keep_cart(client, {make_product(unit_price="1500.10"): 2, make_product(): 1})

    text = client.get("/cart/").content.decode()

    assert "3,000.20 <small>USD</small>" in text
    assert "3,009.19 <small>USD</small>" in text
    assert str(cart.pk) not in text


def test_the_cart_takes_three_queries_however_full_it_is(client, db, django_assert_num_queries):
    keep_cart(client, {make_product(): 1 for _ in range(5)})

    with django_assert_num_queries(3):  # session, cart, lines with their products
        client.get("/cart/")


@pytest.mark.parametrize(
    ("address", "page"),
    [("/cart/add/", "/products/"), ("/cart/lines/1/", "/cart/")],
)
def test_a_form_address_that_is_opened_by_hand_leads_to_its_page(client, db, address, page):
    assert client.get(address)["Location"] == page

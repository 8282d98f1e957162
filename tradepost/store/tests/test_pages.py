"""The shop in the browser."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core import mail

from tradepost.accounts.models import User
from tradepost.kit.jobs import kinds
from tradepost.messaging.models import Conversation
from tradepost.store.models import Cart, CartItem, Order, Product, Review
from tradepost.store.tests.factories import make_cart, make_collection, make_order, make_product


def notices(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def without_token(answer) -> str:
    """Return the page without what is random in it."""
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def keep_cart(client, quantities=None) -> Cart:
    """Give the browser a cart that holds so many of each product."""
    cart = make_cart(quantities)
    session = client.session
    session["cart_id"] = str(cart.pk)
    session.save()
    return cart


def titles(answer) -> list[str]:
    return [product.title for product in answer.context["page"]]


# --- The catalogue ---------------------------------------------------------------------------


def test_the_catalogue_shows_twelve_products_a_page(client, db):
    for number in range(13):
        make_product(title=f"Cup {number:02}")

    first, second = client.get("/products/"), client.get("/products/?page=2")

    assert titles(first) == [f"Cup {number:02}" for number in range(12)]
    assert titles(second) == ["Cup 12"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=green+tea", ["Green tea"]),
        ("search=KITCHEN", ["Kettle"]),
        ("price_from=5&price_to=20.50", ["Kettle"]),
        ("ordering=-unit_price", ["Pot", "Kettle", "Green tea"]),
        ("search=nothing+like+it", []),
    ],
)
def test_the_catalogue_is_narrowed_and_ordered(client, db, query, found):
    make_product(title="Green tea", unit_price="4.99")
    make_product(title="Kettle", unit_price="20.50", collection=make_collection("Kitchen"))
    make_product(title="Pot", unit_price="20.51")

    assert titles(client.get(f"/products/?{query}")) == found


def test_the_catalogue_shows_one_collection(client, db):
    make_product(title="Green tea")
    kettle = make_product(title="Kettle", collection=make_collection("Kitchen"))

    answer = client.get(f"/products/?collection={kettle.collection_id}")

    assert titles(answer) == ["Kettle"]


@pytest.mark.parametrize(
    "query",
    [
        "price_from=abc",
        "price_to=1.999",
        "price_from=1e400",
        "price_to=NaN",
        "collection=99999999999999999999999999",
        "collection=abc",
        "ordering=password",
        "search=%00",
        "search=" + "x" * 101,
    ],
)
def test_a_filter_with_a_mistake_narrows_nothing_and_is_named(client, db, query):
    make_product(title="Green tea")

    answer = client.get(f"/products/?{query}")

    assert (answer.status_code, titles(answer)) == (200, ["Green tea"])
    assert list(answer.context["form"].errors) == [query.split("=")[0]]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "9" * 30, ""])
def test_a_page_that_does_not_exist_is_the_nearest_one(client, db, page):
    make_product(title="Green tea")

    assert titles(client.get(f"/products/?page={page}")) == ["Green tea"]


def test_the_catalogue_takes_three_queries_however_long_it_is(
    client, db, django_assert_num_queries
):
    for _ in range(14):
        make_product()

    with django_assert_num_queries(3):  # collections to choose from, count, products
        client.get("/products/")


def test_a_product_shows_its_price_with_and_without_tax(client, db):
    product = make_product(unit_price="10.05", inventory=3)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "10.05 <small>USD</small>" in text
    assert "11.06 USD with tax" in text
    assert "Only 3 left" in text


def test_a_product_shows_its_reviews_and_their_average(client, db):
    product = make_product()
    for rating in (2, 4, 5):
        Review.objects.create(
            product=product, name="Ina", description="<i>", rating=rating, date="2025-01-01"
        )

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "3.7" in text
    assert re.findall("[★☆]+", text) == ["★★★★☆", "★★★★★", "★★★★☆", "★★☆☆☆"]
    assert "&lt;i&gt;" in text


def test_a_sold_out_product_cannot_be_put_into_the_cart(client, db):
    product = make_product(inventory=0)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "Sold out" in text
    assert "/cart/add/" not in text


def test_a_missing_product_is_a_404_with_ways_on(client, db):
    answer = client.get("/products/999999999999999999999999/")

    assert answer.status_code == 404
    assert 'class="button quiet" href="/products/"' in answer.content.decode()


def test_a_product_takes_four_queries_however_much_was_written(
    client, db, django_assert_num_queries
):
    product = make_product()
    for _ in range(12):
        Review.objects.create(
            product=product, name="Ina", description="Good", rating=5, date="2025-01-01"
        )

    with django_assert_num_queries(4):  # product, average, count of reviews, reviews
        client.get(f"/products/{product.pk}/")


# --- The cart --------------------------------------------------------------------------------


def test_the_first_thing_added_makes_a_cart_that_the_session_keeps(client, db):
    product = make_product()

    answer = client.post("/cart/add/", {"product_id": product.pk, "quantity": 2})

    line = CartItem.objects.get()
    assert answer["Location"] == "/cart/"
    assert (line.product, line.quantity) == (product, 2)
    assert client.session["cart_id"] == str(line.cart_id)


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


# --- Checkout --------------------------------------------------------------------------------


def test_checkout_asks_visitors_to_sign_in_and_come_back(client, db):
    answer = client.get("/checkout/")

    assert answer["Location"] == "/account/sign-in/?next=/checkout/"


def test_the_cart_survives_signing_in(client, ann):
    cart = keep_cart(client, {make_product(): 1})

    client.post("/account/sign-in/", {"username": "ann", "password": "correct-horse"})

    assert client.session["cart_id"] == str(cart.pk)


def test_placing_the_order_leads_to_it_and_forgets_the_cart(client, ann):
    client.force_login(ann)
    cart = keep_cart(client, {make_product(unit_price="8.99"): 2})
    shown = client.get("/checkout/").context["form"]["expected_total"].value()

    answer = client.post("/checkout/", {"expected_total": shown})

    order = Order.objects.get()
    assert answer["Location"] == f"/orders/{order.pk}/"
    assert (str(order.total), order.cart_id) == ("17.98", cart.pk)
    assert "cart_id" not in client.session


def test_a_total_that_has_changed_is_shown_before_anything_is_bought(client, ann):
    client.force_login(ann)
    product = make_product(unit_price="8.99")
    keep_cart(client, {product: 2})
    Product.objects.filter(pk=product.pk).update(unit_price="9.50")

    answer = client.post("/checkout/", {"expected_total": "17.98"})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Prices have changed" in text
    assert 'name="expected_total" value="19.00"' in text
    assert Order.objects.count() == 0


def test_what_is_short_is_named_and_nothing_is_bought(client, ann):
    client.force_login(ann)
    keep_cart(client, {make_product(inventory=1): 2, make_product(inventory=9): 2})
    total = client.get("/checkout/").context["form"]["expected_total"].value()

    answer = client.post("/checkout/", {"expected_total": total})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.count("Only 1 left") == 1
    assert "Only 9 left" not in text
    assert Order.objects.count() == 0


def test_an_empty_cart_cannot_be_ordered(client, ann):
    client.force_login(ann)
    keep_cart(client)

    answer = client.post("/checkout/", {"expected_total": "0.00"})

    assert answer.status_code == 409
    assert "The cart is empty." in answer.content.decode()
    assert Order.objects.count() == 0


def test_ordering_without_a_cart_is_refused(client, ann):
    client.force_login(ann)

    answer = client.post("/checkout/", {"expected_total": "0.00"})

    assert answer.status_code == 409


@pytest.mark.parametrize("total", ["", "abc", "-1", "NaN"])
def test_an_order_without_the_shown_total_is_not_placed(client, ann, total):
    client.force_login(ann)
    keep_cart(client, {make_product(): 1})

    answer = client.post("/checkout/", {"expected_total": total})

    assert answer["Location"] == "/checkout/"
    assert Order.objects.count() == 0


def test_sending_the_order_twice_leads_to_the_same_order(client, ann):
    client.force_login(ann)
    cart = keep_cart(client, {make_product(unit_price="8.99"): 1})
    client.post("/checkout/", {"expected_total": "8.99"})
    session = client.session
    session["cart_id"] = str(cart.pk)  # as a second request that began before the first ended
    session.save()

    answer = client.post("/checkout/", {"expected_total": "8.99"})

    assert answer["Location"] == f"/orders/{Order.objects.get().pk}/"
    assert "cart_id" not in client.session


# --- Orders ----------------------------------------------------------------------------------


def test_people_see_their_own_orders(client, ann, bob):
    mine = make_order(ann)
    make_order(bob)
    client.force_login(ann)

    answer = client.get("/orders/")

    assert answer.context["page"].rows == [mine]


def test_orders_come_twenty_a_page(client, ann):
    made = [make_order(ann, {make_product(): 1}).pk for _ in range(21)]
    client.force_login(ann)

    first = client.get("/orders/").context["page"]
    second = client.get("/orders/", {"before": first.older}).context["page"]

    assert [order.pk for order in first.rows] == made[:0:-1]
    assert [order.pk for order in second.rows] == made[:1]
    assert (first.is_top, second.is_top, second.older) == (True, False, "")


@pytest.mark.parametrize(
    "place",
    ["x", "~", "2025-01-01~5", "2025-13-01T00:00:00Z~5", "2025-01-01T00:00:00Z~x", "\x00~\x00"],
)
def test_a_place_that_cannot_be_read_is_the_top_of_the_list(client, ann, place):
    order = make_order(ann)
    client.force_login(ann)

    answer = client.get("/orders/", {"before": place})

    assert answer.context["page"].rows == [order]


def test_the_list_of_orders_takes_seven_queries_however_long_it_is(
    client, ann, django_assert_num_queries
):
    for _ in range(3):
        make_order(ann)
    client.force_login(ann)

    # session, user, user's permissions, groups' permissions, orders with buyers, and what is
    # unread: conversations, notifications
    with django_assert_num_queries(7):
        client.get("/orders/")


def test_an_order_takes_eight_queries_however_long_it_is(client, ann, django_assert_num_queries):
    order = make_order(ann, {make_product(): 1 for _ in range(4)})
    client.force_login(ann)

    # session, user, user's permissions, groups' permissions, order with buyer, lines with
    # products, and what is unread: conversations, notifications
    with django_assert_num_queries(8):
        client.get(f"/orders/{order.pk}/")


def test_an_order_shows_the_prices_agreed(client, ann):
    product = make_product(title="Kettle", unit_price="8.99")
    order = make_order(ann, {product: 2})
    Product.objects.filter(pk=product.pk).update(unit_price="99.00", title="Pot")
    client.force_login(ann)

    text = client.get(f"/orders/{order.pk}/").content.decode()

    assert "2 × 8.99 USD" in text  # noqa: RUF001 - the sign that people read
    assert "17.98 <small>USD</small>" in text
    assert "Not paid yet" in text
    assert "Kettle" in text


def test_a_strangers_order_and_a_missing_one_look_the_same(client, ann, charlie):
    order = make_order(ann)
    client.force_login(charlie)

    foreign, missing = client.get(f"/orders/{order.pk}/"), client.get("/orders/99999/")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert without_token(foreign) == without_token(missing)


def test_an_order_opens_its_one_conversation(client, ann, dora):
    order = make_order(ann)
    client.force_login(ann)

    first = client.post(f"/orders/{order.pk}/conversation/")
    second = client.post(f"/orders/{order.pk}/conversation/")

    conversation = Conversation.objects.get()
    assert first["Location"] == second["Location"] == f"/inbox/{conversation.pk}/"
    assert set(conversation.participants.all()) == {ann, dora}


def test_a_stranger_cannot_open_an_orders_conversation(client, ann, charlie):
    order = make_order(ann)
    client.force_login(charlie)

    answer = client.post(f"/orders/{order.pk}/conversation/")

    assert answer.status_code == 404
    assert Conversation.objects.count() == 0


def test_who_may_see_an_order_but_not_its_conversation_is_told_so(client, ann, dora):
    order = make_order(ann)
    root = User.objects.create_superuser("root", "root@example.com", "x", first_name="R")
    client.force_login(root)

    answer = client.post(f"/orders/{order.pk}/conversation/")

    assert answer["Location"] == f"/orders/{order.pk}/"
    assert notices(answer) == ["Only the buyer and Customer Service take part in it."]


def test_opening_a_conversation_by_hand_leads_to_the_order(client, ann):
    client.force_login(ann)

    assert client.get("/orders/5/conversation/")["Location"] == "/orders/5/"


def test_the_receipt_is_complete_without_html(ann):
    product = make_product(title="Salt & <pepper>", unit_price="8.99")
    order = make_order(ann, {product: 2})

    kinds["store.send_receipt"].run(order_id=order.pk)

    sent = mail.outbox[0]
    assert sent.subject == f"Your order {order.pk} at Tradepost"
    assert "2 x Salt & <pepper>, 8.99 USD: 17.98 USD\n" in sent.body
    assert "Total: 17.98 USD" in sent.body
    assert f"/orders/{order.pk}/" in sent.body
    assert "Salt &amp; &lt;pepper&gt;" in sent.alternatives[0][0]

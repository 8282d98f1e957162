"""From the cart to the order, and the orders, in the browser."""

import pytest

from tradepost.accounts.models import User
from tradepost.messaging.models import Conversation
from tradepost.store.models import Order, Product
from tradepost.store.tests.factories import make_order, make_product
from tradepost.store.tests.pages import keep_cart, notices, without_token

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

"""From the cart to the order, in the browser."""

from uuid import uuid4

import pytest

from tradepost.store.actions.customers import add_address
from tradepost.store.models import Address, Order, Product
from tradepost.store.tests.factories import make_product
from tradepost.store.tests.pages import keep_cart, notices


def test_checkout_asks_visitors_to_sign_in_and_come_back(client, db):
    answer = client.get("/checkout/")

    assert answer["Location"] == "/account/sign-in/?next=/checkout/"


def shown_order(client) -> dict[str, object]:
    """Return what the checkout sends when its button is pressed at once."""
    form = client.get("/checkout/").context["form"]
    return {field.name: field.value() for field in form}


def test_placing_the_order_leads_to_it_and_leaves_no_cart(client, ann):
    client.force_login(ann)
    cart = keep_cart(client, {make_product(unit_price="8.99"): 2})

    answer = client.post("/checkout/", shown_order(client))

    order = Order.objects.get()
    assert answer["Location"] == f"/orders/{order.pk}/"
    assert (str(order.total), order.cart_id) == ("17.98", cart.pk)
    assert client.get("/cart/").context["cart"] is None


def test_an_order_goes_to_the_first_address_unless_another_is_chosen(client, ann):
    client.force_login(ann)
    add_address(user=ann, street="Hafengasse 12", city="Bremen", zip="28195")
    add_address(user=ann, street="Long Lane 3", city="York")
    keep_cart(client, {make_product(): 1})

    client.post("/checkout/", shown_order(client))

    assert Order.objects.get().delivery_address == "Hafengasse 12, 28195 Bremen"


@pytest.mark.parametrize(("chosen", "kept"), [(1, "Long Lane 3, York"), (None, "")])
def test_an_order_goes_to_the_address_that_is_chosen(client, ann, chosen, kept):
    client.force_login(ann)
    add_address(user=ann, street="Hafengasse 12", city="Bremen", zip="28195")
    addresses = [None, add_address(user=ann, street="Long Lane 3", city="York").pk]
    keep_cart(client, {make_product(): 1})

    client.post("/checkout/", shown_order(client) | {"address": addresses[chosen or 0] or ""})

    assert Order.objects.get().delivery_address == kept


def test_somebody_elses_address_cannot_be_chosen(client, ann, bob):
    client.force_login(ann)
    foreign = add_address(user=bob, street="Long Lane 3", city="York")
    keep_cart(client, {make_product(): 1})

    answer = client.post("/checkout/", shown_order(client) | {"address": foreign.pk})

    assert notices(answer) == ["Please look at the order once more."]
    assert Order.objects.count() == 0


def test_a_new_address_for_the_order_leads_back_to_the_checkout_with_it(client, ann):
    client.force_login(ann)
    add_address(user=ann, street="Hafengasse 12", city="Bremen", zip="28195")
    keep_cart(client, {make_product(): 1})

    answer = client.post(
        "/account/addresses/", {"street": "Long Lane 3", "city": "York", "for_checkout": "1"}
    )

    new = Address.objects.get(city="York")
    assert answer["Location"] == f"/checkout/?address={new.pk}"
    form = client.get(answer["Location"]).context["form"]
    assert form["address"].value() == str(new.pk)


def test_somebody_elses_cart_cannot_be_ordered(client, ann, bob):
    client.force_login(bob)
    cart = keep_cart(client, {make_product(unit_price="8.99"): 1})
    client.force_login(ann)

    answer = client.post("/checkout/", {"expected_total": "8.99", "cart_id": str(cart.pk)})

    assert answer.status_code == 409
    assert Order.objects.count() == 0


def test_checkout_takes_eleven_queries_however_full_the_cart_is(
    client, ann, django_assert_num_queries
):
    client.force_login(ann)
    keep_cart(client, {make_product(): 1 for _ in range(5)})
    add_address(user=ann, street="Long Lane 3", city="York")

    # session, user, place in the feed, cart, lines with their products, lines that were lost,
    # pictures, addresses, addresses as choices, and what is unread: conversations, notifications
    with django_assert_num_queries(11):
        client.get("/checkout/")


def test_a_total_that_has_changed_is_shown_before_anything_is_bought(client, ann):
    client.force_login(ann)
    product = make_product(unit_price="8.99")
    keep_cart(client, {product: 2})
    shown = shown_order(client)
    Product.objects.filter(pk=product.pk).update(unit_price="9.50")

    answer = client.post("/checkout/", shown)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Prices have changed" in text
    assert 'name="expected_total" value="19.00"' in text
    assert Order.objects.count() == 0


def test_what_is_short_is_named_and_nothing_is_bought(client, ann):
    client.force_login(ann)
    keep_cart(client, {make_product(inventory=1): 2, make_product(inventory=9): 2})

    answer = client.post("/checkout/", shown_order(client))

    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.count("Only 1 left") == 1
    assert "Only 9 left" not in text
    assert Order.objects.count() == 0


def test_an_empty_cart_cannot_be_ordered(client, ann):
    client.force_login(ann)
    keep_cart(client)

    answer = client.post("/checkout/", shown_order(client))

    assert answer.status_code == 409
    assert "The cart is empty." in answer.content.decode()
    assert Order.objects.count() == 0


def test_ordering_without_a_cart_is_refused(client, ann):
    client.force_login(ann)

    answer = client.post("/checkout/", {"expected_total": "0.00", "cart_id": str(uuid4())})

    assert answer.status_code == 409
    assert Order.objects.count() == 0


@pytest.mark.parametrize("total", ["", "abc", "-1", "NaN"])
def test_an_order_without_the_shown_total_is_not_placed(client, ann, total):
    client.force_login(ann)
    keep_cart(client, {make_product(): 1})

    answer = client.post("/checkout/", shown_order(client) | {"expected_total": total})

    assert answer["Location"] == "/checkout/"
    assert Order.objects.count() == 0


def test_sending_the_order_twice_leads_to_the_same_order(client, ann):
    client.force_login(ann)
    keep_cart(client, {make_product(unit_price="8.99"): 1})
    shown = shown_order(client)
    client.post("/checkout/", shown)

    answer = client.post("/checkout/", shown)

    assert answer["Location"] == f"/orders/{Order.objects.get().pk}/"
    assert notices(answer)[-1] == "You have placed this order already."

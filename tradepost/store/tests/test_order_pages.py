"""Orders, in the browser: the list, one of them, and what is done to it."""

import re

import pytest
from django.contrib.auth.models import Permission

from tradepost.accounts.models import User
from tradepost.messaging.models import Conversation
from tradepost.store.actions.customers import add_address
from tradepost.store.actions.order_changes import set_payment_status
from tradepost.store.actions.orders import place_order
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_cart, make_order, make_product
from tradepost.store.tests.pages import notices, without_token

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


def test_the_list_of_orders_takes_eight_queries_however_long_it_is(
    client, ann, django_assert_num_queries
):
    for _ in range(3):
        make_order(ann)
    client.force_login(ann)

    # session, user, place in the feed, user's permissions, groups' permissions, orders with buyers,
    # and what is unread: conversations, notifications
    with django_assert_num_queries(8):
        client.get("/orders/")


def test_an_order_takes_twelve_queries_however_long_it_is(client, ann, django_assert_num_queries):
    order = make_order(ann, {make_product(): 1 for _ in range(4)})
    client.force_login(ann)

    # session, user, place in the feed, user's permissions, groups' permissions, order with buyer,
    # lines with products, pictures, what happened, payments, and what is unread: conversations,
    # notifications
    with django_assert_num_queries(12):
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


# --- What happens to an order ----------------------------------------------------------------


def test_the_buyer_is_asked_before_an_order_is_canceled(client, ann):
    order = make_order(ann)
    client.force_login(ann)

    answer = client.get(f"/orders/{order.pk}/cancel/")

    order.refresh_from_db()
    assert f"Cancel order {order.pk}?" in answer.content.decode()
    assert order.canceled_at is None


def test_the_buyer_cancels_an_order(client, ann):
    product = make_product(inventory=5)
    order = make_order(ann, {product: 2})
    client.force_login(ann)

    answer = client.post(f"/orders/{order.pk}/cancel/")

    order.refresh_from_db()
    product.refresh_from_db()
    assert answer["Location"] == f"/orders/{order.pk}/"
    assert order.canceled_at is not None
    assert product.inventory == 5


def test_a_canceled_order_says_so_and_offers_no_second_time(client, ann):
    order = make_order(ann)
    client.force_login(ann)
    client.post(f"/orders/{order.pk}/cancel/")

    text = client.get(f"/orders/{order.pk}/").content.decode()

    assert '<p class="chip warn">Canceled</p>' in text
    assert f"/orders/{order.pk}/cancel/" not in text
    assert client.get(f"/orders/{order.pk}/cancel/")["Location"] == f"/orders/{order.pk}/"


def test_a_paid_order_is_not_canceled(client, ann, dora):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=dora)
    client.force_login(ann)

    answer = client.post(f"/orders/{order.pk}/cancel/")

    order.refresh_from_db()
    assert order.canceled_at is None
    assert notices(answer) == ["Only orders that are neither paid nor canceled can be canceled."]


@pytest.mark.parametrize("deed", ["cancel", "payment"])
def test_a_strangers_order_is_not_there_to_be_changed(client, ann, charlie, deed):
    order = make_order(ann)
    client.force_login(charlie)

    answer = client.post(f"/orders/{order.pk}/{deed}/", {"payment_status": "C"})

    order.refresh_from_db()
    assert answer.status_code == 404
    assert (order.canceled_at, order.payment_status) == (None, "P")


def allow(user: User, *names: str) -> User:
    """Give the user these permissions of the shop."""
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def test_staff_marks_an_order_as_paid(client, ann, bob):
    order = make_order(ann)
    client.force_login(allow(bob, "view_order", "change_order"))

    client.post(f"/orders/{order.pk}/payment/", {"payment_status": "C"})

    order.refresh_from_db()
    assert order.payment_status == "C"


def test_staff_is_offered_what_may_come_next(client, ann, bob):
    order = make_order(ann)
    client.force_login(allow(bob, "view_order", "change_order"))
    set_payment_status(order_id=order.pk, status="F", actor=bob)

    answer = client.get(f"/orders/{order.pk}/")

    assert answer.context["next_statuses"] == [
        ("C", "Mark as paid"), ("P", "Wait for the payment again"),
    ]  # fmt: skip
    assert answer.context["may_cancel"] is False


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("P", "The payment status cannot change in this way."),
        ("X", "Please choose one of the buttons."),
        ("", "Please choose one of the buttons."),
    ],
)
def test_a_payment_that_cannot_be_is_refused_with_a_reason(client, ann, bob, status, said):
    order = make_order(ann)
    client.force_login(allow(bob, "view_order", "change_order"))
    set_payment_status(order_id=order.pk, status="C", actor=bob)

    answer = client.post(f"/orders/{order.pk}/payment/", {"payment_status": status})

    order.refresh_from_db()
    assert notices(answer) == [said]
    assert order.payment_status == "C"


def test_the_buyer_cannot_mark_an_order_as_paid(client, ann):
    order = make_order(ann)
    client.force_login(ann)

    answer = client.post(f"/orders/{order.pk}/payment/", {"payment_status": "C"})

    order.refresh_from_db()
    assert answer.status_code == 403
    assert order.payment_status == "P"
    assert f"/orders/{order.pk}/payment/" not in client.get(f"/orders/{order.pk}/").content.decode()


def test_an_order_tells_what_happened_and_to_staff_by_whom(client, ann, bob):
    order = make_order(ann)
    client.force_login(allow(bob, "view_order", "change_order"))
    set_payment_status(order_id=order.pk, status="C", actor=bob)

    text = client.get(f"/orders/{order.pk}/").content.decode()

    assert re.findall(r"<p>(\w+) <span class=\"hint\">· ([\w ]+)</span></p>", text) == [
        ("Placed", "Ann Example"), ("Paid", "Bob Example"),
    ]  # fmt: skip


def test_the_buyer_sees_what_happened_without_names(client, ann, bob):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=bob)
    client.force_login(ann)

    text = client.get(f"/orders/{order.pk}/").content.decode()

    assert [moment.kind for moment in client.get(f"/orders/{order.pk}/").context["timeline"]] == [
        "placed", "paid",
    ]  # fmt: skip
    assert "Bob" not in text


def test_an_order_shows_where_it_goes_and_links_its_invoice(client, ann):
    address = add_address(user=ann, street="Long Lane 3", city="York")
    cart = make_cart({make_product(): 1})
    order = place_order(buyer=ann, cart_id=cart.pk, address_id=address.pk)
    client.force_login(ann)

    text = client.get(f"/orders/{order.pk}/").content.decode()

    assert "Long Lane 3, York" in text
    assert f'href="/api/v1/store/orders/{order.pk}/invoice/"' in text

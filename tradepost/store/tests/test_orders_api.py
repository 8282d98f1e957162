"""Orders as clients meet them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from time_machine import travel

from tradepost.kit.models import Stamp
from tradepost.kit.stamps import SHARDS
from tradepost.store.actions.customers import add_address
from tradepost.store.actions.order_changes import set_payment_status
from tradepost.store.actions.products import delete_product
from tradepost.store.models import Cart, Customer, Order, OrderItem, Product
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_cart, make_order, make_product

ORDERS = "/api/v1/store/orders/"
UNKNOWN = "7b1f6f0e-6a3c-4a39-9a3c-2f0d2f2f3c11"

pytestmark = pytest.mark.django_db


def address(order: Order) -> str:
    return f"{ORDERS}{order.pk}/"


def body(cart: Cart, **more: object) -> dict[str, object]:
    return {"cart_id": str(cart.pk), **more}


def permit(user, codename: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=codename))


# --- Placing one -------------------------------------------------------------------------------


def test_an_order_answers_201_with_the_whole_order_and_its_address(api, ann):
    tea = make_product(title="Tea", unit_price="8.99")
    cart = make_cart({tea: 2})

    answer = api(ann).post(ORDERS, body(cart, expected_total="17.98"))

    assert answer.status_code == 201
    order = Order.objects.get()
    assert answer["Location"] == f"http://testserver{address(order)}"
    assert answer.json() == {
        "id": order.pk,
        "customer": order.customer_id,
        "placed_at": order.placed_at.isoformat().replace("+00:00", "Z"),
        "payment_status": "P",
        "items": [
            {
                "id": order.items.get().pk,
                "product": {"id": tea.pk, "title": "Tea", "unit_price": 8.99},
                "unit_price": 8.99,
                "quantity": 2,
                "title": "Tea",
            }
        ],
        "total": 17.98,
        "canceled_at": None,
        "delivery_address": "",
    }
    assert order.customer.user == ann


def test_orders_have_addresses_with_a_name():
    assert reverse("orders-list") == ORDERS
    assert reverse("orders-detail", kwargs={"pk": 3}) == f"{ORDERS}3/"


def test_what_was_ordered_is_no_longer_a_cart(api, ann):
    cart = make_cart({make_product(): 1})

    placed = api(ann).post(ORDERS, body(cart)).json()
    again = api(ann).post(ORDERS, body(cart))

    assert (again.status_code, again.json()["code"]) == (409, "cart_already_ordered")
    assert again.json()["order"] == placed["id"]
    assert api(ann).get(f"/api/v1/store/carts/{cart.pk}/").status_code == 404
    assert Order.objects.count() == 1


def test_a_visitor_cannot_order_or_see_orders(api):
    cart = make_cart({make_product(): 1})

    refused = api().post(ORDERS, body(cart))

    assert refused.status_code == 401
    sentence = "Authentication credentials were not provided."
    assert refused.json()["detail"] == sentence
    assert api().get(ORDERS).status_code == 401
    assert Cart.objects.filter(pk=cart.pk).exists()


def test_an_order_of_an_unknown_cart_is_400_with_a_sentence(api, ann):
    answer = api(ann).post(ORDERS, {"cart_id": UNKNOWN})

    assert answer.status_code == 400
    assert answer.json() == {"cart_id": ["No cart with the given ID was found."]}


@pytest.mark.parametrize("cart_id", ["invalid-cart-id", None, 5])
def test_what_is_no_id_of_a_cart_is_400_on_the_field(api, ann, cart_id):
    answer = api(ann).post(ORDERS, {"cart_id": cart_id})

    assert answer.status_code == 400
    assert set(answer.json()) == {"cart_id"}


def test_an_order_of_an_empty_cart_is_400(api, ann):
    cart = make_cart()

    answer = api(ann).post(ORDERS, body(cart))

    assert answer.status_code == 400
    assert answer.json() == {"cart_id": ["The cart is empty."]}
    assert not Order.objects.exists()
    assert Cart.objects.get() == cart


def test_a_changed_total_is_409_with_the_new_one(api, ann):
    cart = make_cart({make_product(unit_price="10.00"): 1})

    answer = api(ann).post(ORDERS, body(cart, expected_total="9.00"))

    assert answer.status_code == 409
    assert answer.json()["code"] == "total_changed"
    assert answer.json()["total"] == 10.0
    assert not Order.objects.exists()


def test_what_is_short_is_409_with_what_is_left(api, ann):
    tea = make_product(inventory=2)

    answer = api(ann).post(ORDERS, body(make_cart({tea: 3})))

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["short"]) == ("out_of_stock", {str(tea.pk): 2})
    assert not Order.objects.exists()


def test_a_cart_that_lost_a_line_needs_the_total_that_was_shown(api, ann):
    tea, cup = make_product(), make_product(unit_price="5.00")
    cart = make_cart({tea: 1, cup: 1})
    delete_product(product_id=tea.pk)

    unaware = api(ann).post(ORDERS, body(cart))
    assert (unaware.status_code, unaware.json()["code"]) == (409, "cart_changed")
    assert not Order.objects.exists()

    assert api(ann).post(ORDERS, body(cart, expected_total="5.00")).status_code == 201


def test_an_order_keeps_the_address_it_was_sent_to(api, ann):
    home = add_address(user=ann, street="Hill Street 1", city="Bath", zip="BA1")

    placed = api(ann).post(ORDERS, body(make_cart({make_product(): 1}), address_id=home.pk)).json()
    home.delete()

    assert placed["delivery_address"] == "Hill Street 1, BA1 Bath"
    shown = api(ann).get(f"{ORDERS}{placed['id']}/").json()
    assert shown["delivery_address"] == "Hill Street 1, BA1 Bath"


def test_somebody_elses_address_is_400_as_an_unknown_one(api, ann, bob):
    theirs = add_address(user=bob, street="Lane 2", city="Bath")
    cart = make_cart({make_product(): 1})

    for address_id in (theirs.pk, theirs.pk + 1):
        answer = api(ann).post(ORDERS, body(cart, address_id=address_id))

        assert answer.status_code == 400
        assert answer.json() == {"address_id": ["You have no address with the given ID."]}
    assert not Order.objects.exists()


FEED = {
    "postgresql": ["feed"],
    "sqlite": ["counters", "events", "pointers"],
    "mysql": ["counters there", "counters, locked", "counters", "events", "pointers"],
}


@pytest.mark.parametrize("lines", [5, 50])
def test_a_checkout_takes_as_many_queries_for_fifty_lines_as_for_five(
    api, ann, dora, django_assert_num_queries, lines
):
    products = [make_product() for _ in range(lines)]
    cart = make_cart(dict.fromkeys(products, 1))
    Stamp.objects.bulk_create(Stamp(name=CATALOGUE, shard=n) for n in range(SHARDS))
    client = api(ann)
    expected = [
        "begin",
        "cart, locked", "its lines", "dropped lines",
        "products, locked", "stock", "job for low stock",
        "customer", "order", "order lines",
        "its lines, away", "dropped lines, away", "cart, away",
        "job for the receipt", "the desk", "notification of the desk",
        *FEED[connection.vendor],
        "stamp",
        "commit",
    ]  # fmt: skip

    with django_assert_num_queries(len(expected)):
        answer = client.post(ORDERS, body(cart))

    assert len(answer.json()["items"]) == lines


# --- Seeing them -------------------------------------------------------------------------------


def test_an_order_keeps_its_price_and_shows_the_products_present_one(api, ann):
    order = make_order(ann, {make_product(unit_price="8.99"): 2})
    Product.objects.update(unit_price=Decimal("9.99"))

    shown = api(ann).get(address(order)).json()

    [line] = shown["items"]
    assert (line["unit_price"], line["product"]["unit_price"]) == (8.99, 9.99)
    assert shown["total"] == 17.98


def test_strangers_see_the_same_404_for_an_order_as_for_none(api, ann, charlie):
    order = make_order(ann)

    for there in (ORDERS + "{}/", ORDERS + "{}/timeline/"):
        theirs = api(charlie).get(there.format(order.pk))
        nothing = api(charlie).get(there.format(order.pk + 1))
        assert theirs.status_code == nothing.status_code == 404
        assert theirs.content == nothing.content
    assert api(charlie).get(ORDERS).json()["results"] == []
    assert api(charlie).post(f"{address(order)}conversation/").status_code == 404


def test_ones_own_orders_are_listed_newest_first(api, ann, bob):
    first, second = make_order(ann), make_order(ann)
    make_order(bob)

    rows = api(ann).get(ORDERS).json()["results"]

    assert [row["id"] for row in rows] == [second.pk, first.pk]
    assert [len(row["items"]) for row in rows] == [1, 1]


def test_whoever_may_view_orders_sees_all_of_them(api, ann, bob, dora):
    order = make_order(ann)
    assert api(bob).get(address(order)).status_code == 404

    permit(bob, "view_order")
    bob = type(bob).objects.get(pk=bob.pk)

    for seeing in (bob, dora):
        assert [row["id"] for row in api(seeing).get(ORDERS).json()["results"]] == [order.pk]
        assert api(seeing).get(address(order)).status_code == 200


def test_the_staff_flag_alone_shows_nobody_elses_orders(api, ann, charlie):
    order = make_order(ann)
    charlie.is_staff = True
    charlie.save()

    assert api(charlie).get(address(order)).status_code == 404


def test_a_user_without_a_customer_record_has_no_orders_and_gets_none_by_looking(api, ann):
    Customer.objects.all().delete()

    assert api(ann).get(ORDERS).json()["results"] == []
    assert not Customer.objects.exists()


@pytest.mark.parametrize("orders", [1, 5])
def test_the_order_list_takes_two_queries_however_long_it_is(
    api, ann, django_assert_num_queries, orders
):
    for _ in range(orders):
        make_order(ann, {make_product(): 1, make_product(): 2})
    client = api(ann)
    ann.get_all_permissions()  # kept on the object, as within one request

    with django_assert_num_queries(2):  # orders, lines with products
        assert len(client.get(ORDERS).json()["results"]) == orders


def test_a_following_page_of_orders_takes_two_queries_too(api, ann, django_assert_num_queries):
    for _ in range(25):
        make_order(ann)
    client = api(ann)
    ann.get_all_permissions()
    following = client.get(ORDERS).json()["next"]

    # orders, on MariaDB those of the same moment first; lines with products
    with django_assert_num_queries(3 if connection.vendor == "mysql" else 2):
        assert len(client.get(following).json()["results"]) == 5


def test_an_order_takes_two_queries(api, ann, django_assert_num_queries):
    order = make_order(ann, {make_product(): 1, make_product(): 2})
    ann.get_all_permissions()

    with django_assert_num_queries(2):  # order, lines with products
        api(ann).get(address(order))


def test_pages_of_orders_go_on_where_the_last_one_ended(api, ann):
    orders = [make_order(ann) for _ in range(21)]

    first = api(ann).get(ORDERS).json()
    second = api(ann).get(first["next"]).json()

    shown = [row["id"] for page in (first, second) for row in page["results"]]
    assert shown == [order.pk for order in reversed(orders)]
    assert second["next"] is None


def test_the_conversation_about_an_order_is_one(api, ann, dora):
    order = make_order(ann)

    first = api(ann).post(f"{address(order)}conversation/").json()
    second = api(dora).post(f"{address(order)}conversation/").json()

    assert first["conversation_id"] == second["conversation_id"]
    assert first["subject"] == {"type": "order", "id": str(order.pk)}
    assert [p["username"] for p in first["participants"]] == ["ann", "dora"]


# --- The timeline ------------------------------------------------------------------------------


@travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False)
def test_the_timeline_says_what_happened_when_and_by_whom(api, ann, dora):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="F", actor=dora)
    api(ann).post(f"{address(order)}cancel/")

    told = api(ann).get(f"{address(order)}timeline/").json()

    at = "2026-05-01T12:00:00Z"
    by_ann = {"id": str(ann.pk), "name": "Ann Example"}
    by_dora = {"id": str(dora.pk), "name": "Dora Example"}
    assert told == [
        {"kind": "placed", "at": at, "actor": by_ann, "amount": None},
        {"kind": "payment_failed", "at": at, "actor": by_dora, "amount": None},
        {"kind": "canceled", "at": at, "actor": by_ann, "amount": None},
    ]
    assert api(dora).get(f"{address(order)}timeline/").json() == told


def test_the_timeline_goes_on_when_an_account_is_gone(api, ann, bob):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=bob)
    bob.delete()

    told = api(ann).get(f"{address(order)}timeline/").json()

    assert [(moment["kind"], moment["actor"] is None) for moment in told] == [
        ("placed", False),
        ("paid", True),
    ]


@pytest.mark.parametrize("changes", [1, 5])
def test_the_timeline_takes_two_queries_however_long_it_is(
    api, ann, dora, django_assert_num_queries, changes
):
    order = make_order(ann)
    for number in range(changes):
        set_payment_status(order_id=order.pk, status="FP"[number % 2], actor=dora)
    ann.get_all_permissions()

    with django_assert_num_queries(2):  # order with its buyer, events with their actors
        assert len(api(ann).get(f"{address(order)}timeline/").json()) == changes + 1


# --- The back office ---------------------------------------------------------------------------


def test_the_payment_status_changes_and_the_answer_is_the_order(api, ann, dora):
    order = make_order(ann)

    answer = api(dora).patch(address(order), {"payment_status": "C"})

    assert answer.status_code == 200
    assert answer.json() == api(ann).get(address(order)).json()
    assert answer.json()["payment_status"] == "C"
    assert answer.json()["items"] != []


@pytest.mark.parametrize("field", ["customer", "items", "placed_at", "total", "id", "weather"])
def test_nothing_but_the_payment_status_can_be_changed(api, ann, dora, field):
    order = make_order(ann)

    answer = api(dora).patch(address(order), {"payment_status": "C", field: 1})

    assert answer.status_code == 400
    assert answer.json() == {field: ["This field cannot be modified."]}
    order.refresh_from_db()
    assert order.payment_status == "P"


def test_every_field_that_cannot_be_changed_is_named(api, ann, dora):
    answer = api(dora).patch(address(make_order(ann)), {"customer": 1, "placed_at": "now"})

    assert answer.status_code == 400
    assert set(answer.json()) == {"customer", "placed_at"}


@pytest.mark.parametrize("body", [{"payment_status": "X"}, {"payment_status": None}, {}, ["C"]])
def test_an_unknown_payment_status_is_400(api, ann, dora, body):
    order = make_order(ann)

    assert api(dora).patch(address(order), body).status_code == 400
    order.refresh_from_db()
    assert order.payment_status == "P"


def test_what_is_paid_stays_paid(api, ann, dora):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=dora)

    answer = api(dora).patch(address(order), {"payment_status": "P"})

    assert (answer.status_code, answer.json()["code"]) == (409, "transition_refused")
    assert Order.objects.get().payment_status == "C"


def test_an_unpaid_order_can_be_deleted_and_its_goods_are_back(api, ann, dora):
    tea = make_product(inventory=10)
    order = make_order(ann, {tea: 3})

    answer = api(dora).delete(address(order))

    assert (answer.status_code, answer.content) == (204, b"")
    assert not OrderItem.objects.exists()
    tea.refresh_from_db()
    assert tea.inventory == 10


def test_a_paid_order_cannot_be_deleted(api, ann, dora):
    order = make_order(ann)
    set_payment_status(order_id=order.pk, status="C", actor=dora)

    answer = api(dora).delete(address(order))

    assert (answer.status_code, answer.json()["code"]) == (409, "order_paid")
    assert Order.objects.count() == 1


def test_who_may_not_change_orders_is_told_so_whether_there_is_one_or_not(api, ann, charlie):
    order = make_order(ann)

    sentence = "You do not have permission to perform this action."
    for user in (ann, charlie):
        for there in (address(order), f"{ORDERS}{order.pk + 1}/"):
            for refused in (
                api(user).patch(there, {"payment_status": "C"}),
                api(user).delete(there),
            ):
                assert refused.status_code == 403
                assert refused.json()["detail"] == sentence
    assert Order.objects.get().payment_status == "P"


def test_missing_orders_are_404_in_the_back_office(api, dora):
    assert api(dora).patch(f"{ORDERS}1/", {"payment_status": "C"}).status_code == 404
    assert api(dora).delete(f"{ORDERS}1/").status_code == 404


def test_put_is_not_allowed(api, ann, dora):
    order = make_order(ann)

    for user in (ann, dora):
        answer = api(user).put(address(order), {"payment_status": "C"})
        assert answer.status_code == 405
        assert answer.json()["detail"] == 'Method "PUT" not allowed.'
    assert Order.objects.get().payment_status == "P"


def test_methods_can_be_discovered(api, ann):
    order = make_order(ann)

    assert api(ann).head(address(order)).status_code == 200
    assert api(ann).head(ORDERS).status_code == 200
    allowed = api(ann).options(address(order))
    assert allowed.status_code == 200
    assert allowed["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    assert api(ann).options(ORDERS)["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert api().options(ORDERS).status_code == 401


# --- Canceling ---------------------------------------------------------------------------------


@travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False)
def test_the_buyer_cancels_an_unpaid_order(api, ann):
    tea = make_product(inventory=10)
    order = make_order(ann, {tea: 3})

    answer = api(ann).post(f"{address(order)}cancel/")

    assert answer.status_code == 200
    assert answer.json()["canceled_at"] == "2026-05-01T12:00:00Z"
    assert answer.json() == api(ann).get(address(order)).json()
    tea.refresh_from_db()
    assert tea.inventory == 10


def test_holders_of_the_permission_cancel_any_order(api, ann, bob):
    order = make_order(ann)
    permit(bob, "cancel_order")

    answer = api(type(bob).objects.get(pk=bob.pk)).post(f"{address(order)}cancel/")

    assert answer.status_code == 200
    assert Order.objects.get().canceled_at is not None


def test_others_cannot_cancel_what_they_do_not_see(api, ann, charlie):
    order = make_order(ann)

    assert api(charlie).post(f"{address(order)}cancel/").status_code == 404
    assert api(charlie).post(f"{ORDERS}{order.pk + 1}/cancel/").status_code == 404
    assert api().post(f"{address(order)}cancel/").status_code == 401
    assert Order.objects.get().canceled_at is None


def test_seeing_an_order_is_not_enough_to_cancel_it(api, ann, bob):
    order = make_order(ann)
    permit(bob, "view_order")

    answer = api(type(bob).objects.get(pk=bob.pk)).post(f"{address(order)}cancel/")

    assert answer.status_code == 403
    assert Order.objects.get().canceled_at is None


@pytest.mark.parametrize("before", ["paid", "canceled"])
def test_paid_and_canceled_orders_cannot_be_canceled(api, ann, dora, before):
    order = make_order(ann)
    if before == "paid":
        set_payment_status(order_id=order.pk, status="C", actor=dora)
    else:
        api(ann).post(f"{address(order)}cancel/")

    answer = api(ann).post(f"{address(order)}cancel/")

    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_open")

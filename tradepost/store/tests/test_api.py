"""The shop's API as clients meet it."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tradepost.kit.http.json import encode
from tradepost.store.actions import carts
from tradepost.store.models import Cart, CartItem, Order, Product
from tradepost.store.serializers.catalogue import ProductOutput
from tradepost.store.tests.factories import make_cart, make_collection, make_order, make_product

PRODUCTS = "/api/v1/store/products/"
CARTS = "/api/v1/store/carts/"
ORDERS = "/api/v1/store/orders/"

pytestmark = pytest.mark.django_db


def titles(response) -> list[str]:
    return [row["title"] for row in response.json()["results"]]


# --- Catalogue ---------------------------------------------------------------------------------


def test_the_list_is_paged_by_ten_with_a_count(api):
    for n in range(11):
        make_product(title=f"Tea {n:02}")

    first = api().get(PRODUCTS).json()
    second = api().get(PRODUCTS, {"page": 2}).json()

    assert first["count"] == 11
    assert len(first["results"]) == 10
    assert first["next"].endswith("/api/v1/store/products/?page=2")
    assert [row["title"] for row in second["results"]] == ["Tea 10"]
    assert second["next"] is None


@pytest.mark.parametrize("price", ["1.00", "10.00", "8.99", "9999.99"])
def test_the_fast_forms_are_the_serializers_byte_for_byte(api, price):
    product = make_product(unit_price=price, description="für “alle”", brand="Ōkami")
    product = Product.objects.get(pk=product.pk)
    contract = encode(ProductOutput(product).data)

    one = api().get(f"{PRODUCTS}{product.pk}/").content
    many = api().get(PRODUCTS).content

    assert one == contract
    assert many == b'{"count":1,"next":null,"previous":null,"results":[' + contract + b"]}"


def test_money_is_a_number_with_two_decimals(api):
    product = make_product(unit_price="10.00")

    shown = api().get(f"{PRODUCTS}{product.pk}/").content

    assert b'"unit_price":10.00,"price_with_tax":11.00' in shown


def test_the_list_takes_three_queries_however_long_it_is(api, django_assert_num_queries):
    for _ in range(10):
        make_product()

    with django_assert_num_queries(3):  # stamp, count, rows
        api().get(PRODUCTS)
    with django_assert_num_queries(1):  # stamp
        api().get(PRODUCTS)


def test_a_product_takes_two_queries(api, django_assert_num_queries):
    product = make_product()

    with django_assert_num_queries(2):  # stamp, row
        api().get(f"{PRODUCTS}{product.pk}/")


def test_an_order_shows_in_the_catalogue_at_once(api, ann):
    tea = make_product(inventory=5)
    assert api().get(f"{PRODUCTS}{tea.pk}/").json()["inventory"] == 5

    make_order(ann, {tea: 2})

    assert api().get(f"{PRODUCTS}{tea.pk}/").json()["inventory"] == 3


def test_filters_narrow_strictly_and_combine(api):
    tea, cups = make_collection("Tea"), make_collection("Cups")
    make_product(title="A", unit_price="5.00", collection=tea)
    make_product(title="B", unit_price="7.00", collection=tea)
    make_product(title="C", unit_price="7.00", collection=cups)

    assert titles(api().get(PRODUCTS, {"collection_id": tea.pk})) == ["A", "B"]
    assert titles(api().get(PRODUCTS, {"unit_price__gt": "5"})) == ["B", "C"]
    assert titles(api().get(PRODUCTS, {"unit_price__lt": "7"})) == ["A"]
    both = {"collection_id": tea.pk, "unit_price__gt": "5.00"}
    assert titles(api().get(PRODUCTS, both)) == ["B"]


def test_search_needs_every_word_somewhere_in_title_description_or_collection(api):
    make_product(title="Green tea", description="from the hills")
    make_product(title="Green cup", collection=make_collection("Cups"))

    assert titles(api().get(PRODUCTS, {"search": "GREEN hills"})) == ["Green tea"]
    assert titles(api().get(PRODUCTS, {"search": "green cups"})) == ["Green cup"]


def test_ordering_by_price_and_title(api):
    make_product(title="B", unit_price="5.00")
    make_product(title="A", unit_price="5.00")
    make_product(title="C", unit_price="4.00")

    assert titles(api().get(PRODUCTS, {"ordering": "unit_price,title"})) == ["C", "A", "B"]
    assert titles(api().get(PRODUCTS, {"ordering": "-unit_price,-title"})) == ["B", "A", "C"]


@pytest.mark.parametrize(
    "bad", [{"collection_id": "x"}, {"unit_price__gt": "x"}, {"unit_price__lt": "1.001"}]
)
def test_bad_filter_values_are_400(api, bad):
    make_product()

    assert api().get(PRODUCTS, bad).status_code == 400


def test_an_unknown_product_is_404(api):
    answer = api().get(f"{PRODUCTS}999/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_collections_show_the_number_of_their_products(api):
    make_product(collection=make_collection("Tea"))
    empty = make_collection("Cups")

    shown = api().get("/api/v1/store/collections/").json()

    assert shown[0] == {"id": empty.pk, "title": "Cups", "products_count": 0}
    assert [row["products_count"] for row in shown] == [0, 1]


# --- Carts -------------------------------------------------------------------------------------


def test_a_new_cart_is_empty_and_has_a_random_id(api):
    answer = api().post(CARTS, {"id": "mine", "items": [1]})

    assert answer.status_code == 201
    cart = Cart.objects.get()
    assert cart.pk.version == 4
    assert answer.content == (f'{{"id":"{cart.pk}","items":[],"total_price":0.00}}').encode()


def test_there_is_no_list_of_carts_and_nothing_to_change(api):
    cart = make_cart()

    assert api().get(CARTS).status_code == 405
    assert api().put(f"{CARTS}{cart.pk}/", {}).status_code == 405
    assert api().patch(f"{CARTS}{cart.pk}/", {}).status_code == 405


def test_adding_a_product_again_raises_the_quantity_of_its_line(api):
    tea = make_product()
    cart = make_cart()
    items = f"{CARTS}{cart.pk}/items/"

    first = api().post(items, {"product_id": tea.pk, "quantity": 10})
    second = api().post(items, {"product_id": tea.pk, "quantity": 10})

    assert first.status_code == second.status_code == 201
    assert second.json() == {"id": first.json()["id"], "product_id": tea.pk, "quantity": 20}


def test_a_cart_shows_lines_and_totals_in_two_queries(api, django_assert_num_queries):
    tea, cup = make_product(unit_price="8.99"), make_product(unit_price="25.00")
    cart = make_cart({tea: 2, cup: 1})

    with django_assert_num_queries(2):  # cart, lines with products
        shown = api().get(f"{CARTS}{cart.pk}/").json()

    assert [line["total_price"] for line in shown["items"]] == [17.98, 25.00]
    assert shown["total_price"] == 42.98
    assert set(shown["items"][0]["product"]) == {"id", "title", "unit_price"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"product_id": 999, "quantity": 1}, "product_id"),
        ({"product_id": 1, "quantity": 0}, "quantity"),
        ({"product_id": 1, "quantity": 40000}, "quantity"),
        ({"quantity": 1}, "product_id"),
        ({}, "quantity"),
    ],
)
def test_a_bad_line_is_400_on_its_field(api, line, field):
    cart = make_cart()

    answer = api().post(f"{CARTS}{cart.pk}/items/", line)

    assert answer.status_code == 400
    assert field in answer.json()
    assert not CartItem.objects.exists()


def test_a_line_cannot_outgrow_its_column(api):
    tea = make_product()
    cart = make_cart({tea: 32767})

    answer = api().post(f"{CARTS}{cart.pk}/items/", {"product_id": tea.pk, "quantity": 1})

    assert answer.status_code == 400
    assert CartItem.objects.get().quantity == 32767


def test_a_cart_holds_a_limited_number_of_products(api, monkeypatch):
    monkeypatch.setattr(carts, "MOST_LINES", 2)
    first, second, third = (make_product() for _ in range(3))
    cart = make_cart({first: 1, second: 1})
    items = f"{CARTS}{cart.pk}/items/"

    more = api().post(items, {"product_id": first.pk, "quantity": 1})
    another = api().post(items, {"product_id": third.pk, "quantity": 1})

    assert more.status_code == 201
    assert (another.status_code, set(another.json())) == (400, {"product_id"})
    assert cart.items.count() == 2


def test_patch_replaces_the_quantity(api):
    cart = make_cart({make_product(): 20})
    item = cart.items.get()

    answer = api().patch(f"{CARTS}{cart.pk}/items/{item.pk}/", {"quantity": 3})

    assert answer.status_code == 200
    assert answer.json() == {"id": item.pk, "product_id": item.product_id, "quantity": 3}


def test_put_on_a_line_is_not_allowed_and_options_are(api):
    cart = make_cart({make_product(): 1})
    line = f"{CARTS}{cart.pk}/items/{cart.items.get().pk}/"

    assert api().put(line, {"quantity": 3}).status_code == 405
    assert api().options(line).status_code == 200


def test_removing_a_line_and_a_cart(api):
    cart = make_cart({make_product(): 1})
    line = f"{CARTS}{cart.pk}/items/{cart.items.get().pk}/"

    assert api().delete(line).status_code == 204
    assert api().get(line).status_code == 404
    assert api().delete(f"{CARTS}{cart.pk}/").status_code == 204
    assert api().get(f"{CARTS}{cart.pk}/").status_code == 404


@pytest.mark.parametrize("cart_id", ["7b1f6f0e-6a3c-4a39-9a3c-2f0d2f2f3c11", "not-a-uuid", "1"])
def test_the_lines_of_an_unknown_cart_are_404(api, cart_id):
    line = {"product_id": make_product().pk, "quantity": 1}

    assert api().get(f"{CARTS}{cart_id}/items/").status_code == 404
    assert api().post(f"{CARTS}{cart_id}/items/", line).status_code == 404
    assert api().get(f"{CARTS}{cart_id}/").status_code == 404


def test_a_line_of_another_cart_is_404(api):
    mine, other = make_cart({make_product(): 1}), make_cart({make_product(): 1})
    line = f"{CARTS}{mine.pk}/items/{other.items.get().pk}/"

    assert api().get(line).status_code == 404
    assert api().patch(line, {"quantity": 3}).status_code == 404
    assert api().delete(line).status_code == 404
    assert other.items.get().quantity == 1


# --- Orders ------------------------------------------------------------------------------------


def test_an_order_answers_201_with_the_whole_order_and_its_address(api, ann):
    tea = make_product(title="Tea", unit_price="8.99")
    cart = make_cart({tea: 2})

    answer = api(ann).post(ORDERS, {"cart_id": str(cart.pk), "expected_total": "17.98"})

    assert answer.status_code == 201
    order = Order.objects.get()
    assert answer["Location"] == f"http://testserver{ORDERS}{order.pk}/"
    assert answer.json() == {
        "id": order.pk,
        "customer": order.customer_id,
        "placed_at": order.placed_at.isoformat().replace("+00:00", "Z"),
        "payment_status": "P",
        "total": 17.98,
        "items": [
            {
                "id": order.items.get().pk,
                "product": {"id": tea.pk, "title": "Tea", "unit_price": 8.99},
                "title": "Tea",
                "unit_price": 8.99,
                "quantity": 2,
            }
        ],
    }


def test_a_visitor_cannot_order_or_see_orders(api):
    cart = make_cart({make_product(): 1})

    assert api().post(ORDERS, {"cart_id": str(cart.pk)}).status_code == 401
    assert api().get(ORDERS).status_code == 401


@pytest.mark.parametrize("cart_id", ["7b1f6f0e-6a3c-4a39-9a3c-2f0d2f2f3c11", "invalid-cart-id", None])
def test_an_order_of_no_cart_is_400_on_the_field(api, ann, cart_id):
    answer = api(ann).post(ORDERS, {"cart_id": cart_id})

    assert answer.status_code == 400
    assert set(answer.json()) == {"cart_id"}


def test_an_order_of_an_empty_cart_is_400(api, ann):
    answer = api(ann).post(ORDERS, {"cart_id": str(make_cart().pk)})

    assert answer.status_code == 400
    assert answer.json() == {"cart_id": ["The cart is empty."]}


def test_a_changed_total_is_409_with_the_new_one(api, ann):
    cart = make_cart({make_product(unit_price="10.00"): 1})

    answer = api(ann).post(ORDERS, {"cart_id": str(cart.pk), "expected_total": "9.00"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "total_changed"
    assert answer.json()["total"] == 10.0


def test_strangers_see_the_same_404_for_an_order_as_for_none(api, ann, charlie):
    order = make_order(ann)

    theirs = api(charlie).get(f"{ORDERS}{order.pk}/")
    nothing = api(charlie).get(f"{ORDERS}{order.pk + 1}/")

    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content
    assert api(charlie).get(ORDERS).json()["results"] == []
    assert api(charlie).post(f"{ORDERS}{order.pk}/conversation/").status_code == 404


def test_customer_service_sees_all_orders(api, ann, dora):
    order = make_order(ann)

    assert [row["id"] for row in api(dora).get(ORDERS).json()["results"]] == [order.pk]


def test_the_order_list_takes_two_queries_however_long_it_is(api, ann, django_assert_num_queries):
    for _ in range(3):
        make_order(ann, {make_product(): 1, make_product(): 2})
    client = api(ann)
    ann.get_all_permissions()  # kept on the object, as within one request

    with django_assert_num_queries(2):  # orders, lines with products
        assert len(client.get(ORDERS).json()["results"]) == 3


def test_the_conversation_about_an_order_is_one(api, ann, dora):
    order = make_order(ann)

    first = api(ann).post(f"{ORDERS}{order.pk}/conversation/").json()
    second = api(dora).post(f"{ORDERS}{order.pk}/conversation/").json()

    assert first["conversation_id"] == second["conversation_id"]
    assert first["subject"] == {"type": "order", "id": str(order.pk)}
    assert [p["username"] for p in first["participants"]] == ["ann", "dora"]


def test_prices_are_exact_in_sums(api):
    dime = make_product(unit_price="1.10")
    cart = make_cart({dime: 3})

    assert api().get(f"{CARTS}{cart.pk}/").json()["total_price"] == 3.30
    assert Cart.objects.with_items().get().total_price() == Decimal("3.30")

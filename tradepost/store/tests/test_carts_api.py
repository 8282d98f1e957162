"""Carts as clients meet them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from tradepost.kit.jobs import kinds
from tradepost.store.actions import carts
from tradepost.store.actions.carts import add_to_cart, claim_cart, ensure_own_cart
from tradepost.store.actions.customers import forget_customer
from tradepost.store.actions.products import delete_product
from tradepost.store.actions.promotions import create_promotion, reprice_products
from tradepost.store.models import Cart, CartItem, DroppedLine, Product
from tradepost.store.tests.factories import make_cart, make_product

CARTS = "/api/v1/store/carts/"
MINE = f"{CARTS}mine/"
ORDERS = "/api/v1/store/orders/"
UNKNOWN = "7b1f6f0e-6a3c-4a39-9a3c-2f0d2f2f3c11"

pytestmark = pytest.mark.django_db


def address(cart: Cart) -> str:
    return f"{CARTS}{cart.pk}/"


def items_of(cart: Cart) -> str:
    return f"{CARTS}{cart.pk}/items/"


def line_of(cart: Cart) -> str:
    return f"{items_of(cart)}{cart.items.get().pk}/"


def own_cart(user, quantities: dict[Product, int] | None = None) -> Cart:
    return claim_cart(cart_id=make_cart(quantities).pk, user=user)


def contents(cart: Cart) -> dict[int, int]:
    return dict(cart.items.values_list("product_id", "quantity"))


# --- One cart ----------------------------------------------------------------------------------


def test_a_new_cart_is_empty_and_has_a_random_id(api):
    answer = api().post(CARTS, {"id": UNKNOWN, "items": [1], "total_price": 5})

    assert answer.status_code == 201
    cart = Cart.objects.get()
    assert cart.pk.version == 4
    assert str(cart.pk) != UNKNOWN
    empty = f'{{"id":"{cart.pk}","items":[],"total_price":0.00,"problems":[]}}'
    assert answer.content == empty.encode()


def test_there_is_no_list_of_carts_and_nothing_to_change(api):
    cart = make_cart()

    assert api().get(CARTS).status_code == 405
    assert api().put(address(cart), {}).status_code == 405
    assert api().patch(address(cart), {}).status_code == 405


def test_the_root_of_the_shop_names_the_carts(api):
    assert api().get("/api/v1/store/").json()["carts"] == f"http://testserver{CARTS}"


def test_lines_have_addresses_with_a_name():
    of_cart = {"cart_pk": UNKNOWN}

    assert reverse("cart-items-list", kwargs=of_cart) == f"{CARTS}{UNKNOWN}/items/"
    detail = reverse("cart-items-detail", kwargs={**of_cart, "pk": 3})
    assert detail == f"{CARTS}{UNKNOWN}/items/3/"


def test_a_cart_shows_its_lines_and_totals(api):
    tea, cup = make_product(title="Tea", unit_price="8.99"), make_product(unit_price="25.00")
    cart = make_cart({tea: 2, cup: 1})

    shown = api().get(address(cart)).json()

    first, second = cart.items.order_by("id")
    assert shown["id"] == str(cart.pk)
    assert shown["items"][0] == {
        "id": first.pk,
        "product": {"id": tea.pk, "title": "Tea", "unit_price": 8.99},
        "unit_price": 8.99,
        "quantity": 2,
        "total_price": 17.98,
    }
    assert (shown["items"][1]["id"], shown["items"][1]["total_price"]) == (second.pk, 25.0)
    assert shown["total_price"] == 42.98
    assert shown["problems"] == []


@pytest.mark.parametrize("lines", [1, 7])
def test_a_cart_takes_three_queries_however_long_it_is(api, django_assert_num_queries, lines):
    cart = make_cart({make_product(): 1 for _ in range(lines)})

    with django_assert_num_queries(3):  # cart, lines with products, dropped lines
        assert len(api().get(address(cart)).json()["items"]) == lines


def test_prices_are_exact_in_sums(api):
    cart = make_cart({make_product(unit_price="1.10"): 3})

    assert b'"total_price":3.30' in api().get(address(cart)).content
    assert Cart.objects.with_items().get().total_price() == Decimal("3.30")


def test_totals_follow_the_quantity_at_once(api):
    cart = make_cart({make_product(unit_price="8.99", inventory=50): 20})
    assert api().get(address(cart)).json()["total_price"] == 179.80

    api().patch(line_of(cart), {"quantity": 10})

    assert api().get(address(cart)).json()["total_price"] == 89.90


def test_lines_cost_what_the_promotion_leaves_and_the_product_shows_its_list_price(api):
    now = timezone.now()
    tea = make_product(unit_price="10.00")
    cart = make_cart()
    tea.promotions.add(create_promotion(fields={"description": "Week", "discount": 25}, now=now))
    reprice_products(product_ids=[tea.pk])
    api().post(items_of(cart), {"product_id": tea.pk, "quantity": 3})

    shown = api().get(address(cart)).json()

    [line] = shown["items"]
    assert (line["unit_price"], line["product"]["unit_price"]) == (7.5, 10.0)
    assert (line["total_price"], shown["total_price"]) == (22.5, 22.5)
    assert shown["problems"] == []


def test_a_deleted_cart_is_gone_with_its_lines(api):
    cart = make_cart({make_product(): 1})

    answer = api().delete(address(cart))

    assert (answer.status_code, answer.content) == (204, b"")
    assert api().get(address(cart)).status_code == 404
    assert not CartItem.objects.exists()


# --- What may be wrong with it -----------------------------------------------------------------


def test_a_price_that_changed_since_the_line_was_put_in_is_a_problem(api):
    tea = make_product(title="Tea", unit_price="8.99")
    cart = make_cart()
    api().post(items_of(cart), {"product_id": tea.pk, "quantity": 1})

    Product.objects.filter(pk=tea.pk).update(unit_price=Decimal("9.50"))

    assert api().get(address(cart)).json()["problems"] == [
        {
            "code": "price_changed",
            "title": "Tea",
            "item": cart.items.get().pk,
            "was": 8.99,
            "now": 9.5,
            "available": None,
        }
    ]


def test_who_changes_the_line_has_seen_the_new_price(api):
    tea = make_product(unit_price="8.99")
    cart = make_cart()
    api().post(items_of(cart), {"product_id": tea.pk, "quantity": 1})
    Product.objects.filter(pk=tea.pk).update(unit_price=Decimal("9.50"))

    api().patch(line_of(cart), {"quantity": 2})

    assert api().get(address(cart)).json()["problems"] == []


def test_a_line_that_is_short_of_stock_is_a_problem_and_stays(api):
    cart = make_cart({make_product(title="Tea", inventory=2): 3})

    shown = api().get(address(cart)).json()

    assert shown["problems"] == [
        {
            "code": "short_of_stock",
            "title": "Tea",
            "item": cart.items.get().pk,
            "was": None,
            "now": None,
            "available": 2,
        }
    ]
    assert len(shown["items"]) == 1


def test_a_product_that_is_gone_leaves_a_note_in_the_cart(api):
    tea = make_product(title="Tea")
    cart = make_cart({tea: 1})

    delete_product(product_id=tea.pk)

    shown = api().get(address(cart)).json()
    assert shown["items"] == []
    assert shown["problems"] == [
        {
            "code": "product_gone",
            "title": "Tea",
            "item": None,
            "was": None,
            "now": None,
            "available": None,
        }
    ]


# --- Lines -------------------------------------------------------------------------------------


def test_adding_a_product_again_raises_the_quantity_of_its_line(api):
    tea = make_product()
    cart = make_cart()

    first = api().post(items_of(cart), {"product_id": tea.pk, "quantity": 10})
    second = api().post(items_of(cart), {"product_id": tea.pk, "quantity": 10})

    assert first.status_code == second.status_code == 201
    assert second.json() == {"id": first.json()["id"], "product_id": tea.pk, "quantity": 20}


def test_the_lines_are_an_array_of_that_cart_alone(api):
    tea = make_product(title="Tea", unit_price="8.99")
    cart = make_cart({tea: 2})
    make_cart({tea: 5})

    answer = api().get(items_of(cart))

    line = {
        "id": cart.items.get().pk,
        "product": {"id": tea.pk, "title": "Tea", "unit_price": 8.99},
        "unit_price": 8.99,
        "quantity": 2,
        "total_price": 17.98,
    }
    assert answer.json() == [line]
    assert api().get(line_of(cart)).json() == line


@pytest.mark.parametrize("lines", [1, 7])
def test_the_lines_take_two_queries_however_many(api, django_assert_num_queries, lines):
    cart = make_cart({make_product(): 1 for _ in range(lines)})

    with django_assert_num_queries(2):  # cart, lines with products
        assert len(api().get(items_of(cart)).json()) == lines


def test_an_unknown_product_is_400_with_a_sentence(api):
    answer = api().post(items_of(make_cart()), {"product_id": 999, "quantity": 1})

    assert answer.status_code == 400
    assert answer.json() == {"product_id": ["No product with the given ID was found."]}
    assert not CartItem.objects.exists()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"product_id": 1, "quantity": 0}, "quantity"),
        ({"product_id": 1, "quantity": -5}, "quantity"),
        ({"product_id": 1, "quantity": 40000}, "quantity"),
        ({"product_id": 1, "quantity": "many"}, "quantity"),
        ({"product_id": 2**63, "quantity": 1}, "product_id"),
        ({"quantity": 1}, "product_id"),
        ({}, "quantity"),
        ([{"product_id": 1, "quantity": 1}], "non_field_errors"),
    ],
)
def test_a_bad_line_is_400_on_its_field(api, line, field):
    answer = api().post(items_of(make_cart()), line)

    assert answer.status_code == 400
    assert field in answer.json()
    assert not CartItem.objects.exists()


def test_a_line_cannot_outgrow_its_column(api):
    tea = make_product()
    cart = make_cart({tea: 32767})

    answer = api().post(items_of(cart), {"product_id": tea.pk, "quantity": 1})

    assert answer.status_code == 400
    assert CartItem.objects.get().quantity == 32767


def test_a_cart_holds_a_limited_number_of_products(api, monkeypatch):
    monkeypatch.setattr(carts, "MOST_LINES", 2)
    first, second, third = (make_product() for _ in range(3))
    cart = make_cart({first: 1, second: 1})

    more = api().post(items_of(cart), {"product_id": first.pk, "quantity": 1})
    another = api().post(items_of(cart), {"product_id": third.pk, "quantity": 1})

    assert more.status_code == 201
    assert (another.status_code, set(another.json())) == (400, {"product_id"})
    assert cart.items.count() == 2


def test_patch_replaces_the_quantity_and_nothing_else(api):
    tea, cup = make_product(), make_product()
    cart = make_cart({tea: 20})
    item = cart.items.get()

    answer = api().patch(line_of(cart), {"quantity": 3, "product_id": cup.pk, "id": 7})

    assert answer.status_code == 200
    assert answer.json() == {"id": item.pk, "product_id": tea.pk, "quantity": 3}


@pytest.mark.parametrize("quantity", [0, -5])
def test_patch_below_one_is_400_with_a_sentence(api, quantity):
    cart = make_cart({make_product(): 2})

    answer = api().patch(line_of(cart), {"quantity": quantity})

    assert answer.status_code == 400
    at_least_one = "Ensure this value is greater than or equal to 1."
    assert answer.json() == {"quantity": [at_least_one]}
    assert cart.items.get().quantity == 2


def test_put_on_a_line_is_not_allowed(api):
    cart = make_cart({make_product(): 1})

    assert api().put(line_of(cart), {"quantity": 3}).status_code == 405
    assert cart.items.get().quantity == 1


def test_lines_can_be_discovered(api):
    cart = make_cart({make_product(): 1})

    assert api().head(line_of(cart)).status_code == 200
    assert api().head(items_of(cart)).status_code == 200
    assert api().options(line_of(cart))["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    assert api().options(items_of(cart))["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_removed_line_is_gone(api):
    cart = make_cart({make_product(): 1, make_product(): 1})
    line = f"{items_of(cart)}{cart.items.first().pk}/"

    answer = api().delete(line)

    assert (answer.status_code, answer.content) == (204, b"")
    assert api().get(line).status_code == 404
    assert len(api().get(items_of(cart)).json()) == 1


@pytest.mark.parametrize("cart_id", [UNKNOWN, "not-a-uuid", "1"])
def test_an_unknown_cart_is_404_and_so_are_its_lines(api, ann, cart_id):
    line = {"product_id": make_product().pk, "quantity": 1}

    assert api().get(f"{CARTS}{cart_id}/").status_code == 404
    assert api().delete(f"{CARTS}{cart_id}/").status_code == 404
    assert api().get(f"{CARTS}{cart_id}/items/").status_code == 404
    assert api().post(f"{CARTS}{cart_id}/items/", line).status_code == 404
    assert api(ann).post(f"{CARTS}{cart_id}/claim/").status_code == 404


def test_a_line_of_another_cart_is_404(api):
    mine, other = make_cart({make_product(): 1}), make_cart({make_product(): 1})
    line = f"{items_of(mine)}{other.items.get().pk}/"

    assert api().get(line).status_code == 404
    assert api().patch(line, {"quantity": 3}).status_code == 404
    assert api().delete(line).status_code == 404
    assert other.items.get().quantity == 1


# --- Carts that somebody has claimed -----------------------------------------------------------


def test_a_claimed_cart_is_ones_own(api, ann):
    tea = make_product()
    cart = make_cart({tea: 2})

    answer = api(ann).post(f"{address(cart)}claim/")

    assert answer.status_code == 200
    assert answer.json() == api(ann).get(MINE).json()
    assert answer.json()["id"] == str(cart.pk)
    assert Cart.objects.get().owner == ann


def test_claiming_ones_own_cart_again_changes_nothing(api, ann):
    tea = make_product()
    cart = own_cart(ann, {tea: 2})

    answer = api(ann).post(f"{address(cart)}claim/")

    assert answer.json()["id"] == str(cart.pk)
    assert contents(cart) == {tea.pk: 2}


def test_a_second_claimed_cart_is_merged_into_the_first(api, ann):
    tea, cup, pot = (make_product() for _ in range(3))
    own = own_cart(ann, {tea: 1, cup: 32767})
    other = make_cart({tea: 2, cup: 5, pot: 3})
    DroppedLine.objects.create(cart=other, title="Gone")

    answer = api(ann).post(f"{address(other)}claim/")

    assert answer.json()["id"] == str(own.pk)
    assert contents(own) == {tea.pk: 3, cup.pk: 32767, pot.pk: 3}
    assert [problem["title"] for problem in answer.json()["problems"]][-1] == "Gone"
    assert Cart.objects.get() == own


def test_a_merged_cart_holds_no_more_lines_than_any_other(api, ann, monkeypatch):
    monkeypatch.setattr(carts, "MOST_LINES", 2)
    tea, cup, pot = (make_product() for _ in range(3))
    own = own_cart(ann, {tea: 1})
    other = make_cart({cup: 1, pot: 1, tea: 1})

    api(ann).post(f"{address(other)}claim/")

    assert contents(own) == {tea.pk: 2, cup.pk: 1}


def test_claiming_takes_a_fixed_number_of_queries(ann, django_assert_num_queries):
    claimed = make_cart({make_product(): 1})

    # begin, account, both carts, owner and time, commit
    with django_assert_num_queries(5):
        claim_cart(cart_id=claimed.pk, user=ann)


def test_without_a_claimed_cart_there_is_none_of_ones_own(api, ann):
    make_cart()

    assert api(ann).get(MINE).status_code == 404
    assert api().get(MINE).status_code == 401


def test_visitors_cannot_claim(api):
    cart = make_cart()

    assert api().post(f"{address(cart)}claim/").status_code == 401
    assert Cart.objects.get().owner is None


def test_a_claimed_cart_is_not_there_for_anybody_else(api, ann, charlie):
    cart = own_cart(ann, {make_product(): 1})
    line = {"product_id": make_product().pk, "quantity": 1}

    for client in (api(), api(charlie)):
        assert client.get(address(cart)).status_code == 404
        assert client.delete(address(cart)).status_code == 404
        assert client.get(items_of(cart)).status_code == 404
        assert client.post(items_of(cart), line).status_code == 404
        assert client.get(line_of(cart)).status_code == 404
        assert client.patch(line_of(cart), {"quantity": 9}).status_code == 404
        assert client.delete(line_of(cart)).status_code == 404
    assert api(charlie).post(f"{address(cart)}claim/").status_code == 404
    assert api(charlie).post(ORDERS, {"cart_id": str(cart.pk)}).status_code == 400

    assert Cart.objects.get().owner == ann
    assert cart.items.get().quantity == 1


def test_its_owner_changes_and_orders_a_claimed_cart(api, ann):
    cart = own_cart(ann, {make_product(): 1})

    assert api(ann).patch(line_of(cart), {"quantity": 2}).status_code == 200
    assert api(ann).post(ORDERS, {"cart_id": str(cart.pk)}).status_code == 201
    assert api(ann).get(MINE).status_code == 404


def test_ones_own_cart_is_made_once(ann):
    first = ensure_own_cart(user=ann)

    assert ensure_own_cart(user=ann) == first
    assert Cart.objects.get().owner == ann


def test_the_cart_goes_with_what_is_forgotten_of_a_customer(ann, bob):
    own_cart(ann, {make_product(): 1})
    others = {own_cart(bob).pk, make_cart().pk}

    forget_customer(user=ann)

    assert set(Cart.objects.values_list("pk", flat=True)) == others


# --- Carts that nobody comes back to -----------------------------------------------------------


@pytest.fixture
def sweep(settings):
    settings.KEEP_CARTS_DAYS = 90
    return kinds["store.sweep_carts"].run


def test_carts_that_nobody_changed_for_long_are_swept_away(ann, sweep):
    beginning = datetime(2026, 1, 1, tzinfo=UTC)
    with travel(beginning, tick=False) as clock:
        abandoned, changed = make_cart({make_product(): 1}), make_cart()
        clock.shift(timedelta(days=1))
        add_to_cart(cart_id=changed.pk, product_id=make_product().pk, quantity=1)
        clock.move_to(beginning + timedelta(days=90))
        sweep()
        assert Cart.objects.count() == 2
        clock.shift(timedelta(seconds=1))

        sweep()

    assert Cart.objects.get() == changed
    assert not CartItem.objects.filter(cart_id=abandoned.pk).exists()


def test_who_claims_a_cart_has_not_abandoned_it(ann, sweep):
    with travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        cart = make_cart()
        clock.shift(timedelta(days=80))
        claim_cart(cart_id=cart.pk, user=ann)
        clock.shift(timedelta(days=80))

        sweep()

    assert Cart.objects.get() == cart


def test_carts_are_swept_in_portions():
    for _ in range(3):
        make_cart()

    tomorrow = timezone.now() + timedelta(days=1)
    swept = [carts.sweep_carts(unchanged_since=tomorrow, limit=2) for _ in range(3)]

    assert swept == [2, 1, 0]


def test_who_has_seen_what_changed_is_not_told_again(api):
    tea, lamp = make_product(unit_price="2.00"), make_product(inventory=1)
    gone = make_product()
    cart = make_cart({tea: 1, lamp: 1, gone: 1})
    CartItem.objects.update(seen_price="1.00")
    Product.objects.filter(pk=lamp.pk).update(inventory=0)
    delete_product(product_id=gone.pk)
    before = api().get(f"{CARTS}{cart.pk}/").json()["problems"]

    after = api().post(f"{CARTS}{cart.pk}/accept/").json()["problems"]

    assert [problem["code"] for problem in before] == [
        "price_changed", "price_changed", "short_of_stock", "product_gone",
    ]  # fmt: skip
    assert [(problem["code"], problem["title"]) for problem in after] == [
        ("short_of_stock", lamp.title)
    ]

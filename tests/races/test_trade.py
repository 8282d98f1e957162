"""Nothing is sold twice, whoever comes at the same moment."""

from functools import partial
from uuid import uuid4

import httpx
import pytest

from conftest import make_user
from tests.races.conftest import signed_in, statuses
from tradepost.accounts.hashers import OwaspArgon2
from tradepost.accounts.models import User
from tradepost.store.actions.carts import claim_cart
from tradepost.store.models import Cart, CartItem, Order, OrderEvent, Product
from tradepost.store.tests.factories import make_cart, make_order, make_product

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss(db) -> User:
    return make_user("boss", is_superuser=True)


def order(client: httpx.Client, *, cart: Cart, headers: dict[str, str]) -> httpx.Response:
    return client.post("store/orders/", json={"cart_id": str(cart.pk)}, headers=headers)


def cancel(client: httpx.Client, *, order: Order, headers: dict[str, str]) -> httpx.Response:
    return client.post(f"store/orders/{order.pk}/cancel/", headers=headers)


def pay(client: httpx.Client, *, order: Order, headers: dict[str, str]) -> httpx.Response:
    paid = {"payment_status": "C"}
    return client.patch(f"store/orders/{order.pk}/", json=paid, headers=headers)


def delete(client: httpx.Client, *, order: Order, headers: dict[str, str]) -> httpx.Response:
    return client.delete(f"store/orders/{order.pk}/", headers=headers)


def claim(client: httpx.Client, *, cart: Cart, headers: dict[str, str]) -> httpx.Response:
    return client.post(f"store/carts/{cart.pk}/claim/", headers=headers)


def add(client: httpx.Client, *, cart: Cart, product: Product) -> httpx.Response:
    line = {"product_id": product.pk, "quantity": 1}
    return client.post(f"store/carts/{cart.pk}/items/", json=line)


@pytest.mark.parametrize("attempt", range(5))
def test_two_checkouts_of_one_cart_make_one_order(crowd, ann, attempt):
    tea = make_product(inventory=10)
    checkout = partial(order, cart=make_cart({tea: 3}), headers=signed_in(ann))

    answers = crowd.at_once(*[checkout] * 4)

    assert statuses(answers) == [201, 409, 409, 409]
    assert Order.objects.count() == 1
    assert Product.objects.get(pk=tea.pk).inventory == 7
    placed = Order.objects.get().pk
    assert {a.json()["order"] for a in answers if a.status_code == 409} == {placed}


def test_two_people_with_one_cart_make_one_order(crowd, ann, bob):
    tea = make_product(inventory=10)
    cart = make_cart({tea: 1})

    answers = crowd.at_once(
        partial(order, cart=cart, headers=signed_in(ann)),
        partial(order, cart=cart, headers=signed_in(bob)),
    )

    assert statuses(answers) == [201, 400]
    assert Product.objects.get(pk=tea.pk).inventory == 9


@pytest.mark.parametrize("attempt", range(3))
def test_twelve_buyers_of_five_units_buy_five(crowd, attempt):
    lamp = make_product(inventory=5)
    buyers = [make_user(f"buyer{n}") for n in range(12)]

    answers = crowd.at_once(
        *[partial(order, cart=make_cart({lamp: 1}), headers=signed_in(b)) for b in buyers]
    )

    assert statuses(answers) == [201] * 5 + [409] * 7
    assert Product.objects.get(pk=lamp.pk).inventory == 0
    assert Order.objects.count() == 5
    assert Cart.objects.count() == 7  # those who came too late keep their carts
    refused = [a.json() for a in answers if a.status_code == 409]
    assert {a["code"] for a in refused} == {"out_of_stock"}


@pytest.mark.parametrize("attempt", range(5))
def test_orders_that_take_products_in_opposite_directions_all_succeed(crowd, attempt):
    tea, cup, lamp = (make_product(inventory=100) for _ in range(3))
    rounds = [{tea: 1, cup: 1, lamp: 1}, {lamp: 1, cup: 1, tea: 1}, {cup: 1, lamp: 1, tea: 1}]
    carts = [make_cart(lines) for lines in rounds * 4]
    buyers = [make_user(f"buyer{n}") for n in range(len(carts))]

    answers = crowd.at_once(
        *[
            partial(order, cart=cart, headers=signed_in(buyer))
            for cart, buyer in zip(carts, buyers, strict=True)
        ]
    )

    assert statuses(answers) == [201] * 12
    assert set(Product.objects.values_list("inventory", flat=True)) == {88}


def test_parallel_adds_to_one_cart_line_all_count(crowd):
    tea = make_product()
    cart = make_cart()

    def add(client: httpx.Client) -> httpx.Response:
        line = {"product_id": tea.pk, "quantity": 2}
        return client.post(f"store/carts/{cart.pk}/items/", json=line)

    answers = crowd.at_once(*[add] * 20)

    assert statuses(answers) == [201] * 20
    assert CartItem.objects.get().quantity == 40


@pytest.mark.parametrize("attempt", range(3))
def test_an_add_during_checkout_is_in_the_order_or_refused(crowd, ann, attempt):
    tea = make_product(inventory=100)
    cart = make_cart({tea: 1})

    def add(client: httpx.Client) -> httpx.Response:
        line = {"product_id": tea.pk, "quantity": 1}
        return client.post(f"store/carts/{cart.pk}/items/", json=line)

    checkout = partial(order, cart=cart, headers=signed_in(ann))
    placed, *adds = crowd.at_once(checkout, *[add] * 9)

    accepted = [a for a in adds if a.status_code == 201]
    assert {a.status_code for a in adds} <= {201, 404}
    assert placed.json()["items"][0]["quantity"] == 1 + len(accepted)
    assert Product.objects.get(pk=tea.pk).inventory == 100 - 1 - len(accepted)


@pytest.mark.parametrize("attempt", range(3))
def test_an_order_canceled_by_many_at_once_returns_its_goods_once(crowd, ann, boss, attempt):
    tea = make_product(inventory=10)
    placed = make_order(ann, {tea: 3})
    cancels = [partial(cancel, order=placed, headers=signed_in(user)) for user in (ann, boss)]

    answers = crowd.at_once(*cancels * 3)

    assert statuses(answers) == [200] + [409] * 5
    assert Product.objects.get(pk=tea.pk).inventory == 10
    assert OrderEvent.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_of_canceling_and_paying_at_once_one_wins(crowd, ann, boss, attempt):
    tea = make_product(inventory=10)
    placed = make_order(ann, {tea: 3})

    canceled, paid = crowd.at_once(
        partial(cancel, order=placed, headers=signed_in(ann)),
        partial(pay, order=placed, headers=signed_in(boss)),
    )

    assert statuses([canceled, paid]) == [200, 409]
    placed.refresh_from_db()
    in_the_books = (placed.canceled_at is not None, placed.payment_status)
    assert in_the_books == ((True, "P") if canceled.status_code == 200 else (False, "C"))
    left = Product.objects.get(pk=tea.pk).inventory
    assert left == (10 if canceled.status_code == 200 else 7)


@pytest.mark.parametrize("attempt", range(3))
def test_an_order_deleted_and_canceled_at_once_returns_its_goods_once(crowd, ann, boss, attempt):
    tea = make_product(inventory=10)
    placed = make_order(ann, {tea: 3})

    canceled, deleted = crowd.at_once(
        partial(cancel, order=placed, headers=signed_in(ann)),
        partial(delete, order=placed, headers=signed_in(boss)),
    )

    assert deleted.status_code == 204
    assert canceled.status_code in {200, 404}
    assert Product.objects.get(pk=tea.pk).inventory == 10
    assert not Order.objects.exists()


@pytest.mark.parametrize("attempt", range(3))
def test_a_cart_claimed_by_two_people_at_once_belongs_to_one(crowd, ann, bob, attempt):
    cart = make_cart({make_product(): 1})

    answers = crowd.at_once(*[partial(claim, cart=cart, headers=signed_in(u)) for u in (ann, bob)])

    assert statuses(answers) == [200, 404]
    winner = ann if answers[0].status_code == 200 else bob
    assert Cart.objects.get().owner == winner


@pytest.mark.parametrize("attempt", range(3))
def test_two_carts_claimed_by_one_person_at_once_become_one(crowd, ann, attempt):
    tea, cup = make_product(), make_product()
    carts = [make_cart({tea: 1}), make_cart({tea: 1, cup: 2}), make_cart({cup: 1})]

    answers = crowd.at_once(*[partial(claim, cart=c, headers=signed_in(ann)) for c in carts])

    assert statuses(answers) == [200] * 3
    own = Cart.objects.get()
    assert own.owner == ann
    assert dict(own.items.values_list("product", "quantity")) == {tea.pk: 2, cup.pk: 3}


@pytest.mark.parametrize("attempt", range(3))
def test_an_add_while_the_cart_is_claimed_is_in_it_or_refused(crowd, ann, attempt):
    tea = make_product()
    cart = make_cart({tea: 1})

    claimed, *adds = crowd.at_once(
        partial(claim, cart=cart, headers=signed_in(ann)),
        *[partial(add, cart=cart, product=tea)] * 9,
    )

    assert claimed.status_code == 200
    accepted = [a for a in adds if a.status_code == 201]
    assert {a.status_code for a in adds} <= {201, 404}
    assert CartItem.objects.get().quantity == 1 + len(accepted)


@pytest.mark.parametrize("attempt", range(3))
def test_a_claim_while_ones_own_cart_is_ordered_succeeds(crowd, ann, attempt):
    tea, cup = make_product(inventory=10), make_product(inventory=10)
    own = claim_cart(cart_id=make_cart({tea: 1}).pk, user=ann)
    other = make_cart({cup: 1})

    placed, claimed = crowd.at_once(
        partial(order, cart=own, headers=signed_in(ann)),
        partial(claim, cart=other, headers=signed_in(ann)),
    )

    assert (placed.status_code, claimed.status_code) == (201, 200)
    sold = set(Order.objects.get().items.values_list("product", flat=True))
    kept = set(CartItem.objects.values_list("product", flat=True))
    assert tea.pk in sold
    assert (sold | kept, sold & kept) == ({tea.pk, cup.pk}, set())


@pytest.mark.parametrize("attempt", range(3))
def test_an_account_closed_during_a_checkout_leaves_an_order_or_nothing(crowd, ann, attempt):
    cart = claim_cart(cart_id=make_cart({make_product(inventory=10): 1}).pk, user=ann)
    ann.password = OwaspArgon2().encode("correct-horse", "a-salt-of-its-own")  # as servers know it
    ann.save()
    password = {"current_password": "correct-horse"}

    def close(client: httpx.Client, *, headers: dict[str, str]) -> httpx.Response:
        return client.request("DELETE", "auth/users/me/", json=password, headers=headers)

    placed, closed = crowd.at_once(
        partial(order, cart=cart, headers=signed_in(ann)),
        partial(close, headers=signed_in(ann)),
    )

    assert closed.status_code == 204
    assert placed.status_code in {201, 400, 401}
    assert Order.objects.count() == (placed.status_code == 201)
    assert not Cart.objects.exists()


@pytest.mark.parametrize("attempt", range(3))
def test_one_idempotency_key_twenty_times_at_once_has_one_effect(crowd, ann, attempt):
    tea = make_product(inventory=50)
    headers = signed_in(ann) | {"Idempotency-Key": str(uuid4())}
    checkout = partial(order, cart=make_cart({tea: 1}), headers=headers)

    answers = crowd.at_once(*[checkout] * 20)

    done = [a for a in answers if a.status_code == 201]
    waiting = [a for a in answers if a.status_code == 409]
    assert len(done) + len(waiting) == 20
    assert len({a.content for a in done}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in done) == 1
    assert {a.headers["Retry-After"] for a in waiting} <= {"1"}
    assert {a.json()["code"] for a in waiting} <= {"idempotency_in_flight"}
    assert Product.objects.get(pk=tea.pk).inventory == 49

    [later] = crowd.at_once(checkout)
    assert later.content == done[0].content
    assert later.headers["Idempotent-Replayed"] == "true"


def test_an_anonymous_key_twenty_times_at_once_makes_one_cart(crowd):
    headers = {"Idempotency-Key": str(uuid4())}

    def make(client: httpx.Client) -> httpx.Response:
        return client.post("store/carts/", headers=headers)

    answers = crowd.at_once(*[make] * 20)

    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1
    assert Cart.objects.count() == 1


def test_one_email_registered_ten_times_at_once_makes_one_account(crowd):
    def register(client: httpx.Client, *, number: int) -> httpx.Response:
        account = {
            "username": f"eve{number}",
            "email": ("Eve@example.com", "eve@EXAMPLE.com")[number % 2],
            "password": "a-long-phrase-of-mine",
            "first_name": "Eve",
            "last_name": "Adams",
        }
        return client.post("auth/users/", json=account)

    answers = crowd.at_once(*[partial(register, number=n) for n in range(10)])

    assert statuses(answers) == [201] + [400] * 9

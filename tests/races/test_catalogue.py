"""The catalogue while several people change it at the same moment."""

from decimal import Decimal
from functools import partial

import httpx
import pytest

from conftest import make_user
from tests.races.conftest import signed_in, statuses
from tradepost.store.actions.order_changes import set_payment_status
from tradepost.store.actions.products import change_product
from tradepost.store.models import DroppedLine, OrderItem, Product, Review
from tradepost.store.tests.factories import (
    make_cart,
    make_collection,
    make_order,
    make_product,
    make_promotion,
)

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def post(client: httpx.Client, *, path: str, body: object, headers: dict) -> httpx.Response:
    return client.post(path, json=body, headers=headers)


def patch(client: httpx.Client, *, path: str, body: object, headers: dict) -> httpx.Response:
    return client.patch(path, json=body, headers=headers)


def delete(client: httpx.Client, *, path: str, headers: dict) -> httpx.Response:
    return client.delete(path, headers=headers)


@pytest.fixture
def staff(db) -> dict[str, str]:
    return signed_in(make_user("sam", is_staff=True))


@pytest.mark.parametrize("attempt", range(3))
def test_two_reviews_of_one_author_make_one(crowd, ann, attempt):
    tea = make_product()
    order = make_order(ann, {tea: 1})
    set_payment_status(order_id=order.pk, status="C", actor=ann)
    write = partial(
        post, path=f"store/products/{tea.pk}/reviews/", headers=signed_in(ann),
        body={"name": "Ann", "description": "Good", "rating": 4},
    )  # fmt: skip

    answers = crowd.at_once(*[write] * 4)

    assert statuses(answers) == [201, 409, 409, 409]
    assert Review.objects.count() == 1
    assert Product.objects.get().reviews_count == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_product_is_either_ordered_or_deleted(crowd, ann, staff, attempt):
    tea = make_product()
    cart = make_cart({tea: 1})

    ordered, deleted = crowd.at_once(
        partial(post, path="store/orders/", body={"cart_id": str(cart.pk)},
                headers=signed_in(ann)),
        partial(delete, path=f"store/products/{tea.pk}/", headers=staff),
    )  # fmt: skip

    if ordered.status_code == 201:
        assert deleted.status_code == 405
        assert OrderItem.objects.get().product == tea
    else:
        assert (ordered.status_code, deleted.status_code) == (400, 204)
        assert DroppedLine.objects.get().cart == cart


def test_six_products_of_one_title_have_six_slugs(crowd, staff):
    body = {"title": "Tea", "unit_price": 5, "inventory": 1, "collection": make_collection().pk}
    create = partial(post, path="store/products/", body=body, headers=staff)

    answers = crowd.at_once(*[create] * 6)

    assert statuses(answers) == [201] * 6
    slugs = set(Product.objects.values_list("slug", flat=True))
    assert slugs == {"tea", "tea-2", "tea-3", "tea-4", "tea-5", "tea-6"}


@pytest.mark.parametrize("attempt", range(5))
def test_a_price_follows_a_promotion_that_changes_meanwhile(crowd, staff, attempt):
    promotion = make_promotion(discount=Decimal(10))
    teas = [make_product(unit_price="100.00") for _ in range(3)]
    change_product(product_id=teas[0].pk, changes={}, promotion_ids=[promotion.pk])

    answers = crowd.at_once(
        *[
            partial(patch, path=f"store/products/{tea.pk}/", headers=staff,
                    body={"promotions": [promotion.pk]})
            for tea in teas
        ],
        partial(patch, path=f"store/promotions/{promotion.pk}/", headers=staff,
                body={"discount": 50}),
    )  # fmt: skip

    assert statuses(answers) == [200] * 4
    assert set(Product.objects.values_list("price", flat=True)) == {Decimal(50)}


@pytest.mark.parametrize("attempt", range(5))
def test_a_collection_features_what_stays_in_it(crowd, staff, attempt):
    tea, cups = make_collection("Tea"), make_collection("Cups")
    product = make_product(collection=tea)

    featured, moved = crowd.at_once(
        partial(patch, path=f"store/collections/{tea.pk}/", headers=staff,
                body={"featured_product": product.pk}),
        partial(patch, path=f"store/products/{product.pk}/", headers=staff,
                body={"collection": cups.pk}),
    )  # fmt: skip

    assert featured.status_code in (200, 400)
    assert moved.status_code == 200
    tea.refresh_from_db()
    assert tea.featured_product is None


def test_deletions_and_features_do_not_deadlock(crowd, staff):
    tea = make_collection("Tea")
    products = [make_product(collection=tea) for _ in range(4)]

    answers = crowd.at_once(
        *[
            partial(patch, path=f"store/collections/{tea.pk}/", headers=staff,
                    body={"featured_product": product.pk})
            for product in products
        ],
        *[
            partial(delete, path=f"store/products/{product.pk}/", headers=staff)
            for product in products
        ],
    )  # fmt: skip

    assert set(statuses(answers)) <= {200, 204, 400, 409}
    tea.refresh_from_db()
    assert tea.featured_product is None or tea.products.filter(pk=tea.featured_product_id).exists()

"""Promotions, the products that have them, and imports that move these, all at the same moment."""

from functools import partial

import httpx
import pytest
from django.utils import timezone

from conftest import make_user
from tests.races.conftest import signed_in, statuses
from tradepost.accounts.models import User
from tradepost.store.actions.promotions import create_promotion, set_products_of_promotion
from tradepost.store.models import Product, Promotion
from tradepost.store.tests.factories import make_product

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss(db) -> User:
    return make_user("boss", is_superuser=True, is_staff=True)


@pytest.mark.parametrize("attempt", range(5))
def test_promotions_end_while_products_leave_them(crowd, boss, attempt):
    products = [make_product() for _ in range(12)]
    promotions = [make_promotion_of(products, discount) for discount in (10, 20, 30)]
    headers = signed_in(boss)

    def end(client: httpx.Client, *, promotion: Promotion) -> httpx.Response:
        return client.delete(f"store/promotions/{promotion.pk}/", headers=headers)

    def leave(client: httpx.Client, *, product: Product) -> httpx.Response:
        path = f"store/products/{product.pk}/"
        return client.patch(path, json={"promotions": []}, headers=headers)

    answers = crowd.at_once(
        *[partial(leave, product=product) for product in reversed(products)],
        *[partial(end, promotion=promotion) for promotion in promotions],
    )

    assert statuses(answers) == [200] * 12 + [204] * 3
    assert set(Product.objects.values_list("discount", flat=True)) == {0}


def make_promotion_of(products: list[Product], discount: int) -> Promotion:
    fields = {"description": "Sale", "discount": discount}
    promotion = create_promotion(fields=fields, now=timezone.now())
    set_products_of_promotion(promotion_id=promotion.pk, product_ids=[p.pk for p in products])
    return promotion

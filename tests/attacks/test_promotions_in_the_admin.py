"""The admin removes promotions together, in one order of locks."""

import pytest
from django.urls import reverse

from tradepost.store.actions.promotions import set_products_of_promotion
from tradepost.store.models import Product, Promotion
from tradepost.store.tests.factories import make_product, make_promotion


@pytest.mark.usefixtures("boss")
def test_promotions_chosen_in_the_list_are_removed_and_their_prices_return(client):
    products = [make_product(unit_price="10.00") for _ in range(2)]
    promotions = [make_promotion() for _ in range(2)]
    for product, promotion in zip(products, promotions, strict=True):
        set_products_of_promotion(promotion_id=promotion.pk, product_ids=[product.pk])

    answer = client.post(
        reverse("admin:store_promotion_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [promotion.pk for promotion in promotions],
            "post": "yes",
        },
    )

    assert answer.status_code == 302
    assert not Promotion.objects.exists()
    assert set(Product.objects.values_list("discount", flat=True)) == {0}

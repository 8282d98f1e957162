"""Holding a row."""

import pytest
from django.db import transaction

from tradepost.kit.locks import hold

pytestmark = pytest.mark.django_db


def test_a_row_that_is_there_is_held(products, make_product):
    product = make_product()

    with transaction.atomic():
        assert hold(products.filter(pk=product.pk))


@pytest.mark.parametrize("pk", [0, 10**9, 10**30])
def test_a_row_that_is_not_there_cannot_be_held(products, pk):
    with transaction.atomic():
        assert not hold(products.filter(pk=pk))

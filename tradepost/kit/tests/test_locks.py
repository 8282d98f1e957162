"""Holding a row."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tradepost.kit.errors import Conflict, NotFound
from tradepost.kit.locks import hold, lock_one

pytestmark = pytest.mark.django_db


def test_a_row_that_is_there_is_held(products, make_product):
    product = make_product()

    with transaction.atomic():
        assert hold(products.filter(pk=product.pk))


@pytest.mark.parametrize("pk", [0, 10**9, 10**30])
def test_a_row_that_is_not_there_cannot_be_held(products, pk):
    with transaction.atomic():
        assert not hold(products.filter(pk=pk))


@pytest.mark.parametrize("weakly", [True, False])
def test_a_row_is_locked_by_itself_without_what_is_joined(products, make_product, weakly):
    product = make_product()
    with_collection = products.select_related("collection").filter(pk=product.pk)

    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        locked = lock_one(with_collection, weakly=weakly)

    strength = "FOR NO KEY UPDATE" if weakly else "FOR UPDATE"
    lock = f'{strength} OF "store_product"' if connection.vendor == "postgresql" else ""
    assert (locked, len(queries)) == (product, 1)
    assert queries[0]["sql"].endswith(lock)


def test_a_row_that_is_not_there_cannot_be_locked(products):
    with transaction.atomic():
        with pytest.raises(NotFound):
            lock_one(products)
        with pytest.raises(Conflict, match="gone"):
            lock_one(products, error=Conflict("gone"))

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tradepost.kit.batches import Outcome
from tradepost.kit.stamps import read_stamp
from tradepost.store.actions.upserts import ProductEntry, upsert_products
from tradepost.store.models import Collection, Product
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_collection, make_product


def an_entry(**fields):
    defaults = {
        "title": "Harbour Tea",
        "slug": "harbour-tea",
        "collection": "Tea",
        "unit_price": Decimal("8.99"),
        "inventory": 12,
    }
    return ProductEntry(**{**defaults, **fields})


def outcomes(results):
    return [result.outcome for result in results]


def test_results_come_in_the_order_of_the_entries(db):
    old = make_product(sku="OLD", title="Old", slug="old", unit_price="8.99", inventory=12)

    results = upsert_products(
        entries=[
            an_entry(sku="NEW"),
            an_entry(sku="OLD", title="Old", slug="old"),
            an_entry(sku="NEXT"),
        ]
    )

    assert outcomes(results) == [Outcome.CREATED, Outcome.UNCHANGED, Outcome.CREATED]
    assert results[1].product_id == old.pk
    assert Product.objects.get(pk=results[2].product_id).sku == "NEXT"


def test_no_entries_change_nothing(db):
    assert upsert_products(entries=[]) == []
    assert not Collection.objects.exists()
    assert read_stamp(CATALOGUE) == 0


def test_what_is_new_or_different_raises_the_catalogue_stamp(db):
    seen = []
    for entry in (an_entry(), an_entry(inventory=3), an_entry(inventory=3)):
        upsert_products(entries=[entry])
        seen.append(read_stamp(CATALOGUE))

    assert 0 < seen[0] < seen[1] == seen[2]


def test_of_two_products_of_one_title_the_older_is_meant(db):
    older = make_product(title="Harbour Tea")
    newer = make_product(title="Harbour Tea")

    results = upsert_products(entries=[an_entry(inventory=3)])

    assert results[0].product_id == older.pk
    newer.refresh_from_db()
    assert newer.inventory == 10


def test_a_title_in_another_collection_is_another_product(db):
    gift = make_product(title="Harbour Tea", collection=make_collection("Gifts"))

    results = upsert_products(entries=[an_entry()])

    assert outcomes(results) == [Outcome.CREATED]
    assert results[0].product_id != gift.pk


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="no row locks here")
def test_products_are_locked_in_id_order_before_they_are_written(db):
    make_product(sku="B")
    make_product(sku="A")

    with CaptureQueriesContext(connection) as queries:
        upsert_products(entries=[an_entry(sku="A"), an_entry(sku="B")])

    table, key = map(connection.ops.quote_name, ("store_product", "id"))
    words = (f"FROM {table} WHERE", f"UPDATE {table}")
    touching = [q["sql"] for q in queries if any(word in q["sql"] for word in words)]
    lock = next(n for n, sql in enumerate(touching) if sql.endswith("FOR UPDATE"))
    write = next(n for n, sql in enumerate(touching) if sql.startswith("UPDATE"))
    assert f"ORDER BY {table}.{key} ASC" in touching[lock]
    assert lock < write

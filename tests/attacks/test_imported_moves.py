"""An import that moves a product takes it off the front of the collection that it leaves."""

from decimal import Decimal

from tradepost.store.actions.upserts import ProductEntry, upsert_products
from tradepost.store.models import Collection, Product
from tradepost.store.tests.factories import make_collection, make_product


def entry(**fields: object) -> ProductEntry:
    defaults = {"title": "Tea", "slug": "tea", "unit_price": Decimal(5), "inventory": 3}
    return ProductEntry(**{**defaults, **fields})


def test_a_product_that_an_import_moves_is_no_longer_featured_where_it_was(db):
    left = make_collection("Tea")
    tea = make_product(collection=left, sku="TEA-1")
    Collection.objects.filter(pk=left.pk).update(featured_product=tea)

    upsert_products(entries=[entry(sku="TEA-1", collection="Gifts")])

    left.refresh_from_db()
    assert Product.objects.get().collection.title == "Gifts"
    assert left.featured_product is None


def test_a_product_that_an_import_changes_stays_featured(db):
    here = make_collection("Tea")
    tea = make_product(collection=here, sku="TEA-1")
    Collection.objects.filter(pk=here.pk).update(featured_product=tea)

    upsert_products(entries=[entry(sku="TEA-1", collection="Tea", inventory=99)])

    here.refresh_from_db()
    assert here.featured_product == tea


def test_a_namesake_with_an_sku_in_another_collection_is_in_nobodys_way(db):
    make_product(collection=make_collection("Gifts"), title="Tea", sku="TEA-1")

    upsert_products(entries=[entry(collection="Tea")])

    assert Product.objects.count() == 2

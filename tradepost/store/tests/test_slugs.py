"""Slugs are unique; an import finds one for every product."""

import hashlib
import re

import pytest

from tradepost.kit.batches import Outcome
from tradepost.store.actions.upserts import upsert_products
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_product
from tradepost.store.tests.test_upserts import an_entry, outcomes


def slugs():
    return dict(Product.objects.values_list("sku", "slug"))


def mark_of(identity):
    return hashlib.sha256(identity.encode()).hexdigest()[:8]


def test_the_same_title_in_two_collections_has_two_slugs(db):
    entries = [an_entry(collection="Tea"), an_entry(collection="Gifts")]

    upsert_products(entries=entries)

    first, second = Product.objects.order_by("pk").values_list("slug", flat=True)
    assert first == "harbour-tea"
    assert second == f"harbour-tea-{mark_of('title Gifts' + chr(0) + 'Harbour Tea')}"


def test_the_same_slug_within_a_batch_and_in_the_shop_is_given_once(db):
    make_product(sku="OLD", slug="harbour-tea")

    upsert_products(entries=[an_entry(sku="A"), an_entry(sku="B")])

    assert slugs() == {
        "OLD": "harbour-tea",
        "A": f"harbour-tea-{mark_of('sku A')}",
        "B": f"harbour-tea-{mark_of('sku B')}",
    }


def test_a_slug_of_fifty_characters_is_cut_for_its_mark(db):
    long = "a" * 40 + "-" + "b" * 9
    make_product(slug=long)

    upsert_products(entries=[an_entry(sku="A", slug=long)])

    assert slugs()["A"] == f"{'a' * 40}-{mark_of('sku A')}"


def test_a_new_title_whose_slug_is_taken_gets_a_mark(db):
    upsert_products(entries=[an_entry(sku="A"), an_entry(sku="B", title="Quay", slug="quay")])

    results = upsert_products(entries=[an_entry(sku="A", title="Quay", slug="quay")])

    assert outcomes(results) == [Outcome.UPDATED]
    assert slugs() == {"A": f"quay-{mark_of('sku A')}", "B": "quay"}


def test_a_new_title_with_the_same_slug_keeps_it(db):
    upsert_products(entries=[an_entry(sku="A")])

    upsert_products(entries=[an_entry(sku="A", title="HARBOUR TEA")])

    assert slugs() == {"A": "harbour-tea"}


def test_products_can_swap_their_titles(db):
    upsert_products(entries=[an_entry(sku="A"), an_entry(sku="B", title="Quay", slug="quay")])

    upsert_products(entries=[an_entry(sku="A", title="Quay", slug="quay"), an_entry(sku="B")])

    assert slugs() == {"A": f"quay-{mark_of('sku A')}", "B": f"harbour-tea-{mark_of('sku B')}"}


def test_a_slug_that_is_given_up_in_the_batch_is_not_taken_over_in_it(db):
    upsert_products(entries=[an_entry(sku="A")])

    upsert_products(entries=[an_entry(sku="B"), an_entry(sku="A", title="Quay", slug="quay")])

    assert slugs() == {"A": "quay", "B": f"harbour-tea-{mark_of('sku B')}"}


def test_importing_again_keeps_all_slugs(db):
    entries = [an_entry(sku="A"), an_entry(sku="B"), an_entry(), an_entry(collection="Gifts")]
    upsert_products(entries=entries)
    before = list(Product.objects.order_by("pk").values_list("slug", flat=True))

    results = upsert_products(entries=entries)

    assert outcomes(results) == [Outcome.UNCHANGED] * 4
    assert list(Product.objects.order_by("pk").values_list("slug", flat=True)) == before
    assert len(set(before)) == 4


@pytest.mark.parametrize("taken", [1, 2])
def test_even_marked_slugs_may_be_taken(db, taken):
    digest = hashlib.sha256(b"sku A").hexdigest()
    for slug in ["harbour-tea", f"harbour-tea-{digest[:8]}", f"harbour-tea-{digest[8:24]}"][
        : taken + 1
    ]:
        make_product(slug=slug)

    upsert_products(entries=[an_entry(sku="A")])

    assert re.fullmatch(r"harbour-tea-[0-9a-f]{16}|harbour-tea-[0-9a-f]{32}", slugs()["A"])

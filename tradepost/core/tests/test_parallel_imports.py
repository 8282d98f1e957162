"""Two imports at the same moment."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from tradepost.core.actions.imports import import_products
from tradepost.core.tests.catalogues import a_row
from tradepost.kit.batches import Tally
from tradepost.store.actions import upserts
from tradepost.store.models import Collection, Product

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def at_once(monkeypatch):
    """Import each list of rows in a thread; all look at the shop before any of them writes."""

    def import_at_once(*catalogues):
        barrier = Barrier(len(catalogues))
        compare = upserts._compare
        waiting = set(range(len(catalogues)))

        def compare_and_wait(entries):
            lines = compare(entries)
            if waiting:  # the first looks only: a second one follows a commit
                waiting.pop()
                barrier.wait(10)
            return lines

        def import_one(rows):
            try:
                *_, last = import_products(stream=StringIO(json.dumps(rows)))
            finally:
                connection.close()
            return last.tally

        monkeypatch.setattr(upserts, "_compare", compare_and_wait)
        with ThreadPoolExecutor(len(catalogues)) as pool:
            return list(pool.map(import_one, catalogues))

    return import_at_once


def test_a_new_sku_in_two_collections_is_made_by_one_and_changed_by_the_other(at_once):
    tallies = at_once([a_row(category="tea")], [a_row(category="gifts", stock=3)])

    assert sorted(tallies, key=lambda tally: tally.created) == [
        Tally(updated=1),
        Tally(created=1),
    ]
    assert Product.objects.get().sku == "TEA-1"
    assert Collection.objects.count() == 2


def test_a_new_slug_in_two_collections_is_given_once(at_once):
    tallies = at_once([a_row(sku="A", category="tea")], [a_row(sku="B", category="gifts")])

    slugs = sorted(Product.objects.values_list("slug", flat=True), key=len)
    assert tallies == [Tally(created=1), Tally(created=1)]
    assert slugs[0] == "harbour-tea"
    assert slugs[1].startswith("harbour-tea-")


def test_a_fault_that_stays_is_told(monkeypatch):
    def fail(entries):
        raise IntegrityError("something else")

    monkeypatch.setattr(upserts, "_compare", fail)

    with pytest.raises(IntegrityError, match="something else"):
        list(import_products(stream=StringIO(json.dumps([a_row()]))))

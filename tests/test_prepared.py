"""Prepared queries say what the query set says, whatever fills their places."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from tradepost.accounts.models import User
from tradepost.kit.prepared import Prepared, PreparedIn, as_uuid, reading_from
from tradepost.store.models import Product
from tradepost.store.tests.factories import make_product

pytestmark = pytest.mark.django_db


def test_the_places_are_filled_each_time():
    cheap, dear = make_product(unit_price="2.00"), make_product(unit_price="9.50")
    prepared = Prepared(
        lambda price, pk: Product.objects.filter(unit_price__gt=price, pk__lte=pk).values_list(
            "pk"
        ),
        places={"price": Decimal, "pk": int},
    )

    assert prepared.run(price=199, pk=dear.pk) == [(cheap.pk,), (dear.pk,)]
    assert prepared.run(price=200, pk=dear.pk) == [(dear.pk,)]
    assert prepared.run(price=200, pk=cheap.pk) == []


def test_a_place_may_be_a_text(ann, bob):
    named = Prepared(
        lambda name: User.objects.filter(username=name).values_list("username"),
        places={"name": str},
    )

    assert [named.run(name=name) for name in ("ann", "bob", "' OR 1=1 --")] == [
        [("ann",)], [("bob",)], [],
    ]  # fmt: skip


def test_constants_of_the_query_stay():
    here, gone = make_product(inventory=3), make_product(inventory=0)
    prepared = Prepared(
        lambda pk: Product.objects.filter(inventory__gt=0, pk__gte=pk).values_list("pk"),
        places={"pk": int},
    )

    assert prepared.run(pk=min(here.pk, gone.pk)) == [(here.pk,)]


def test_sql_goes_around_the_query():
    for _ in range(3):
        make_product()
    prepared = Prepared(
        lambda pk: Product.objects.order_by("pk").filter(pk__gt=pk).values_list("pk"),
        places={"pk": int},
        around="SELECT COUNT(*) FROM ({query} LIMIT %(limit)s) AS counted",
    )

    assert prepared.first(pk=0, limit=2) == (2,)


def test_a_list_of_values_of_any_length():
    products = [make_product() for _ in range(4)]
    prepared = PreparedIn(
        lambda ids: Product.objects.filter(pk__in=ids).order_by("pk").values_list("pk")
    )

    for size in range(5):
        wanted = [product.pk for product in products[:size]]
        assert prepared.run(wanted) == [(pk,) for pk in wanted]


def test_a_list_of_ids_of_people_of_any_length(ann, bob, charlie):
    people = sorted([ann, bob, charlie], key=lambda person: person.pk)
    prepared = PreparedIn(
        lambda ids: User.objects.filter(pk__in=ids).order_by("pk").values_list("pk"), kind=UUID
    )

    for size in range(4):
        wanted = [person.pk for person in people[:size]]
        assert [as_uuid(pk) for (pk,) in prepared.run(wanted)] == wanted


def test_what_reads_from_a_file_says_the_same_each_time():
    if connection.vendor != "sqlite":
        pytest.skip("only the file of SQLite is read without Django")
    rows = [(make_product(inventory=3).pk,), (make_product(inventory=4).pk,)]
    in_stock = Product.objects.filter(inventory__gt=0).order_by("pk").values_list("pk")
    prepared = Prepared(lambda pk: in_stock.filter(pk__gte=pk), places={"pk": int})

    with reading_from(connection.connection):
        assert prepared.run(pk=0) == rows
        assert prepared.run(pk=rows[1][0]) == rows[1:]
    assert prepared.run(pk=0) == rows

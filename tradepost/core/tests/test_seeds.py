from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tradepost.core.actions.seeds import seed_catalogue
from tradepost.core.demo.seeds import TITLES, describe_seed
from tradepost.kit.batches import Tally
from tradepost.store.models import Collection, Product


@pytest.fixture
def seed(db):
    """Run the command and return what it said."""

    def run(*args):
        out = StringIO()
        call_command("seed_db", *args, stdout=out)
        return out.getvalue()

    return run


def test_an_empty_shop_gets_ten_collections_and_a_thousand_products(seed, api):
    said = seed()

    page = api().get(reverse("products-list")).json()
    assert said == (
        "Populating the database...\n1,000 rows\n1000 products created, 0 updated, 0 unchanged.\n"
    )
    assert (page["count"], len(page["results"])) == (1000, 10)
    assert [row.products.count() for row in Collection.objects.all()] == [100] * 10


def test_a_second_time_makes_none_again(seed):
    seed("--products", "20")
    first = list(Product.objects.order_by("pk").values())

    said = seed("--products", "20")

    assert said.endswith("0 products created, 0 updated, 20 unchanged.\n")
    assert list(Product.objects.order_by("pk").values()) == first


def test_more_are_added_to_those_there_are(seed):
    seed("--products", "20")

    said = seed("--products", "30")

    assert said.endswith("10 products created, 0 updated, 20 unchanged.\n")
    assert Product.objects.count() == 30


def test_what_was_changed_is_as_at_first_again_and_other_products_stay(seed):
    seed("--products", "2")
    changed, other = Product.objects.order_by("pk")
    Product.objects.filter(pk=changed.pk).update(inventory=77)
    Product.objects.filter(pk=other.pk).update(inventory=78, sku="OWN-1", slug="own")

    seed("--products", "2")

    assert Product.objects.get(pk=changed.pk).inventory == changed.inventory
    assert Product.objects.get(pk=other.pk).inventory == 78
    assert Product.objects.count() == 3


def test_many_products_are_made_in_portions(db):
    tallies = list(seed_catalogue(products=501))

    assert tallies == [Tally(created=500), Tally(created=501)]


def test_every_seed_is_a_product_of_its_own_that_the_shop_may_sell():
    seeds = [describe_seed(number) for number in range(TITLES + 1)]

    assert len({seed.title for seed in seeds}) == len({seed.sku for seed in seeds}) == TITLES + 1
    assert seeds[TITLES].title == f"{seeds[0].title}, mark 2"
    prices = [seed.unit_price for seed in seeds]
    assert (min(prices), max(prices)) == (Decimal("1.99"), Decimal("249.97"))
    assert (min(stock := [seed.inventory for seed in seeds]), max(stock)) == (0, 100)


@pytest.mark.parametrize("number", ["0", "-1", "many", "1000001"])
def test_a_number_that_makes_no_sense_is_refused_and_makes_nothing(seed, number):
    with pytest.raises(CommandError, match="from 1 to 1,000,000"):
        seed(f"--products={number}")

    assert not Product.objects.exists()

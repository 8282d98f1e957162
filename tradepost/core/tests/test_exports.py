import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as PropertyTestCase

from tradepost.core.actions.imports import import_products
from tradepost.core.catalogue import export as exporting
from tradepost.core.catalogue.export import export_catalogue
from tradepost.core.catalogue.formats import Format
from tradepost.store.models import Collection, Product
from tradepost.store.tests.factories import make_collection, make_product
from tradepost.tags.actions.tagging import set_tags
from tradepost.tags.models import Tag


def exported(format, products=None):
    wanted = Product.objects.all() if products is None else products
    return "".join(export_catalogue(products=wanted, format=format))


def tag(product, *labels):
    set_tags(model=Product, labels_by_id={product.pk: labels})


def make_tea(**fields):
    defaults = {
        "sku": "TEA-1",
        "title": "Harbour Tea",
        "brand": "Quay",
        "description": "For the first pot.",
        "unit_price": "8.50",
        "inventory": 12,
    }
    tea = make_product(**{**defaults, **fields})
    tag(tea, "breakfast", "black")
    return tea


@pytest.fixture
def export(db):
    """Export through the command to the terminal; return the text."""

    def export_through_command(*arguments, **options):
        out = StringIO()
        call_command("export_products", *arguments, stdout=out, **options)
        return out.getvalue()

    return export_through_command


# --- What is written -------------------------------------------------------------------------


def test_json_has_an_object_per_line_with_exact_prices(export):
    make_tea()

    assert export() == (
        '[\n{"sku":"TEA-1","title":"Harbour Tea","category":"Tea","brand":"Quay","price":8.50,'
        '"stock":12,"tags":["black","breakfast"],"description":"For the first pot."}\n]\n'
    )


def test_csv_has_a_header_and_a_row_per_product(export):
    make_tea()

    assert export(format="csv") == (
        "sku,title,category,brand,price,stock,tags,description\r\n"
        "TEA-1,Harbour Tea,Tea,Quay,8.50,12,black|breakfast,For the first pot.\r\n"
    )


def test_an_empty_shop_is_an_empty_catalogue(export):
    assert export() == "[]\n"
    assert export(format="csv") == "sku,title,category,brand,price,stock,tags,description\r\n"


def test_formulas_are_protected_in_tables_only(export):
    make_tea(title="=1+1", brand="@home")

    [row] = csv.DictReader(StringIO(export(format="csv"), newline=""))
    [product] = json.loads(export())

    assert (row["title"], row["brand"]) == ("'=1+1", "'@home")
    assert (product["title"], product["brand"]) == ("=1+1", "@home")


def test_one_collection_can_be_exported(export):
    make_tea()
    mug = make_product(title="Mug", collection=make_collection("Ceramics"))

    [product] = json.loads(export(collection=mug.collection_id))

    assert product["title"] == "Mug"


def test_a_collection_that_is_not_there_is_refused(export):
    with pytest.raises(CommandError, match=r"There is no collection 987654\."):
        export(collection=987654)


def test_the_ending_of_the_file_says_the_format(export, tmp_path):
    make_tea()

    said = export(tmp_path / "shop.csv")

    assert said == f"Written to {tmp_path}/shop.csv.\n"
    assert (tmp_path / "shop.csv").read_bytes() == exported(Format.CSV).encode()
    assert [file.name for file in tmp_path.iterdir()] == ["shop.csv"]


def test_a_file_that_cannot_be_written_is_told(export, tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        export(tmp_path / "nowhere" / "shop.json")


# --- What it costs ---------------------------------------------------------------------------


def test_products_are_read_some_at_a_time(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(5):
        tag(make_product(sku=str(number)), "green")
    ContentType.objects.get_for_model(Product)

    # products and labels, three times; no more products
    with django_assert_num_queries(7):
        parts = list(export_catalogue(products=Product.objects.all(), format=Format.CSV))

    assert [part.count("\r\n") for part in parts] == [1, 2, 2, 1]


def test_nothing_is_read_before_it_is_asked_for(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        export_catalogue(products=Product.objects.all(), format=Format.JSON)


# --- There and back --------------------------------------------------------------------------


def empty_the_shop():
    for model in (Product, Collection, Tag):
        model.objects.all().delete()


@pytest.mark.parametrize("name", ["shop.json", "shop.csv"])
def test_what_was_exported_comes_back_through_the_command(export, tmp_path, name):
    make_tea()
    make_product(title="Mug", slug="mug", collection=make_collection("tea-time"))
    file = tmp_path / name
    export(file)
    before = file.read_bytes()
    empty_the_shop()

    call_command("import_products", file, stdout=StringIO())

    export(file)
    assert file.read_bytes() == before
    assert Collection.objects.filter(title="tea-time").exists()


@pytest.mark.parametrize("format", [*Format])
def test_the_demo_catalogue_survives_the_way(db, format):
    demo = Path(exporting.__file__).parents[1] / "demo" / "catalogue.json"
    with demo.open() as stream:
        list(import_products(stream=stream))
    before = exported(format)
    empty_the_shop()

    *_, last = import_products(stream=StringIO(before, newline=""), format=format)

    assert (last.tally.created, last.tally.bad) == (30, 0)
    assert exported(format) == before


@pytest.mark.parametrize("format", [*Format])
def test_importing_what_was_just_exported_changes_nothing(db, format):
    make_tea(description=" with space around\r\nand two lines ", brand="'=x")
    text = exported(format)

    *_, last = import_products(stream=StringIO(text, newline=""), format=format)

    assert (last.tally.imported, last.tally.created) == (1, 0)
    assert exported(format) == text


tricky = st.text(st.sampled_from("aB\"';,|\\=+-@\t\r\n _é日"), min_size=1, max_size=8)
shops = st.lists(
    st.fixed_dictionaries(
        {
            "title": tricky.filter(str.strip),
            "collection": tricky.filter(str.strip),
            "brand": tricky,
            "description": tricky,
            "unit_price": st.integers(100, 999_999).map(lambda cents: f"{cents / 100:.2f}"),
            "labels": st.sets(tricky.filter(str.strip), max_size=3),
            "with_sku": st.booleans(),
        }
    ),
    max_size=5,
    unique_by=lambda row: (row["title"].strip(), row["collection"]),
)


class EveryShop(PropertyTestCase):
    @given(shop=shops, format=st.sampled_from(Format))
    @hypothesis_settings(
        max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    def test_export_import_export_gives_the_same_bytes(self, shop, format):
        for number, fields in enumerate(shop):
            labels, with_sku = fields.pop("labels"), fields.pop("with_sku")
            collection = make_collection(fields.pop("collection"))
            sku = f"={number}" if with_sku else None
            tag(make_product(**fields, collection=collection, sku=sku), *labels)
        before = exported(format)
        empty_the_shop()

        steps = list(import_products(stream=StringIO(before, newline=""), format=format))

        assert [row for step in steps for row in step.bad_rows] == []
        assert exported(format) == before

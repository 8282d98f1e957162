"""What is for sale, in the browser."""

import re

import pytest

from tradepost.store.models import Review
from tradepost.store.tests.factories import make_collection, make_product


def titles(answer) -> list[str]:
    return [product.title for product in answer.context["page"]]


def test_the_catalogue_shows_twelve_products_a_page(client, db):
    for number in range(13):
        make_product(title=f"Cup {number:02}")

    first, second = client.get("/products/"), client.get("/products/?page=2")

    assert titles(first) == [f"Cup {number:02}" for number in range(12)]
    assert titles(second) == ["Cup 12"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=green+tea", ["Green tea"]),
        ("search=KITCHEN", ["Kettle"]),
        ("price_from=5&price_to=20.50", ["Kettle"]),
        ("ordering=-unit_price", ["Pot", "Kettle", "Green tea"]),
        ("search=nothing+like+it", []),
    ],
)
def test_the_catalogue_is_narrowed_and_ordered(client, db, query, found):
    make_product(title="Green tea", unit_price="4.99")
    make_product(title="Kettle", unit_price="20.50", collection=make_collection("Kitchen"))
    make_product(title="Pot", unit_price="20.51")

    assert titles(client.get(f"/products/?{query}")) == found


def test_the_catalogue_shows_one_collection(client, db):
    make_product(title="Green tea")
    kettle = make_product(title="Kettle", collection=make_collection("Kitchen"))

    answer = client.get(f"/products/?collection={kettle.collection_id}")

    assert titles(answer) == ["Kettle"]


@pytest.mark.parametrize(
    "query",
    [
        "price_from=abc",
        "price_to=1.999",
        "price_from=1e400",
        "price_to=NaN",
        "collection=99999999999999999999999999",
        "collection=abc",
        "ordering=password",
        "search=%00",
        "search=" + "x" * 101,
    ],
)
def test_a_filter_with_a_mistake_narrows_nothing_and_is_named(client, db, query):
    make_product(title="Green tea")

    answer = client.get(f"/products/?{query}")

    assert (answer.status_code, titles(answer)) == (200, ["Green tea"])
    assert list(answer.context["form"].errors) == [query.split("=")[0]]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "9" * 30, ""])
def test_a_page_that_does_not_exist_is_the_nearest_one(client, db, page):
    make_product(title="Green tea")

    assert titles(client.get(f"/products/?page={page}")) == ["Green tea"]


def test_the_catalogue_takes_three_queries_however_long_it_is(
    client, db, django_assert_num_queries
):
    for _ in range(14):
        make_product()

    with django_assert_num_queries(3):  # collections to choose from, count, products
        client.get("/products/")


def test_a_product_shows_its_price_with_and_without_tax(client, db):
    product = make_product(unit_price="10.05", inventory=3)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "10.05 <small>USD</small>" in text
    assert "11.06 USD with tax" in text
    assert "Only 3 left" in text


def test_a_product_shows_its_reviews_and_their_average(client, db):
    product = make_product()
    for rating in (2, 4, 5):
        Review.objects.create(
            product=product, name="Ina", description="<i>", rating=rating, date="2025-01-01"
        )

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "3.7" in text
    assert re.findall("[★☆]+", text) == ["★★★★☆", "★★★★★", "★★★★☆", "★★☆☆☆"]
    assert "&lt;i&gt;" in text


def test_a_sold_out_product_cannot_be_put_into_the_cart(client, db):
    product = make_product(inventory=0)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "Sold out" in text
    assert "/cart/add/" not in text


def test_a_missing_product_is_a_404_with_ways_on(client, db):
    answer = client.get("/products/999999999999999999999999/")

    assert answer.status_code == 404
    assert 'class="button quiet" href="/products/"' in answer.content.decode()


def test_a_product_takes_four_queries_however_much_was_written(
    client, db, django_assert_num_queries
):
    product = make_product()
    for _ in range(12):
        Review.objects.create(
            product=product, name="Ina", description="Good", rating=5, date="2025-01-01"
        )

    with django_assert_num_queries(4):  # product, average, count of reviews, reviews
        client.get(f"/products/{product.pk}/")

"""What is for sale, in the browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tradepost.kit.http.hot.shelf import shelf
from tradepost.store.actions.reviews import recount_reviews
from tradepost.store.models import Product, Review
from tradepost.store.tests.factories import (
    make_collection,
    make_image,
    make_product,
    make_promotion,
)
from tradepost.tags.actions.tagging import set_tags


def tag(product: Product, *labels: str) -> None:
    set_tags(model=Product, labels_by_id={product.pk: labels})


def titles(answer) -> list[str]:
    return [product.title for product in answer.context["cards"]]


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
        ("ordering=-price", ["Pot", "Kettle", "Green tea"]),
        ("ordering=-rating", ["Kettle", "Pot", "Green tea"]),
        ("rating=4", ["Kettle"]),
        ("in_stock=on", ["Green tea", "Kettle"]),
        ("search=nothing+like+it", []),
    ],
)
def test_the_catalogue_is_narrowed_and_ordered(client, db, query, found):
    make_product(title="Green tea", unit_price="4.99")
    make_product(
        title="Kettle", unit_price="20.50", collection=make_collection("Kitchen"),
        stars=8, ratings_count=2,
    )  # fmt: skip
    make_product(title="Pot", unit_price="20.51", inventory=0, stars=7, ratings_count=2)

    assert titles(client.get(f"/products/?{query}")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("price_to=8.50", ["Kettle"]),
        ("price_from=9", ["Pot"]),
        ("ordering=price", ["Kettle", "Pot"]),
    ],
)
def test_the_price_that_is_narrowed_by_is_the_one_of_now(client, db, query, found):
    make_product(title="Kettle", unit_price="10.00", discount="15.00")
    make_product(title="Pot", unit_price="9.00")

    assert titles(client.get(f"/products/?{query}")) == found


def test_the_catalogue_shows_what_has_a_tag(client, db):
    kettle = make_product(title="Kettle")
    make_product(title="Pot")
    tag(kettle, "copper")

    assert titles(client.get("/products/?tag=copper")) == ["Kettle"]
    assert titles(client.get("/products/?tag=iron")) == []


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
        "ordering=unit_price",
        "rating=9",
        "tag=" + "x" * 256,
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


def test_the_catalogue_takes_five_queries_however_long_it_is(client, db, django_assert_num_queries):
    for _ in range(14):
        make_image(make_product())

    # stamp, collections to choose from, count, products, pictures
    with django_assert_num_queries(5):
        client.get("/products/")


def test_a_card_shows_picture_price_and_what_is_taken_off(client, db):
    picture = make_image(make_product(unit_price="10.00", discount="15.00"))

    text = client.get("/products/").content.decode()

    assert f'src="{picture.image.url}"' in text
    assert "8.50 <small>USD</small>" in text
    assert "10.00</s>" in text
    assert "−15 %" in text  # noqa: RUF001 - the sign that people read


def test_a_card_shows_the_thumbnail_once_it_is_made(client, db):
    picture = make_image(make_product(), thumbnail="store/images/a-small.webp")

    text = client.get("/products/").content.decode()

    assert 'src="/media/store/images/a-small.webp"' in text
    assert picture.image.url not in text


def test_a_product_shows_its_price_with_and_without_tax(client, db):
    product = make_product(unit_price="10.05", inventory=3)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "10.05 <small>USD</small>" in text
    assert "11.06 USD with tax" in text
    assert "Only 3 left" in text
    assert "</s>" not in text


def test_a_product_on_offer_names_the_promotion_that_counts(client, db):
    product = make_product(unit_price="10.00")
    for description, discount in (("Autumn sale", "15.00"), ("Regulars", "5.00")):
        product.promotions.add(make_promotion(description=description, discount=discount))
    Product.objects.filter(pk=product.pk).update(discount="15.00")

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "Autumn sale −15 %" in text  # noqa: RUF001 - the sign that people read
    assert "8.50 <small>USD</small>" in text
    assert "9.35 USD with tax" in text
    assert "10.00</s>" in text
    assert "Regulars" not in text


def test_a_promotion_is_named_as_long_as_the_price_comes_from_it(client, db, time_machine):
    product = make_product(unit_price="10.00", discount="15.00")
    sale = make_promotion(
        description="Autumn sale", discount="15.00", ends_at=timezone.now() + timedelta(hours=1)
    )
    product.promotions.add(sale)

    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))
    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "Autumn sale" in text
    assert "8.50 <small>USD</small>" in text


def test_a_product_shows_its_first_picture_and_thumbnails_of_all(client, db):
    product = make_product(title="Kettle")
    first = make_image(product, webp="store/images/first.webp")
    second = make_image(product)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert '<source type="image/webp" srcset="/media/store/images/first.webp">' in text
    assert (
        f'<img class="picture" src="{first.image.url}" alt="Kettle" width="40" height="30">' in text
    )
    assert text.count(f'src="{second.image.url}" alt="" width="40" height="30" loading="lazy"') == 1


@pytest.mark.parametrize("asked", ["{second}", "99999", "x", ""])
def test_another_picture_is_shown_when_it_is_chosen(client, db, asked):
    product = make_product()
    first, second = make_image(product), make_image(product)

    answer = client.get(f"/products/{product.pk}/?picture={asked.format(second=second.pk)}")

    assert answer.context["picture"] == (second if asked == "{second}" else first)


def test_a_product_shows_its_tags_as_ways_to_similar_ones(client, db):
    product = make_product()
    tag(product, "black tea")

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert '<a href="/products/?tag=black%20tea">black tea</a>' in text


def test_a_product_shows_its_reviews_and_their_average(client, db):
    product = make_product()
    for rating in (2, 4, 5, None):
        Review.objects.create(
            product=product, name="Ina", description="<i>", rating=rating, date="2025-01-01"
        )
    recount_reviews(product_ids=[product.pk])

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "3.7" in text
    assert "4 reviews" in text
    assert re.findall("[★☆]+", text) == ["★★★★☆", "★★★★★", "★★★★☆", "★★☆☆☆"]
    assert "&lt;i&gt;" in text


def test_a_sold_out_product_cannot_be_put_into_the_cart(client, db):
    product = make_product(inventory=0)

    text = client.get(f"/products/{product.pk}/").content.decode()

    assert "Sold out" in text
    assert '<fieldset class="row" disabled>' in text


def test_a_missing_product_is_a_404_with_ways_on(client, db):
    answer = client.get("/products/999999999999999999999999/")

    assert answer.status_code == 404
    assert 'class="button quiet" href="/products/"' in answer.content.decode()


def test_a_product_takes_eight_queries_however_much_was_written(
    client, db, django_assert_num_queries
):
    product = make_product(discount="15.00")
    make_image(product)
    client.get(f"/products/{product.pk}/")  # Django looks its content types up once
    for _ in range(12):
        Review.objects.create(
            product=product, name="Ina", description="Good", rating=5, date="2025-01-01"
        )

    shelf.clear()
    # stamps, product, pictures, promotion, tags, likes, count of reviews, reviews
    with django_assert_num_queries(8):
        client.get(f"/products/{product.pk}/")

"""What the shop's pages say of themselves to search engines."""

import json
import re

import pytest

from tradepost.store.tests.factories import make_collection, make_product

SHOP = "https://shop.example"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_NAME, settings.CURRENCY = SHOP, "Tea & Co", "EUR"


def page_of(client, address: str) -> str:
    return client.get(address).content.decode()


def data_of(text: str) -> list[dict]:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    return [json.loads(block) for block in blocks]


def meta_of(text: str) -> dict[str, str]:
    pairs = re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)">', text)
    return dict(pairs)


def canonical_of(text: str) -> list[str]:
    return re.findall(r'<link rel="canonical" href="([^"]*)">', text)


def test_a_product_says_what_it_is_what_it_costs_and_how_people_like_it(client, db):
    cups = make_collection(title="Cups")
    cup = make_product(
        title="Mug", collection=cups, description="Holds tea.", sku="M-1", brand="Kiln",
        unit_price=12, inventory=3, stars=9, ratings_count=2,
    )  # fmt: skip
    address = f"{SHOP}/products/{cup.pk}/"

    product, way = data_of(page_of(client, f"/products/{cup.pk}/"))

    assert product == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Mug",
        "url": address,
        "description": "Holds tea.",
        "category": "Cups",
        "sku": "M-1",
        "brand": {"@type": "Brand", "name": "Kiln"},
        "offers": {
            "@type": "Offer",
            "url": address,
            "price": "12.00",
            "priceCurrency": "EUR",
            "availability": "https://schema.org/InStock",
        },
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": "4.50",
            "bestRating": 5,
            "ratingCount": 2,
        },
    }
    assert [(step["position"], step["name"], step["item"]) for step in way["itemListElement"]] == [
        (1, "Products", f"{SHOP}/products/"),
        (2, "Cups", f"{SHOP}/products/?collection={cups.pk}"),
        (3, "Mug", address),
    ]


def test_what_is_sold_out_says_so_and_what_nobody_rated_has_no_rating(client, db):
    cup = make_product(inventory=0)

    product, _ = data_of(page_of(client, f"/products/{cup.pk}/"))

    assert product["offers"]["availability"] == "https://schema.org/OutOfStock"
    assert "aggregateRating" not in product


def test_nothing_that_somebody_writes_ends_the_block_of_data(client, db):
    evil = "</script><script>alert(1)</script><!-- &amp;"
    cup = make_product(title=evil, description=evil)

    text = page_of(client, f"/products/{cup.pk}/")

    assert data_of(text)[0]["name"] == evil
    assert data_of(text)[0]["description"] == evil
    assert "<script>alert" not in text


def test_a_product_has_a_title_a_short_description_and_one_address(client, db):
    cup = make_product(title="Mug", description="Tea  stays <b>hot</b>.\n" + "Long. " * 50)

    text = page_of(client, f"/products/{cup.pk}/?page=1&picture=4")
    meta = meta_of(text)

    assert "<title>Mug · Tea &amp; Co</title>" in text
    assert canonical_of(text) == [f"{SHOP}/products/{cup.pk}/"]
    assert meta["og:url"] == f"{SHOP}/products/{cup.pk}/"
    assert (meta["og:title"], meta["og:type"]) == ("Mug", "product")
    assert meta["description"].startswith("Tea stays hot. Long.")
    assert len(meta["description"]) == 160


def test_a_page_of_a_collection_is_at_home_at_its_own_address(client, db):
    cups = make_collection(title="Cups")
    for number in range(13):
        make_product(title=f"Cup {number}", collection=cups)

    text = page_of(client, f"/products/?page=2&collection={cups.pk}")

    assert "<title>Cups, page 2 · Tea &amp; Co</title>" in text
    assert canonical_of(text) == [f"{SHOP}/products/?collection={cups.pk}&amp;page=2"]
    assert "robots" not in meta_of(text)


@pytest.mark.parametrize("query", ["search=tea", "ordering=price", "in_stock=on"])
def test_one_of_many_ways_to_see_the_same_is_not_indexed(client, db, query):
    assert meta_of(page_of(client, f"/products/?{query}"))["robots"] == "noindex, follow"


def test_a_page_that_is_private_says_nothing(client, ann):
    client.force_login(ann)

    text = page_of(client, "/account/")

    assert canonical_of(text) == []
    assert data_of(text) == []

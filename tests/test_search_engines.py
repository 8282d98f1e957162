"""What search engines are told, of all apps together: what to read, and what to leave alone."""

import re
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.urls import get_resolver

from tests.test_routes import list_routes
from tradepost.store.tests.factories import make_collection, make_product

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
NUMBER = re.compile(r"<\w+:\w+>")


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://shop.example"


def read(client, path: str, name: str) -> list[tuple[str, str]]:
    """Return the addresses of a sitemap, with the days of their last changes."""
    answer = client.get(path)
    assert answer["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(answer.content)
    return [
        (one.findtext("s:loc", namespaces=NAMES), one.findtext("s:lastmod", namespaces=NAMES))
        for one in root.findall(f"s:{name}", NAMES)
    ]


def robots(client) -> RobotFileParser:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").content.decode().splitlines())
    return rules


def test_products_and_their_collections_are_in_the_sitemap(client, db):
    collection = make_collection(title="Cups")
    make_collection(title="Empty")
    cup = make_product(title="Cup", collection=collection)
    day = f"{cup.last_update:%Y-%m-%d}"

    parts = read(client, "/sitemap.xml", "sitemap")
    products = read(client, "/sitemap-products.xml", "url")
    collections = read(client, "/sitemap-collections.xml", "url")

    assert [address for address, _ in parts] == [
        "https://shop.example/sitemap-products.xml",
        "https://shop.example/sitemap-collections.xml",
        "https://shop.example/sitemap-stays.xml",
    ]
    assert products == [(f"https://shop.example/products/{cup.pk}/", day)]
    assert collections == [(f"https://shop.example/products/?collection={collection.pk}", day)]


def test_many_products_are_in_several_pages(client, db, monkeypatch):
    monkeypatch.setattr("tradepost.store.sitemaps.ProductPages.limit", 2)
    cups = [make_product(title=f"Cup {number}") for number in range(3)]

    parts = read(client, "/sitemap.xml", "sitemap")
    second = read(client, "/sitemap-products.xml?p=2", "url")

    assert [address for address, _ in parts][:2] == [
        "https://shop.example/sitemap-products.xml",
        "https://shop.example/sitemap-products.xml?p=2",
    ]
    assert [address for address, _ in second] == [f"https://shop.example/products/{cups[2].pk}/"]
    assert client.get("/sitemap-products.xml?p=3").status_code == 404


def test_sitemaps_ask_little_of_the_database(client, db, django_assert_num_queries):
    for number in range(3):
        make_product(title=f"Cup {number}")

    # for products, collections and places: the newest change, and how many there are
    with django_assert_num_queries(6):
        client.get("/sitemap.xml")
    # how many there are, and those of the page
    with django_assert_num_queries(2):
        client.get("/sitemap-products.xml")


def test_an_empty_shop_has_a_sitemap(client, db):
    assert client.get("/sitemap.xml").status_code == 200
    assert read(client, "/sitemap-products.xml", "url") == []


def test_a_section_that_nobody_registered_is_a_404(client, db):
    assert client.get("/sitemap-people.xml").status_code == 404


def test_robots_may_read_what_everybody_sees_and_find_the_sitemap(client, db):
    rules = robots(client)

    public = [
        "/",
        "/products/",
        "/products/7/",
        "/products/?page=2",
        "/stays/",
        "/stays/7/",
        "/sitemap.xml",
    ]
    assert [path for path in public if not rules.can_fetch("*", path)] == []
    assert rules.site_maps() == ["https://shop.example/sitemap.xml"]


def test_robots_are_asked_to_leave_alone_what_needs_an_account(client, db):
    rules = robots(client)
    paths = {f"/{NUMBER.sub('1', route)}" for _, route in list_routes(get_resolver())}
    asked = {path for path in paths if re.fullmatch(r"[\w/-]+", path)}

    private = {path for path in asked if "/account/sign-in/" in _goes_to(client, path)}

    assert {"/orders/", "/inbox/", "/account/"} <= private
    assert {path for path in private if rules.can_fetch("*", path.replace("/1/", "/*/"))} == set()


def _goes_to(client, path: str) -> str:
    return client.get(path).headers.get("Location", "")

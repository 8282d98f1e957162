"""Pages that are kept for visitors: what they save, and that nobody is shown what was."""

import re

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tradepost.kit.http.hot.shelf import shelf
from tradepost.likes.actions.likes import like, unlike
from tradepost.store.actions.products import change_product
from tradepost.store.tests.factories import make_product

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
STAMPS = 1  # all of them in one query


@pytest.fixture
def product():
    return make_product(title="Green tea")


@pytest.fixture
def page(product) -> str:
    return f"/products/{product.pk}/"


def text_of(client: Client, page: str) -> str:
    return client.get(page).content.decode()


def count_queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    return len(queries)


def test_a_visitors_second_look_asks_for_the_stamps_alone(client, page):
    first = count_queries(client, page)

    assert count_queries(Client(), page) == STAMPS < first
    assert TOKEN.sub("", text_of(client, page)) == TOKEN.sub("", text_of(Client(), page))


def test_each_visitor_gets_a_token_that_works(page, product):
    text_of(Client(), page)
    visitors = [Client(enforce_csrf_checks=True) for _ in range(2)]
    tokens = [TOKEN.findall(text_of(visitor, page)) for visitor in visitors]

    for visitor, [token, *_] in zip(visitors, tokens, strict=True):
        data = {"product_id": product.pk, "quantity": 1, "csrfmiddlewaretoken": token}
        assert visitor.post("/cart/add/", data).status_code == 302
    data["csrfmiddlewaretoken"] = tokens[0][0]  # of the other one
    assert visitors[1].post("/cart/add/", data).status_code == 403


@pytest.mark.parametrize("page", ["/products/", "/products/?search=tea"])
def test_what_changes_is_seen_at_once(client, page, product):
    assert "Green tea" in text_of(client, page)

    change_product(product_id=product.pk, changes={"title": "Black tea"})

    assert "Black tea" in text_of(client, page)
    assert "Green tea" not in text_of(client, page)


def test_a_like_is_seen_at_once(client, page, product, ann):
    before = text_of(client, page)

    like(user=ann, kind="product", object_id=product.pk)
    liked = text_of(client, page)
    unlike(user=ann, kind="product", object_id=product.pk)

    assert TOKEN.sub("", liked) != TOKEN.sub("", before)
    assert TOKEN.sub("", text_of(client, page)) == TOKEN.sub("", before)


def test_who_is_signed_in_neither_fills_nor_reads_it(client, page, ann):
    of_visitor = text_of(Client(), page)
    client.force_login(ann)

    assert "Sign out" in text_of(client, page)
    shelf.clear()
    text_of(client, page)
    assert TOKEN.sub("", text_of(Client(), page)) == TOKEN.sub("", of_visitor)


def test_a_message_for_one_visitor_is_shown_to_nobody_else(client, page, product):
    text_of(Client(), page)
    client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})
    assert CookieStorage.cookie_name in client.cookies
    notice = '<ul class="notices"'

    assert notice in text_of(client, page)
    assert notice not in text_of(client, page)
    assert notice not in text_of(Client(), page)


def test_what_is_not_there_is_not_kept(client, db):
    assert client.get("/products/1/").status_code == 404

    product = make_product()

    assert client.get(f"/products/{product.pk}/").status_code == 200


def test_each_address_is_its_own_page(client, page):
    of_all = text_of(client, "/products/")

    assert "Green tea" in of_all
    assert "Green tea" not in text_of(client, "/products/?search=coffee")
    assert TOKEN.sub("", text_of(client, "/products/")) == TOKEN.sub("", of_all)

"""Hot reads, through the catalogue that they serve."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tradepost.kit.stamps import raise_stamp, read_stamp
from tradepost.kit.transactions import unit_of_work

PRODUCTS = "/api/v1/store/products/"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def visitor(api) -> APIClient:
    return api()


@pytest.fixture
def tables_read() -> Callable[..., list[str]]:
    """The tables that a call reads, one for each query."""

    def tables_read(call: Callable[[], object]) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            call()
        return [query["sql"].split(" FROM ")[1].split()[0].strip('"') for query in queries]

    return tables_read


@pytest.mark.django_db
def test_a_stored_answer_is_given_without_a_look_at_the_products(
    visitor, make_product, tables_read
) -> None:
    make_product()
    first = visitor.get(PRODUCTS)

    again = []
    tables = tables_read(lambda: again.append(visitor.get(PRODUCTS)))

    assert tables == ["kit_stamp"]
    assert again[0].content == first.content
    assert again[0]["Content-Type"] == first["Content-Type"]


def test_who_has_the_newest_answer_is_told_so_without_a_body(visitor, make_product) -> None:
    make_product()
    etag = visitor.get(PRODUCTS)["ETag"]

    answer = visitor.get(PRODUCTS, headers={"If-None-Match": etag})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', '{}, W/"other"', "*"])
def test_every_form_of_if_none_match_is_understood(visitor, make_product, form) -> None:
    make_product()
    etag = visitor.get(PRODUCTS)["ETag"]

    answer = visitor.get(PRODUCTS, headers={"If-None-Match": form.format(etag)})

    assert answer.status_code == 304


def test_an_answer_may_be_kept_and_must_be_asked_about(visitor, make_product) -> None:
    make_product()

    for answer in (visitor.get(PRODUCTS), visitor.get(PRODUCTS)):
        assert answer["Cache-Control"] == "public, no-cache"
        assert "Accept" in answer["Vary"]


def test_an_order_shows_in_the_catalogue_at_once(api, ann, visitor, make_product) -> None:
    product = make_product(inventory=10)
    before = visitor.get(f"{PRODUCTS}{product.pk}/")
    cart = visitor.post("/api/v1/store/carts/").json()["id"]
    visitor.post(f"/api/v1/store/carts/{cart}/items/", {"product_id": product.pk, "quantity": 3})

    api(ann).post("/api/v1/store/orders/", {"cart_id": cart})
    after = visitor.get(f"{PRODUCTS}{product.pk}/", headers={"If-None-Match": before["ETag"]})

    assert before.json()["inventory"] == 10
    assert (after.status_code, after.json()["inventory"]) == (200, 7)


@pytest.mark.parametrize(
    "query", ["made_up=1", "made_up=2&x=y", "utm_source=mail", "page_size=1000"]
)
def test_made_up_parameters_make_no_entries_of_their_own(visitor, make_product, query) -> None:
    make_product()

    assert visitor.get(f"{PRODUCTS}?{query}")["ETag"] == visitor.get(PRODUCTS)["ETag"]


def test_the_order_of_parameters_makes_no_other_entry(visitor, make_product) -> None:
    make_product()

    one = visitor.get(f"{PRODUCTS}?search=p&ordering=title")
    other = visitor.get(f"{PRODUCTS}?ordering=title&search=p")

    assert one["ETag"] == other["ETag"]


@pytest.mark.parametrize(
    "query",
    ["search=zzz", "ordering=-title", "page=1", "unit_price__gt=5", "collection_id=1"],
)
def test_parameters_that_count_have_an_answer_of_their_own(visitor, make_product, query) -> None:
    make_product()

    assert visitor.get(f"{PRODUCTS}?{query}")["ETag"] != visitor.get(PRODUCTS)["ETag"]


def test_made_up_parameters_are_not_repeated_to_other_visitors(visitor, make_product) -> None:
    for _ in range(11):
        make_product()
    visitor.get(f"{PRODUCTS}?made_up=somebodys-secret")

    answer = visitor.get(PRODUCTS)

    assert "somebodys-secret" not in answer.content.decode()


def test_another_host_has_another_entry(visitor, make_product) -> None:
    for _ in range(11):
        make_product()
    visitor.get(PRODUCTS)

    answer = visitor.get(PRODUCTS, headers={"Host": "localhost"})

    assert answer.json()["next"] == "http://localhost/api/v1/store/products/?page=2"


def test_a_head_is_answered_like_a_get_without_the_body(visitor, make_product) -> None:
    make_product()
    shown = visitor.get(PRODUCTS)

    answer = visitor.head(PRODUCTS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == shown["ETag"]


def test_a_head_leaves_the_whole_answer_to_the_next_get(visitor, make_product) -> None:
    product = make_product()
    visitor.head(PRODUCTS)

    assert visitor.get(PRODUCTS).json()["results"][0]["id"] == product.pk


@pytest.mark.parametrize(
    "accept", [BROWSER, "text/*", "TEXT/HTML", "Text/Html;q=0.9", "text/*, application/json;q=0.1"]
)
def test_a_page_made_for_one_browser_is_never_given_to_others(
    visitor, make_product, ann, accept
) -> None:
    make_product()
    visitor.force_login(ann)

    visitor.get(PRODUCTS, headers={"Accept": accept})
    answer = APIClient().get(PRODUCTS)

    assert answer["Content-Type"] == "application/json"
    assert answer.content.startswith(b"{")


def test_a_browser_gets_its_page_although_json_is_stored(visitor, make_product) -> None:
    make_product()
    visitor.get(PRODUCTS)

    answer = visitor.get(PRODUCTS, headers={"Accept": BROWSER})

    assert answer["Content-Type"].startswith("text/html")


def test_a_missing_product_is_asked_for_each_time(visitor, make_product) -> None:
    assert visitor.get(f"{PRODUCTS}1/").status_code == 404
    product = make_product(pk=1)

    assert visitor.get(f"{PRODUCTS}{product.pk}/").status_code == 200


def test_the_catalogue_is_served_without_the_cache(visitor, make_product, monkeypatch) -> None:
    product = make_product()
    monkeypatch.setattr(cache, "get", lambda *_: None)

    visitor.get(PRODUCTS)

    assert visitor.get(PRODUCTS).json()["results"][0]["id"] == product.pk


@pytest.mark.django_db
def test_a_stamp_starts_at_0_and_rises_with_every_action() -> None:
    seen = [read_stamp("kit.test")]

    for _ in range(20):
        with unit_of_work():
            raise_stamp("kit.test")
        seen.append(read_stamp("kit.test"))

    assert seen[0] == 0
    assert sorted(set(seen)) == seen


@pytest.mark.django_db
def test_an_action_raises_a_stamp_once_however_often_it_asks() -> None:
    for _ in range(50):  # every row of it is there
        with unit_of_work():
            raise_stamp("kit.test")

    with CaptureQueriesContext(connection) as queries, unit_of_work():
        raise_stamp("kit.test")
        raise_stamp("kit.test")

    assert len([query for query in queries if query["sql"].startswith("UPDATE")]) == 1


@pytest.mark.django_db
def test_a_value_never_comes_back_even_when_the_table_was_emptied() -> None:
    with unit_of_work():
        raise_stamp("kit.test")
    before = read_stamp("kit.test")
    apps.get_model("kit", "Stamp").objects.all().delete()

    with unit_of_work():
        raise_stamp("kit.test")

    assert read_stamp("kit.test") > before


@pytest.mark.django_db
def test_a_stamp_does_not_move_another_one() -> None:
    with unit_of_work():
        raise_stamp("kit.test")

    assert read_stamp("kit.other") == 0


@pytest.mark.django_db
def test_a_rolled_back_action_raises_no_stamp() -> None:
    with pytest.raises(LookupError), unit_of_work():
        raise_stamp("kit.test")
        raise LookupError

    assert read_stamp("kit.test") == 0

"""What visitors ask for cannot fill the memory of hot reads, and cannot switch them off."""

import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest

from tradepost.kit.http.hot import front as fronts
from tradepost.kit.http.hot.front import Front
from tradepost.kit.http.hot.shelf import BYTES_BESIDE, Shelf
from tradepost.store.tests.factories import make_product

PRODUCTS = "/api/v1/store/products/"
SMALL = b'{"count":0,"next":null,"previous":null,"results":[]}'


def test_many_small_answers_take_no_more_memory_than_few_large_ones():
    shelf = Shelf(most_bytes=1_000_000, bytes_beside=BYTES_BESIDE)
    tracemalloc.start()

    for number in range(20_000):
        shelf.put(f'"store.catalogue-1795236462097332-{number:032x}"', bytes(bytearray(SMALL)))

    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1_200_000


class Django:
    """Answers everything as a hot read, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.etag = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        from django.core.handlers.wsgi import WSGIRequest

        from tradepost.kit.http.hot.reads import look_at
        from tradepost.kit.stamps import read_stamp

        self.asked += 1
        asked = look_at(WSGIRequest(environ), read_stamp=read_stamp)
        start_response("200 OK", [("ETag", asked.etag if asked else "")])
        return [SMALL]


@pytest.fixture
def django() -> Django:
    return Django()


@pytest.fixture
def ask(db, django, rf):
    front = Front(django)

    def ask(**headers: str) -> None:
        environ = rf.get(PRODUCTS, headers=headers).environ
        list(front(environ, lambda *answer: None))

    return ask


def test_origins_that_somebody_makes_up_cost_others_one_request(ask, django, monkeypatch):
    monkeypatch.setattr(fronts, "MOST_PLACES", 5)
    make_product()
    for number in range(12):
        ask(origin=f"https://{number}.example")
    ask(origin="https://shop.example")
    before = django.asked

    ask(origin="https://shop.example")

    assert django.asked == before


def test_an_origin_of_any_length_is_not_remembered(ask, django):
    make_product()
    ask(origin="https://" + "x" * 500)

    ask(origin="https://" + "x" * 500)

    assert django.asked == 2


def test_a_query_of_raw_bytes_is_read_as_utf8(db, client):
    make_product(title="Caf\N{LATIN SMALL LETTER E WITH ACUTE}")
    query = b"tag=&search=caf\xc3\xa9".decode("latin1")

    answer = client.get(PRODUCTS, QUERY_STRING=query)

    assert answer.json()["count"] == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_who_asks_first_and_how_is_not_seen_in_the_headers_of_others(ann, client, method):
    make_product(title="Tea")
    plain = client.get(PRODUCTS)
    client.force_login(ann)

    by_the_view = getattr(client, method)(PRODUCTS, {"search": "tea"})

    assert headers_of_all(by_the_view) == headers_of_all(plain)


def headers_of_all(answer: Any) -> dict[str, str]:
    of_one = {"ETag", "Content-Length", "X-Request-ID"}
    return {name: value for name, value in answer.headers.items() if name not in of_one}

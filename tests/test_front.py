"""Hot reads before Django: the same answers, and whatever is not sure goes on to Django."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test.utils import override_settings

from tradepost.kit.http.bridge import environ_of
from tradepost.kit.http.hot import loop as loop_module
from tradepost.kit.http.hot import reads
from tradepost.kit.http.hot.front import Front
from tradepost.kit.http.hot.loop import LoopFront
from tradepost.store.actions.stock import take_stock
from tradepost.store.tests.factories import make_product

PRODUCTS = "/api/v1/store/products/"
OF_ONE_ANSWER = {"x-request-id"}


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status[:3])
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    def same(self) -> tuple[object, ...]:
        """What must not depend on who answers."""
        kept = {n: v for n, v in self.headers.items() if n not in OF_ONE_ANSWER}
        return self.status, kept, self.body


@pytest.fixture(autouse=True)
def connection_of_the_test() -> Iterator[None]:
    """The handler of servers closes connections around a request; the test needs its own."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def django() -> list[str]:
    """The paths that went on to Django."""
    return []


@pytest.fixture
def ask(db, django) -> Callable[..., Answer]:
    """Sends a request through a front that was never asked before."""
    from django.core.wsgi import get_wsgi_application

    inner = get_wsgi_application()

    def counted(environ: dict[str, Any], start_response: Any) -> Any:
        django.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    front = Front(counted)

    def ask(path: str, *, method: str = "GET", **headers: str) -> Answer:
        said: list[Any] = []
        path, _, query = path.partition("?")
        head = {"host": "localhost", **{n.replace("_", "-"): v for n, v in headers.items()}}
        scope = {
            "method": method, "path": path, "query_string": query.encode(), "scheme": "http",
            "http_version": "1.1",
            "headers": [(n.encode(), v.encode()) for n, v in head.items()],
        }  # fmt: skip
        parts = front(environ_of(scope, b""), lambda *said_: said.append(said_))
        body = b"".join(parts)
        return Answer(said[0][0], said[0][1], body)

    return ask


def test_the_second_answer_is_the_first_one_without_django(ask, django):
    make_product()
    first = ask(PRODUCTS)

    second = ask(PRODUCTS)

    assert django == [PRODUCTS]
    assert second.same() == first.same()
    assert second.headers["x-request-id"] != first.headers["x-request-id"]


def test_once_the_headers_are_known_another_page_needs_no_django(ask, django):
    product = make_product()
    ask(PRODUCTS)

    answer = ask(f"{PRODUCTS}{product.pk}/")

    assert django == [PRODUCTS]
    assert json.loads(answer.body)["id"] == product.pk


def test_it_says_byte_for_byte_what_the_view_says(ask, monkeypatch):
    for number in range(25):
        make_product(title=f"Tea {number % 7}", unit_price=f"{1 + number % 5}.50")
    queries = [
        "", "?page=2", "?page=3", "?ordering=-unit_price", "?unit_price__gt=2.50&page=2",
        "?unit_price__lt=3&ordering=unit_price", "?collection_id=1", "?collection_id=",
        "?price__gte=2&price__lte=4.5&in_stock=true", "?in_stock=false", "?ordering=-rating&page=3",
        "?ordering=last_update", "?cursor=", "?search=tea", "?rating__gte=0", "?page=",
    ]  # fmt: skip
    ask(PRODUCTS)
    fast = [ask(PRODUCTS + query) for query in queries]
    monkeypatch.setattr(reads, "_hot_reads", [])

    slow = [ask(PRODUCTS + query) for query in queries]

    assert [a.body for a in fast] == [a.body for a in slow]


@pytest.mark.parametrize("query", ["?page=9", "?page=0", "?unit_price__gt=x", "?collection_id=-1"])
def test_what_is_wrong_is_left_to_django(ask, django, query):
    make_product()
    ask(PRODUCTS)

    answer = ask(PRODUCTS + query)

    assert len(django) == 2
    assert answer.status in (400, 404)


def test_a_change_is_seen_by_the_next_read(ask, api):
    product = make_product(inventory=5)
    path = f"{PRODUCTS}{product.pk}/"
    before = ask(path), ask(path)
    cart = api().post("/api/v1/store/carts/").json()["id"]
    api().post(f"/api/v1/store/carts/{cart}/items/", {"product_id": product.pk, "quantity": 2})
    take_stock(quantities={product.pk: 2})

    assert [json.loads(a.body)["inventory"] for a in (*before, ask(path))] == [5, 5, 3]


def test_who_has_the_newest_is_told_so(ask, django):
    make_product()
    etag = ask(PRODUCTS).headers["etag"]

    answer = ask(PRODUCTS, if_none_match=etag)

    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert django == [PRODUCTS]


def test_a_head_has_the_length_and_no_body(ask):
    make_product()
    shown = ask(PRODUCTS)

    answer = ask(PRODUCTS, method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(shown.body))


@pytest.mark.parametrize(
    "asked",
    [{"method": "POST"}, {"accept": "text/html"}, {"host": "elsewhere.example"}],
    ids=str,
)
def test_everything_else_goes_to_django(ask, django, asked):
    make_product()
    ask(PRODUCTS)
    ask(PRODUCTS)

    ask(PRODUCTS, **asked)

    assert len(django) == 2


def test_a_host_that_is_not_ours_is_refused_however_often_it_asks(ask):
    answers = [ask(PRODUCTS, host="elsewhere.example") for _ in range(3)]

    assert [answer.status for answer in answers] == [400, 400, 400]


@override_settings(CORS_ALLOWED_ORIGINS=["https://shop.example"])
def test_each_origin_gets_its_own_headers(ask):
    make_product()
    ours, theirs = {"origin": "https://shop.example"}, {"origin": "https://evil.example"}

    answers = [ask(PRODUCTS, **asked) for asked in (ours, theirs, {}, ours, theirs, {})]

    allowed = [answer.headers.get("access-control-allow-origin") for answer in answers]
    assert allowed == ["https://shop.example", None, None] * 2


def test_a_database_that_fails_is_left_to_django(ask, django, monkeypatch):
    from django.db import OperationalError

    from tradepost.kit.http.hot import front

    make_product()
    ask(PRODUCTS)

    def fail(name: str) -> int:
        raise OperationalError("gone")

    monkeypatch.setattr(front, "read_stamp", fail)
    answer = ask(PRODUCTS)

    assert (answer.status, len(django)) == (200, 2)


# --- On the event loop ------------------------------------------------------------------------


@pytest.fixture
def loop_ask(transactional_db) -> Callable[..., tuple[int, bytes]]:
    """Sends a request to the loop's front; 599 stands for what it hands on."""
    if connection.vendor != "sqlite":
        pytest.skip("the loop reads stamps of SQLite only")
    from django.core.wsgi import get_wsgi_application

    front = Front(get_wsgi_application())

    async def on_threads(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 599, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    loop = LoopFront(on_threads, front=front, database=str(connection.settings_dict["NAME"]))

    def ask(path: str, *headers: tuple[bytes, bytes], through: str = "loop") -> tuple[int, bytes]:
        scope = {
            "type": "http", "method": "GET", "path": path, "query_string": b"", "scheme": "http",
            "http_version": "1.1", "headers": [(b"host", b"localhost"), *headers],
        }  # fmt: skip
        if through == "threads":
            said: list[Any] = []
            body = b"".join(front(environ_of(scope, b""), lambda *s: said.append(s)))
            return int(said[0][0][:3]), body
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(loop(scope, None, send))
        return sent[0]["status"], sent[1]["body"]

    return ask


def test_the_loop_answers_what_is_stored_and_hands_on_the_rest(loop_ask):
    make_product()
    unknown = loop_ask(PRODUCTS)
    stored = loop_ask(PRODUCTS, through="threads")

    known = loop_ask(PRODUCTS)

    assert unknown[0] == 599
    assert known == stored


def test_the_loop_sees_a_commit_at_once(loop_ask):
    product = make_product(inventory=5)
    loop_ask(PRODUCTS, through="threads")
    before = loop_ask(PRODUCTS)

    with transaction.atomic():
        take_stock(quantities={product.pk: 1})

    after = loop_ask(PRODUCTS)
    shown = [json.loads(body)["results"][0]["inventory"] for _, body in (before, after)]
    assert shown == [5, 4]


@pytest.mark.parametrize("header", [(b"content-length", b"3"), (b"transfer-encoding", b"chunked")])
def test_a_request_with_a_body_is_not_for_the_loop(loop_ask, header):
    make_product()
    loop_ask(PRODUCTS, through="threads")

    assert loop_ask(PRODUCTS, header)[0] == 599


def test_what_takes_long_again_and_again_is_made_by_threads(loop_ask, monkeypatch):
    products = [make_product() for _ in range(5)]
    loop_ask(PRODUCTS, through="threads")
    monkeypatch.setattr(loop_module, "QUICK_SECONDS", 0)
    threads = []
    original = Front.answer

    def note(*arguments: Any, **options: Any) -> Any:
        if options["made"]:
            threads.append(threading.current_thread().name.partition("_")[0])
        return original(*arguments, **options)

    monkeypatch.setattr(Front, "answer", note)

    statuses = {loop_ask(f"{PRODUCTS}{product.pk}/")[0] for product in products}

    assert statuses == {200}
    assert threads == ["MainThread", "MainThread", "MainThread", "hot", "hot"]


def test_a_path_beyond_latin_letters_comes_to_django_as_it_was_sent(ask):
    assert ask("/товары/").status == 404

"""Whatever is sent to the API, the answer is a refusal and never a fault."""

from urllib.parse import quote

import pytest
from django.db import transaction

from tradepost.kit.http.keyset import Place, write_cursor

pytestmark = pytest.mark.django_db

CART = "/api/v1/store/carts/{cart}/items/"
WRITES = [
    ("post", "/api/v1/auth/users/"),
    ("post", "/api/v1/auth/jwt/create/"),
    ("post", "/api/v1/auth/jwt/refresh/"),
    ("post", "/api/v1/auth/users/set_password/"),
    ("post", "/api/v1/auth/users/set_username/"),
    ("post", "/api/v1/auth/users/reset_password/"),
    ("post", "/api/v1/auth/users/reset_password_confirm/"),
    ("put", "/api/v1/auth/users/me/"),
    ("patch", "/api/v1/auth/users/me/"),
    ("delete", "/api/v1/auth/users/me/"),
    ("post", CART),
    ("patch", CART + "1/"),
    ("post", "/api/v1/store/orders/"),
    ("post", "/api/v1/conversations/"),
    ("post", "/api/v1/messages/"),
    ("post", "/api/v1/messages/mark_conversation_as_read/"),
]
BODIES = {
    "broken": b'{"a": ',
    "not UTF-8": b'{"username": "\xff\xfe"}',
    "half a character": rb'{"username": "\ud800", "message_body": "\ud800"}',
    "very deep": b"[" * 10_000 + b"]" * 10_000,
    "infinite number": b'{"quantity": 1e999, "product_id": 1e999}',
    "a list": b"[1, 2]",
    "a string": b'"text"',
    "a number": b"7",
    "true": b"true",
    "null": b"null",
}
FIELDS = [
    "username", "email", "password", "first_name", "last_name", "phone_number", "role", "refresh",
    "current_password", "new_password", "new_username", "uid", "token", "product_id", "quantity",
    "cart_id", "expected_total", "conversation", "message_body", "content", "parent_message",
    "client_id", "conversation_id", "up_to_seq", "participant_ids",
]  # fmt: skip
VALUES = {
    "NUL": r'"a\u0000b@example.com"',
    "huge number": "9" * 400,
    "negative number": "-9223372036854775809",
    "fraction": "1.5",
    "true": "true",
    "null": "null",
    "list": '["a", null, {}]',
    "object": '{"a": {"b": []}}',
    "deep object": '{"a":' * 500 + "1" + "}" * 500,
    "long text": '"' + "x" * 100_000 + '"',
    "empty text": '""',
    "NaN as text": '"NaN"',
    "Arabic digits": '"\u0661\u0662"',
    "UUID": '"0193a2b4-7c1d-4e8f-9a3b-5d6e7f8091a2"',
}


@pytest.fixture
def client(forgiving, ann):
    return forgiving(ann)


@pytest.fixture
def statuses(client):
    """Send each body to an address, undo what it did, and return the statuses by name."""
    cart = client.post("/api/v1/store/carts/").json()["id"]

    def statuses(method: str, url: str, bodies: dict[str, bytes]) -> dict[str, int]:
        found = {}
        for name, body in bodies.items():
            with transaction.atomic():
                answer = getattr(client, method)(
                    url.format(cart=cart), body, content_type="application/json"
                )
                transaction.set_rollback(True)
            found[name] = answer.status_code
        return found

    return statuses


@pytest.mark.parametrize(("method", "url"), WRITES)
def test_a_malformed_body_is_refused(statuses, method, url) -> None:
    answers = statuses(method, url, BODIES)

    assert {name: s for name, s in answers.items() if not 400 <= s < 500} == {}


@pytest.mark.parametrize(("method", "url"), WRITES)
def test_a_value_of_the_wrong_kind_in_every_field_is_no_fault(statuses, method, url) -> None:
    bodies = {
        name: ("{" + ",".join(f'"{field}": {value}' for field in FIELDS) + "}").encode()
        for name, value in VALUES.items()
    }
    bodies["nothing"] = b""

    answers = statuses(method, url, bodies)

    assert {name: s for name, s in answers.items() if s >= 500} == {}


PLACES = {
    "text": "abc",
    "NUL": "a\0b",
    "huge number": "9" * 30,
    "impossible day": "2026-02-31T00:00Z",
}
NUMBERED, NAMED = 1, "00000000-0000-7000-8000-000000000000"
LAST_KEYS = {
    "title,id": [NUMBERED],
    "-placed_at,-id": [NUMBERED],
    "username,id": [NAMED],
    "-updated_at,-id": [NAMED],
    "-sent_at,-id": [NAMED],
    "-created_at,-id": [NAMED],
    "-seq": [],
}


def cursor(order: str, *values: object) -> str:
    return quote(write_cursor(order.split(","), Place(values)))


LISTS = [
    "/api/v1/store/products/",
    "/api/v1/store/collections/",
    "/api/v1/store/orders/",
    "/api/v1/users/",
    "/api/v1/auth/users/",
    "/api/v1/conversations/",
    "/api/v1/messages/",
    "/api/v1/conversations/{talk}/messages/",
    "/api/v1/notifications/",
    "/api/v1/feed/",
]
QUERIES = {
    "page 0": "page=0",
    "page -1": "page=-1",
    "page abc": "page=abc",
    "huge page": "page=9999999999999999999999",
    "price NaN": "unit_price__gt=NaN",
    "price infinity": "unit_price__lt=Infinity",
    "price 1e999": "unit_price__gt=1e999",
    "price with three decimals": "unit_price__gt=0.001",
    "price as a power": "unit_price__gt=1e-1",
    "huge price": "unit_price__gt=9999999999.99",
    "negative price": "unit_price__lt=-9999999999.99",
    "price with NUL": "unit_price__gt=1%00",
    "huge collection": "collection_id=99999999999999999999",
    "largest collection": "collection_id=9223372036854775807",
    "collection and a half": "collection_id=1.5",
    "collection as a power": "collection_id=1e3",
    "no collection": "collection_id=abc",
    "search NUL": "search=a%00b",
    "search not UTF-8": "search=%ff%fe",
    "long search": "search=" + "x" * 50_000,
    "many words": "search=" + "+".join("abcdefghij" * 30),
    "search wildcards": "search=%25_%5C",
    "quotes": "search=%22'--",
    "unknown ordering": "ordering=password,-nothing,%00",
    "ordering by collection": "ordering=collection__title",
    "long query": "q=" + "x" * 100_000,
    "broken escape": "search=%&page=%zz",
    "cursor garbage": "cursor=garbage",
    "cursor not base64": "cursor=%ff%00",
    **{
        f"cursor of {order} with {name}": f"cursor={cursor(order, place, *last_keys)}"
        for order, last_keys in LAST_KEYS.items()
        for name, place in PLACES.items()
    },
    "conversation garbage": "conversation_id=garbage",
    "conversation NUL": "conversation_id=%00",
    "conversation empty": "conversation_id=",
    "feed after -1": "after=-1",
    "feed after 2**70": f"after={2**70}",
    "feed after text": "after=abc",
    "feed limit 0": "limit=0",
    "feed limit huge": "limit=100000",
    "feed epoch garbage": "epoch=garbage",
    "feed epoch NUL": "epoch=%00",
    "format": "format=xml",
    "same name twice": "page=1&page=2&search=a&search=b",
}


@pytest.mark.parametrize("url", LISTS)
def test_no_query_makes_a_list_fail(client, bob, url) -> None:
    start = {"participant_ids": [str(bob.pk)]}
    talk = client.post("/api/v1/conversations/", start).json()["conversation_id"]
    client.post("/api/v1/messages/", {"conversation": talk, "message_body": "Hello"})

    answers = {}
    for name, query in QUERIES.items():
        with transaction.atomic():
            answers[name] = client.get(url.format(talk=talk), QUERY_STRING=query).status_code
            transaction.set_rollback(True)

    assert {name: s for name, s in answers.items() if s not in {200, 400, 404}} == {}


IDS = ["abc", "0", "-1", "9" * 30, "1.5", "%00", "%ff", "%F0%9F%8D%B5", "a" * 200, "%D9%A1"]
DETAILS = [
    "/api/v1/store/products/{id}/",
    "/api/v1/store/collections/{id}/",
    "/api/v1/store/carts/{id}/",
    "/api/v1/store/carts/{id}/items/",
    "/api/v1/store/carts/{cart}/items/{id}/",
    "/api/v1/store/orders/{id}/",
    "/api/v1/users/{id}/",
    "/api/v1/auth/users/{id}/",
    "/api/v1/conversations/{id}/",
    "/api/v1/conversations/{id}/messages/",
    "/api/v1/messages/{id}/",
]


@pytest.mark.parametrize(
    ("method", "url"),
    [
        *(("get", url) for url in DETAILS),
        ("delete", "/api/v1/store/carts/{id}/"),
        ("delete", "/api/v1/store/carts/{cart}/items/{id}/"),
        ("post", "/api/v1/store/carts/{id}/items/"),
        ("patch", "/api/v1/store/carts/{cart}/items/{id}/"),
        ("post", "/api/v1/store/orders/{id}/conversation/"),
        ("patch", "/api/v1/notifications/{id}/mark_as_read/"),
        ("delete", "/api/v1/auth/users/{id}/"),
    ],
)
def test_an_impossible_id_is_not_found(client, method, url) -> None:
    cart = client.post("/api/v1/store/carts/").json()["id"]
    fit = {"product_id": 1, "quantity": 1, "current_password": "correct-horse"}

    answers = {}
    for identifier in IDS:
        with transaction.atomic():
            send = getattr(client, method)
            answers[identifier] = send(url.format(id=identifier, cart=cart), fit).status_code
            transaction.set_rollback(True)

    assert {identifier: s for identifier, s in answers.items() if s != 404} == {}

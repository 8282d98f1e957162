"""The guard, spoken to as an ASGI server would."""

import asyncio
import json

import pytest

from tradepost.kit.http.application import Application
from tradepost.kit.http.guard import Guard

NEVER = "the client sends nothing more"


class NobodyStays:
    """Serves no connection that stays."""

    sockets = streams = "/nowhere/"


class Inner:
    """The application behind the guard: it remembers what it was asked."""

    def __init__(self) -> None:
        self.scope = None
        self.body = None

    async def __call__(self, scope, receive, send) -> None:
        self.scope = scope
        self.body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


class Client:
    """Sends what it is given and counts how much of it was asked for."""

    def __init__(self, *chunks: bytes, end: object = None) -> None:
        last = {"type": "http.request", "body": b"", "more_body": False}
        self.messages = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        ] + [end or last]
        self.read = 0

    async def receive(self):
        message = self.messages[self.read]
        self.read += 1
        if message is NEVER:
            await asyncio.Event().wait()
        return message


def ask(app, client: Client, *headers: tuple[bytes, bytes], query: bytes = b""):
    """Return the status and the body that the client is answered, or None and nothing."""
    sent = []

    async def send(message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/echo/", "raw_path": b"/echo/", "query_string": query, "root_path": "",
        "headers": [(b"host", b"testserver"), *headers], "server": ("testserver", 80),
        "client": ("127.0.0.1", 50000),
    }  # fmt: skip
    asyncio.run(app(scope, client.receive, send))
    status = sent[0]["status"] if sent else None
    return status, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def inner() -> Inner:
    return Inner()


@pytest.fixture
def guard(inner) -> Guard:
    return Guard(inner, limit=10, upload_limit=20, body_seconds=20)


def test_a_body_in_chunks_arrives_whole_with_its_length(guard, inner) -> None:
    chunked = (b"transfer-encoding", b"chunked")

    assert ask(guard, Client(b"abc", b"def"), chunked) == (200, b"ok")
    assert inner.body == b"abcdef"
    assert [h for h in inner.scope["headers"] if h[0] != b"host"] == [(b"content-length", b"6")]


def test_a_request_without_a_body_has_length_0(guard, inner) -> None:
    ask(guard, Client())

    assert (b"content-length", b"0") in inner.scope["headers"]


def test_a_body_of_exactly_the_limit_passes(guard, inner) -> None:
    ask(guard, Client(b"x" * 10), (b"content-length", b"10"))

    assert inner.body == b"x" * 10


def test_a_declared_length_over_the_limit_is_refused_unread(guard, inner) -> None:
    client = Client(b"x" * 11)

    status, body = ask(guard, client, (b"content-length", b"11"))

    assert (status, json.loads(body)["code"]) == (413, "body_too_large")
    assert client.read == 0
    assert inner.scope is None


def test_chunks_over_the_limit_are_refused_without_reading_on(guard, inner) -> None:
    client = Client(b"x" * 6, b"x" * 6, b"x" * 6)

    status, _ = ask(guard, client)

    assert status == 413
    assert client.read == 2
    assert inner.scope is None


def test_a_body_longer_than_it_said_is_refused(guard) -> None:
    status, _ = ask(guard, Client(b"x" * 11), (b"content-length", b"1"))

    assert status == 413


FORM = (b"content-type", b"multipart/form-data; boundary=x")


@pytest.mark.parametrize(("size", "status"), [(20, 200), (21, 413)])
def test_a_form_with_files_has_a_limit_of_its_own(guard, size, status) -> None:
    assert ask(guard, Client(b"x" * size), FORM)[0] == status


@pytest.mark.parametrize("length", [b"", b"-1", b"abc", b"1.5", b"+5", b"1,1", b"9" * 5000])
def test_an_impossible_content_length_is_refused(guard, inner, length) -> None:
    status, _ = ask(guard, Client(b"x"), (b"content-length", length))

    assert status in {400, 413}
    assert inner.scope is None


def test_a_body_that_does_not_come_is_given_up(inner) -> None:
    guard = Guard(inner, limit=10, upload_limit=20, body_seconds=0.01)

    status, body = ask(guard, Client(b"x", end=NEVER))

    assert (status, json.loads(body)["code"]) == (408, "body_too_slow")
    assert inner.scope is None


def test_a_slow_application_is_not_cut_short() -> None:
    """The time is for the client's body, not for our answer."""

    async def slow(scope, receive, send) -> None:
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    guard = Guard(slow, limit=10, upload_limit=20, body_seconds=0.01)

    assert ask(guard, Client()) == (200, b"")


def test_a_client_that_left_is_not_answered(guard, inner) -> None:
    status, _ = ask(guard, Client(b"x", end={"type": "http.disconnect"}))

    assert status is None
    assert inner.scope is None


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        (b"search=tea&page=2", b"search=tea&page=2"),
        ("search=thé".encode(), b"search=th%C3%A9"),
        (b"search=\xff", b"search=%FF"),
        (b"a=%20b+c", b"a=%20b+c"),
        (b"", b""),
    ],
)
def test_a_query_reaches_the_application_as_plain_ascii(guard, inner, sent, passed) -> None:
    ask(guard, Client(), query=sent)

    assert inner.scope["query_string"] == passed


def echo(environ, start_response):
    """A WSGI application that says what it got."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["CONTENT_LENGTH"].encode(), b" ", environ["QUERY_STRING"].encode(), b" ", body]


def test_a_chunked_body_reaches_django_with_its_length() -> None:
    chunked = (b"transfer-encoding", b"chunked")

    answer = ask(
        Application(echo, live=NobodyStays()),
        Client(b"abc", b"def"),
        chunked,
        query="q=thé".encode(),
    )

    assert answer == (200, b"6 q=th%C3%A9 abcdef")


def test_the_limits_come_from_the_settings(settings) -> None:
    settings.MAX_BODY_BYTES = 5

    assert ask(Application(echo, live=NobodyStays()), Client(b"x" * 6))[0] == 413

"""What a WSGI application gets and gives through the bridge."""

import asyncio
from typing import Any

import pytest

from tradepost.kit.http.bridge import OnThreads

Message = dict[str, Any]


class Recorder:
    """A WSGI application that remembers its environment and answers in pieces."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}
        self.body = b""
        self.closed = False

    def __call__(self, environ, start_response):
        self.environ = environ
        self.body = environ["wsgi.input"].read()
        start_response("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1")])
        return self

    def __iter__(self):
        return iter([b"one ", b"two"])

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def inner() -> Recorder:
    return Recorder()


def ask(inner, body: bytes = b"", *headers: tuple[bytes, bytes], **scope: object) -> list[Message]:
    """Send one request through the bridge; return what it sends back."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    request = {
        "type": "http",
        "method": "POST",
        "path": "/é",
        "query_string": b"a=1",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("shop.example", 8000),
        "client": ("192.0.2.1", 1234),
        "headers": list(headers),
        **scope,
    }
    asyncio.run(OnThreads(inner, threads=1)(request, receive, send))
    return sent


def test_the_answer_comes_whole(inner) -> None:
    start, body = ask(inner)

    assert start == {
        "type": "http.response.start",
        "status": 201,
        "headers": [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1")],
    }
    assert body == {"type": "http.response.body", "body": b"one two"}
    assert inner.closed


def test_the_request_is_as_wsgi_describes_it(inner) -> None:
    ask(inner, b"hello", (b"content-type", b"text/plain"), (b"content-length", b"5"))

    wanted = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/é".encode().decode("latin1"),
        "QUERY_STRING": "a=1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "wsgi.url_scheme": "http",
    }
    assert {name: inner.environ[name] for name in wanted} == wanted
    assert inner.body == b"hello"


def test_a_repeated_header_becomes_one(inner) -> None:
    ask(inner, b"", (b"accept", b"a"), (b"accept", b"b"))

    assert inner.environ["HTTP_ACCEPT"] == "a,b"


def test_a_header_with_an_underscore_cannot_pass_for_another(inner) -> None:
    ask(inner, b"", (b"x_forwarded_for", b"192.0.2.9"), (b"content_length", b"9"))

    assert "HTTP_X_FORWARDED_FOR" not in inner.environ
    assert "CONTENT_LENGTH" not in inner.environ


def test_a_socket_without_addresses_is_served(inner) -> None:
    [start, _] = ask(inner, server=None, client=None)

    assert start["status"] == 201


def test_what_breaks_in_the_answer_is_closed_and_raised() -> None:
    class Broken(Recorder):
        def __iter__(self):
            yield b"one"
            raise RuntimeError("in the middle")

    broken = Broken()

    with pytest.raises(RuntimeError, match="in the middle"):
        ask(broken)
    assert broken.closed

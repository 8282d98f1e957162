"""The embedded server: how it starts, stops, survives, and meets bad clients."""

import json
import os
import signal
import socket
import subprocess
import time
from itertools import takewhile
from urllib.parse import urlsplit

import httpx
import pytest

from tests.servers import start_server

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}
PRODUCTS = "/api/v1/store/products/"


def test_it_starts_with_a_secret_of_its_own_that_stays(shop):
    secret = (shop.folder / "secret-key").read_text()

    assert len(secret) >= 50
    assert (shop.folder / "secret-key").stat().st_mode & 0o077 == 0
    assert shop.password in shop.log.read_text()


def test_it_prints_a_way_to_order_that_works(shop):
    log = shop.log.read_text()
    script = "\n".join(takewhile(lambda line: line.startswith("    "), lines_from(log, "    API=")))

    done = subprocess.run(
        ["bash", "-euc", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    line, order = json_documents(done.stdout)
    assert line["quantity"] == 2
    assert order["items"][0]["product"]["id"] == line["product_id"]


def lines_from(text: str, start: str) -> list[str]:
    return text[text.index(start) :].splitlines()


def json_documents(text: str) -> list[dict]:
    found, place, decoder = [], 0, json.JSONDecoder()
    while place < len(text.rstrip()):
        document, place = decoder.raw_decode(text, place)
        found.append(document)
    return found


def test_it_is_not_in_debug_mode(shop):
    answer = httpx.get(f"{shop.address}/no-such-page/")

    assert answer.status_code == 404
    assert "urlpatterns" not in answer.text
    assert "config.urls" not in answer.text


def test_the_interrupt_key_stops_it_cleanly(tmp_path):
    process, address = start_server(data_dir=tmp_path, DEMO="off", **EMBEDDED)
    assert httpx.get(f"{address}/healthz").status_code == 200

    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_killed_server_has_lost_nothing_that_it_answered(tmp_path):
    process, address = start_server(data_dir=tmp_path, RATE_LIMITS="off", **EMBEDDED)
    carts = []
    with httpx.Client(base_url=f"{address}/api/v1/store/") as client:
        for _ in range(20):
            carts.append(client.post("carts/").raise_for_status().json()["id"])
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)

    process, address = start_server(data_dir=tmp_path, **EMBEDDED)
    try:
        with httpx.Client(base_url=f"{address}/api/v1/store/") as client:
            assert [client.get(f"carts/{cart}/").status_code for cart in carts] == [200] * 20
            assert client.get("products/").json()["count"] > 10
    finally:
        process.terminate()
        process.wait(20)


def raw(shop, *chunks: bytes, pause_seconds: float = 0) -> bytes:
    """Send bytes as they are and return all that comes back."""
    place = urlsplit(shop.address)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        for chunk in chunks:
            connection.sendall(chunk)
            time.sleep(pause_seconds)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            if pause_seconds == 0 and b"\r\n\r\n" in answer:
                break
        return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


BODIES = {
    "broken": b'{"cart_id": ',
    "not UTF-8": b'{"cart_id": "\xff\xfe"}',
    "NUL": b'{"cart_id": "\\u0000"}',
    "raw NUL": b'{"cart_id": "\x00"}',
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "huge number": b'{"cart_id": 1' + b"0" * 5_000 + b"}",
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "nothing": b"",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(
    "path",
    ["store/orders/", "messages/", "conversations/", "auth/users/", "auth/jwt/create/",
     "auth/jwt/refresh/", "messages/mark_conversation_as_read/"],
)  # fmt: skip
def test_a_bad_body_is_the_clients_fault(shop, path, body):
    guest = shop.signed_in("guest")

    answer = guest.post(path, content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/json"


def test_an_endless_body_is_413_before_it_is_read(shop):
    head = (
        b"POST /api/v1/store/carts/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Length: 99999999999\r\n\r\n"
    )

    assert status_of(raw(shop, head)) == 413


def test_a_huge_chunked_body_is_413(shop):
    head = (
        b"POST /api/v1/store/carts/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"

    assert status_of(raw(shop, head, chunk, chunk, chunk)) == 413


@pytest.mark.parametrize(
    "line",
    [
        b"GET /%00 HTTP/1.1",
        b"GET /%ff%fe HTTP/1.1",
        b"GET /api/v1/store/products/?search=%00 HTTP/1.1",
        b"GET /api/v1/store/products/?search=%ff%fe HTTP/1.1",
        b"GET /api/v1/store/products/%00/ HTTP/1.1",
        b"GET /products/?page=%00 HTTP/1.1",
        b"GET /api/v1/store/products/?page=99999999999999999999999 HTTP/1.1",
        b"GET " + PRODUCTS.encode() + b"?search=" + b"a" * 60_000 + b" HTTP/1.1",
        b"BREW / HTTP/1.1",
        b"GET / HTTP/9.9",
        b"nonsense",
        b"GET /\xc3\xa9?\xc3\xa9 HTTP/1.1",
    ],
)
def test_a_bad_request_line_never_breaks_the_server(shop, line):
    answer = raw(shop, line + b"\r\nHost: localhost\r\n\r\n")

    assert 200 <= status_of(answer) < 500


def test_another_host_name_is_refused(shop):
    answer = httpx.get(f"{shop.address}{PRODUCTS}", headers={"Host": "evil.example"})

    assert answer.status_code == 400


def test_a_head_that_never_ends_is_given_up(shop):
    answer = raw(shop, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", pause_seconds=0.1)

    assert status_of(answer) == 408


def test_slow_senders_do_not_keep_others_waiting(shop):
    place = urlsplit(shop.address)
    head = b"POST /api/v1/store/carts/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    slow = [socket.create_connection((place.hostname, place.port)) for _ in range(40)]
    try:
        for connection in slow:
            connection.sendall(head)

        assert httpx.get(f"{shop.address}{PRODUCTS}", timeout=10).status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_no_server_error_was_logged(shop):
    """Runs after the attacks of this file: none of them may have made a traceback."""
    assert "Traceback" not in shop.log.read_text()

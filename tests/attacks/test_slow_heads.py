"""A client that sends a head slowly is given up, on its first request and on every later one."""

import socket
from urllib.parse import urlsplit

from tradepost.kit.http.server import HEADER_SECONDS

PATIENCE_SECONDS = HEADER_SECONDS + 5


def test_the_head_of_a_second_request_may_not_take_for_ever(shop):
    place = urlsplit(shop.address)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(65536)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        connection.settimeout(PATIENCE_SECONDS)

        end = connection.recv(65536)

    assert end.startswith(b"HTTP/1.1 408") or end == b""

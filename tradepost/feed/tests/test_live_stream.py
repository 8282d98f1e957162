"""Server-sent events: the same rows for who has no socket."""

import json
import socket
import threading
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest

from tradepost.feed.consumers import follower, stream
from tradepost.feed.tests.live import (
    PATIENCE_SECONDS,
    cookie_of,
    happen,
    session_of,
    token_of,
    wait_until,
)

STREAM = "feed/stream/"


class Events:
    """What a browser's ``EventSource`` makes of a stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next_block(self) -> list[str]:
        block: list[str] = []
        for line in self._lines:
            if not line:
                return block
            block.append(line)
        raise EOFError

    def next(self) -> tuple[str, dict]:
        """Return the next event: its id and data."""
        while True:
            fields = dict(line.split(": ", 1) for line in self.next_block() if ": " in line)
            if fields.get("event") == "feed":
                return fields["id"], json.loads(fields["data"])


@contextmanager
def streaming(live, user=None, headers=None, **query):
    headers = {**(token_of(user) if user else {}), **(headers or {})}
    client = httpx.Client(base_url=live.http, timeout=PATIENCE_SECONDS, headers=headers)
    with client, client.stream("GET", STREAM, params=query) as response:
        yield Events(response)


def test_a_stream_begins_at_the_end_and_says_where_that_is(live, ann) -> None:
    happen(ann, times=3)

    with streaming(live, ann) as events:
        first = events.next_block()
        happen(ann)
        event_id, page = events.next()

    assert events.response.status_code == 200
    assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert events.response.headers["cache-control"] == "no-store"
    assert first == ["retry: 2000", f"id: {ann.pk}:3"]
    assert event_id == f"{ann.pk}:4"
    assert page == live.ask(ann, after=3)


def test_a_stream_begins_after_a_place(live, ann) -> None:
    happen(ann, times=3)

    with streaming(live, ann, after=1, epoch=str(ann.pk)) as events:
        assert events.next() == (f"{ann.pk}:3", live.ask(ann, after=1))


def test_a_browser_comes_back_with_the_last_id(live, ann) -> None:
    happen(ann, times=3)
    last = {"Last-Event-ID": f"{ann.pk}:2"}

    with streaming(live, ann, headers=last, after=0) as events:
        event_id, page = events.next()

    assert event_id == f"{ann.pk}:3"
    assert [row["seq"] for row in page["results"]] == [3]


def test_many_rows_come_as_events(live, ann) -> None:
    happen(ann, times=450)

    with streaming(live, ann, after=0) as events:
        pages = [events.next() for _ in range(3)]

    assert [event_id.rpartition(":")[2] for event_id, _ in pages] == ["200", "400", "450"]
    rows = [row["seq"] for _, page in pages for row in page["results"]]
    assert rows == list(range(1, 451))


@pytest.mark.parametrize("cursor", ["{epoch}:9", "{other}:1", "{other}:"])
def test_an_unknown_place_is_reset(live, ann, cursor) -> None:
    happen(ann, times=3)
    last = {"Last-Event-ID": cursor.format(epoch=ann.pk, other=uuid4())}

    with streaming(live, ann, headers=last) as events:
        event_id, page = events.next()

    assert event_id == f"{ann.pk}:3"
    assert (page["reset"], page["seq"], page["results"]) == (True, 3, [])


def test_in_silence_there_is_a_comment(monkeypatch, settings, live, ann) -> None:
    monkeypatch.setattr("tradepost.feed.consumers.hub.CLOCK_SECONDS", 0.05)
    settings.FEED_BEAT_SECONDS = 0.1

    with streaming(live, ann) as events:
        events.next_block()
        live.on_loop(lambda: [one.beat() for one in live.hub.list_all()])

        assert events.next_block() == [":"]


def test_a_session_opens_a_stream_for_the_site_itself(live, ann) -> None:
    page = {**cookie_of(session_of(ann)), "Origin": f"http://{live.host}"}

    with streaming(live, headers=page) as events:
        happen(ann)

        assert events.next()[0] == f"{ann.pk}:1"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "not_authenticated"),
        ({"Authorization": "JWT garbage"}, 401, "not_authenticated"),
        ({"Authorization": "JWT é".encode()}, 401, "not_authenticated"),
        ({"Cookie": "sessionid=garbage"}, 401, "not_authenticated"),
        ({"Origin": "http://evil.example.com"}, 403, "wrong_origin"),
    ],
    ids=["nothing", "a bad token", "a token in latin", "a bad session", "another origin"],
)
def test_others_get_no_stream(live, db, headers, status, code) -> None:
    answer = httpx.get(live.http + STREAM, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({"after": "-1"}, {}),
        ({"after": "x"}, {}),
        ({"after": "²"}, {}),
        ({"after": "9" * 19}, {}),
        ({"epoch": "x"}, {}),
        ({}, {"Last-Event-ID": "x:1"}),
        ({}, {"Last-Event-ID": ":::"}),
        ({}, {"Last-Event-ID": "é:1".encode()}),
    ],
)
def test_a_place_that_cannot_be_one_is_refused(live, ann, query, headers) -> None:
    answer = httpx.get(live.http + STREAM, params=query, headers={**token_of(ann), **headers})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "DELETE", "OPTIONS"])
def test_a_stream_can_only_be_read(live, ann, method) -> None:
    with httpx.Client(base_url=live.http, headers=token_of(ann)) as client:
        answer = client.request(method, STREAM, content=b"x" * 100)

        assert answer.status_code == 405
        assert client.get("feed/").status_code == 200  # on the same connection


def test_a_full_server_has_no_stream(settings, live, ann) -> None:
    settings.FEED_MOST_SOCKETS = 0

    assert httpx.get(live.http + STREAM, headers=token_of(ann)).status_code == 503


def test_a_stream_ends_when_the_server_stops(live, ann) -> None:
    with streaming(live, ann) as events:
        events.next_block()
        live.begin_to_stop()

        with pytest.raises(EOFError):
            events.next()


def test_a_stream_ends_when_the_account_is_closed(monkeypatch, settings, quick, live, ann) -> None:
    with streaming(live, ann) as events:
        events.next_block()
        ann.is_active = False
        ann.save()

        with pytest.raises(EOFError):
            events.next()


def test_open_streams_hold_no_thread(settings, live, ann) -> None:
    settings.FEED_SOCKETS_PER_USER = 100
    open_ones = [streaming(live, ann) for _ in range(settings.WEB_THREADS + 20)]
    before = threading.active_count()

    streams = [one.__enter__() for one in open_ones]
    assert live.ask(ann)["seq"] == 0
    happen(ann)
    ids = {events.next()[0] for events in streams}

    assert ids == {f"{ann.pk}:1"}
    assert threading.active_count() <= before + settings.WEB_THREADS + settings.FEED_THREADS
    for one in open_ones:
        one.__exit__(None, None, None)
    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 0)
    assert live.on_loop(lambda: (live.hub.followers, live.hub._read_up_to)) == ({}, {})


def test_who_does_not_read_goes_and_is_forgotten(live, ann, monkeypatch, caplog) -> None:
    monkeypatch.setattr(follower, "TAKING_SECONDS", 0.3)
    monkeypatch.setattr(stream, "GOODBYE_SECONDS", 0.2)
    happen(ann, times=2000)
    happen(ann, times=2000)
    silent = socket.socket()
    silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    silent.connect(tuple(live.server.servers[0].sockets[0].getsockname()))
    wait_until(lambda: live.server.server_state.connections)
    [connection] = live.server.server_state.connections
    kernel = connection.transport.get_extra_info("socket")
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    silent.sendall(
        f"GET /api/v1/feed/stream/?after=0 HTTP/1.1\r\nHost: {live.host}\r\n"
        f"Authorization: {token_of(ann)['Authorization']}\r\n\r\n".encode()
    )
    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 1)

    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 0)
    wait_until(lambda: not live.server.server_state.connections, seconds=3)
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    silent.close()

"""A client that does not keep up comes back; nobody waits for it."""

import socket
import time

import pytest

from tradepost.feed.consumers import follower
from tradepost.feed.consumers import socket as sockets
from tradepost.feed.tests.live import happen, numbers, ticket_of, wait_until

RESUME = {"type": "closing", "code": 4008, "reason": "resume", "retry_after_seconds": 0}


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(follower, "TAKING_SECONDS", 0.3)
    monkeypatch.setattr(follower, "GOODBYE_SECONDS", 0.2)
    monkeypatch.setattr(sockets, "GOODBYE_SECONDS", 0.2)


def count_until_it_ends(client) -> tuple[int, int, dict]:
    """Return how many rows come before the end, its code and the last word."""
    rows, frame = 0, {}
    while frame.get("type") != "closing":
        frame = client.hear_any()
        rows += len(frame.get("results", ()))
    return rows, frame


def test_who_never_acknowledges_gets_a_thousand_rows_and_some(impatient, live, ann) -> None:
    happen(ann, times=1500)
    client = live.enter(ann, seq=0)

    assert count_until_it_ends(client) == (1200, RESUME)
    assert client.ends()[0] == 4008


def test_who_acknowledges_gets_all(impatient, live, ann) -> None:
    happen(ann, times=1500)
    client = live.enter(ann, seq=0)

    rows = []
    while len(rows) < 1500:
        rows += client.rows(1)
        client.ack()

    assert numbers(rows) == list(range(1, 1501))


def test_who_lives_on_new_rows_must_acknowledge_too(impatient, live, ann) -> None:
    client = live.enter(ann)
    live.settle(ann)
    for number in range(30):
        happen(ann, number=number, times=50)

    rows, last = count_until_it_ends(client)

    assert last == RESUME
    assert 1000 < rows <= 1000 + 2 * 256
    assert client.ends()[0] == 4008


def test_an_ack_of_what_was_never_sent_is_no_credit(impatient, live, ann) -> None:
    client = live.enter(ann)
    client.say("ack", seq=2**62)
    happen(ann, times=1500)

    assert count_until_it_ends(client)[1] == RESUME


def test_after_it_the_client_resumes(impatient, live, ann) -> None:
    happen(ann, times=1500)
    count_until_it_ends(live.enter(ann, seq=0))

    assert numbers(live.enter(ann, seq=1200).rows(300)) == list(range(1201, 1501))


class Silent:
    """A client that never reads what comes once it is let in."""

    def __init__(self, live, user, **hello) -> None:
        host, port = live.host.split(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect((host, int(port)))
        self.socket.sendall(
            b"GET /ws/v1/feed/ HTTP/1.1\r\nHost: %b\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % live.host.encode()
        )
        while not self.socket.recv(4096).endswith(b"\r\n\r\n"):
            pass  # what is said before the answer is lost (RFC 6455, section 4.1)
        self.say(f'{{"type":"hello","ticket":"{ticket_of(user)}","seq":0}}')

    def say(self, text: str, opcode: int = 0x81) -> None:
        """Send a frame with a mask of nothing."""
        data = text.encode()
        self.socket.sendall(bytes([opcode, 0x80 | len(data)]) + b"\0\0\0\0" + data)


def test_who_does_not_read_goes_and_is_forgotten(impatient, live, ann, bob, monkeypatch) -> None:
    monkeypatch.setattr("tradepost.kit.http.server.GRACE_SECONDS", 0.3)
    monkeypatch.setattr("tradepost.kit.http.server.SEND_BUFFER", 4096)
    happen(ann, times=990)
    silent = Silent(live, ann)
    live.settle(ann)
    happen(ann)
    of_bob = live.enter(bob)

    began_at = time.monotonic()
    happen(bob)
    assert numbers(of_bob.rows(1)) == [1]
    assert time.monotonic() - began_at < 2

    of_bob.connection.close()
    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 0)
    wait_until(lambda: not live.server.server_state.connections)
    assert not live.server.server_state.tasks
    silent.socket.close()


def test_pings_that_nobody_reads_fill_no_memory(live, ann) -> None:
    silent = Silent(live, ann)
    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 1)
    silent.socket.settimeout(5)
    try:
        for _ in range(200):
            silent.socket.sendall((bytes([0x89, 0x80 | 125]) + b"\0\0\0\0" + b"x" * 125) * 500)
    except OSError:
        pass  # the server had enough

    def waiting() -> int:
        return sum(
            connection.transport.get_write_buffer_size()
            for connection in live.server.server_state.connections
        )

    assert live.on_loop(waiting) < 1_000_000
    silent.socket.close()


def test_the_hub_is_empty_when_all_have_gone(live, ann, bob) -> None:
    clients = [live.enter(user) for user in (ann, bob, ann)]
    live.settle(ann, bob)

    for client in clients:
        client.connection.close()

    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 0)
    assert live.on_loop(lambda: (live.hub.followers, live.hub._read_up_to)) == ({}, {})

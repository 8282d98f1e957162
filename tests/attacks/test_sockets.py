"""What a client can do wrong over a socket: a clear end for it, and nothing for anybody else."""

import json
import logging
import time
from contextlib import suppress
from functools import partial
from socket import create_connection

import pytest
from django.db import OperationalError, connection
from websockets.exceptions import ConnectionClosed

from tradepost.feed.consumers import follower, hub, social, socket
from tradepost.feed.tests.live import (
    at_once,
    happen,
    numbers,
    ticket_of,
    wait_until,
)
from tradepost.feed.tests.test_live_acks import Silent
from tradepost.kit.transactions import unit_of_work
from tradepost.messaging.models import Message
from tradepost.messaging.tests.factories import make_conversation

pytest_plugins = ["tradepost.feed.tests.live"]


@pytest.fixture(autouse=True)
def to_be_reported(caplog):
    """The server reports no fault, but for what a test puts in here: parts of messages."""
    expected: list[str] = []
    yield expected
    records = [*caplog.get_records("setup"), *caplog.get_records("call"), *caplog.records]
    loud = [one.getMessage() for one in records if one.levelno >= logging.ERROR or one.exc_info]
    assert [one for one in loud if not any(part in one for part in expected)] == []


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


NO_FRAMES = [
    "",
    "x",
    "null",
    "1",
    '"hello"',
    "[]",
    "{}",
    '{"type":null}',
    '{"type":1}',
    '{"type":["hello"]}',
    json.dumps({"type": "x" * 41}),
    '{"type":"hello"',
    '{"type":"nonsense"}',
    '{"type":"feed"}',
    '{"type":"hello\\ud800"}',
    '{"type":"\\u0000"}',
    '{"type":"hello","x":NaN}',
    deep(2000),
    deep(30_000),
    '{"type":"ack","seq":-1}',
    '{"type":"ack","seq":"1"}',
    '{"type":"ack","seq":1.5}',
    '{"type":"ack","seq":true}',
    '{"type":"ack","seq":9223372036854775808}',
    '{"type":"ack","seq":1%s}' % ("0" * 400),
    '{"type":"ack","seq":[]}',
    '{"type":"typing"}',
    '{"type":"typing","conversation":1}',
    '{"type":"typing","conversation":"x"}',
    '{"type":"watch"}',
    '{"type":"watch","users":{}}',
    '{"type":"watch","users":[1]}',
    '{"type":"watch","users":[null]}',
    '{"type":"watch","users":[["a"]]}',
    '{"type":"watch","users":["\\u0000"]}',
    json.dumps({"type": "watch", "users": ["00000000-0000-0000-0000-000000000001"] * 101}),
    '{"type":"message.send"}',
    '{"type":"message.send","ref":null}',
    '{"type":"message.send","ref":1.5}',
    '{"type":"message.send","ref":{}}',
    json.dumps({"type": "message.send", "ref": "x" * 65}),
    '{"type":"message.send","ref":"a","data":' + deep(300) + "}",
]  # fmt: skip


def shorten(value: object) -> str:
    return str(value)[:40]


@pytest.mark.parametrize("text", NO_FRAMES, ids=shorten)
def test_what_is_no_frame_ends_the_socket(live, ann, bob, text) -> None:
    client, other = live.enter(ann), live.enter(bob)

    client.connection.send(text)

    code, last = client.ends()
    assert (code, last["code"], last["retry_after_seconds"]) == (4400, 4400, None)
    happen(bob)
    assert numbers(other.rows(1)) == [1]


NO_HELLOS = [
    '{"type":"ack","seq":1}',
    '{"type":"message.send","ref":"a","data":{}}',
    '{"type":"hello","seq":-1}',
    '{"type":"hello","seq":"0"}',
    '{"type":"hello","seq":true}',
    '{"type":"hello","seq":1e3}',
    '{"type":"hello","seq":9223372036854775808}',
    '{"type":"hello","epoch":1}',
    '{"type":"hello","epoch":"x"}',
    '{"type":"hello","epoch":{}}',
]


@pytest.mark.parametrize("text", [*NO_HELLOS, *NO_FRAMES[:19]], ids=shorten)
def test_what_is_no_hello_ends_the_socket(live, db, text) -> None:
    client = live.connect()

    client.connection.send(text)

    assert client.ends()[0] == 4400


def test_a_second_hello_is_not_a_frame(live, ann) -> None:
    client = live.enter(ann)

    client.say("hello", ticket=ticket_of(ann))

    assert client.ends()[0] == 4400


def test_frames_may_have_more_than_is_known(live, ann) -> None:
    client = live.enter(ann, later=[{"a": 1}])
    client.say("ack", seq=0, at="now")
    happen(ann)

    assert numbers(client.rows(1)) == [1]


def test_a_binary_frame_is_refused(live, ann) -> None:
    client = live.enter(ann)

    client.connection.send(b'{"type":"ack","seq":0}')

    code, last = client.ends()
    assert (code, last["code"]) == (1003, 1003)


def test_a_frame_of_64_kb_is_taken_and_a_larger_one_is_not(live, ann) -> None:
    client = live.enter(ann)
    frame = '{"type":"ack","seq":0,"x":"%s"}'
    most = 65_536 - len(frame % "")

    client.connection.send(frame % ("x" * most))
    happen(ann)
    assert numbers(client.rows(1)) == [1]
    client.connection.send(frame % ("x" * (most + 1)))

    assert client.ends()[0] == 1009


def test_a_frame_in_many_parts_counts_as_one(live, ann) -> None:
    client = live.enter(ann)

    with suppress(ConnectionClosed):  # which the server may do before the last part has left
        client.connection.send(["x" * 10_000] * 7)

    assert client.ends()[0] == 1009


def test_text_that_is_none_is_refused(live, ann) -> None:
    client = live.enter(ann)

    client.connection.send(b'{"type":"\xff"}', text=True)

    assert client.ends()[0] == 1007


def test_other_addresses_have_no_socket(live, ann) -> None:
    for path in ("/", "/ws/v1/feed", "/ws/v1/other/", "/api/v1/feed/", "/api/v1/feed/stream/"):
        assert live.connect(path).ends() == (4404, None)


def test_the_query_of_the_address_does_not_sign_in(live, ann) -> None:
    client = live.connect(f"/ws/v1/feed/?ticket={ticket_of(ann)}&token=x")
    client.say("hello")

    assert client.ends()[0] == 4401


def test_too_many_frames_end_the_socket(settings, live, ann) -> None:
    settings.RATE_LIMITS = True
    client = live.enter(ann)

    for _ in range(101):
        client.say("ack", seq=0)

    assert client.ends() == (4029, {
        "type": "closing", "code": 4029, "reason": "too many frames", "retry_after_seconds": 10,
    })  # fmt: skip


def test_after_a_while_frames_may_come_again(settings, live, ann, monkeypatch) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(socket, "FRAMES_SECONDS", 0.2)
    client = live.enter(ann)

    for _ in range(2):
        for _ in range(90):
            client.say("ack", seq=0)
        time.sleep(0.3)
    happen(ann)

    assert numbers(client.rows(1)) == [1]


@pytest.mark.parametrize(
    "data",
    [
        None, 1, "x", [], {}, {"conversation": "x"}, {"message_body": "\0", "conversation": 1},
        {"conversation": 10**30}, {"conversation": {"a": [1] * 1000}},
    ],
    ids=shorten,
)  # fmt: skip
def test_bad_data_of_a_command_is_answered_as_http_does(live, ann, data) -> None:
    client = live.enter(ann)

    client.say("message.send", ref=1, data=data)

    answer = client.hear("answer")
    assert (answer["ref"], answer["status"]) == (1, 400)
    assert not Message.objects.exists()


def test_a_nul_in_a_message_is_refused_and_the_socket_goes_on(live, ann, bob) -> None:
    conversation = make_conversation(ann, bob)
    client = live.enter(ann)

    for body in ("a\0b", "\0"):
        said = {"conversation": str(conversation.pk), "message_body": body}
        client.say("message.send", ref="a", data=said)
        assert client.hear("answer")["status"] == 400

    assert not Message.objects.exists()


@pytest.mark.parametrize("ref", ["", "é", "x" * 64, 0, -1, 2**63, '"}', "\u2028"])
def test_a_ref_comes_back_as_it_was(live, ann, ref) -> None:
    client = live.enter(ann)

    client.say("message.send", ref=ref, data={})

    assert client.hear("answer")["ref"] == ref


def test_headers_of_the_handshake_do_not_change_commands(live, ann, bob) -> None:
    conversation = make_conversation(ann, bob)
    headers = {
        "Accept": "text/html",
        "Content-Type": "text/plain",
        "Accept-Encoding": "gzip, br",
        "X-HTTP-Method-Override": "DELETE",
        "Tradepost.User-Of-Socket": str(bob.pk),
        "Tradepost.User_Of_Socket": str(bob.pk),
        "X-CSRFToken": "x",
    }
    client = live.connect(additional_headers=headers)
    client.say("hello", ticket=ticket_of(ann))
    client.hear("welcome")

    said = {"conversation": str(conversation.pk), "message_body": "Hello"}
    client.say("message.send", ref="a", data=said)

    answer = client.hear("answer")
    assert (answer["status"], answer["data"]["message_body"]) == (201, "Hello")
    assert Message.objects.get().sender == ann


def test_a_client_that_breaks_off_in_the_middle_of_much_is_no_fault(live, ann) -> None:
    for number in range(10):
        happen(ann, times=300)
        client = live.enter(ann, seq=0)
        for one in range(5):
            client.say("message.send", ref=one, data={})
        client.break_off()
        happen(ann, number=number)

    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 0)
    wait_until(lambda: not live.server.server_state.tasks)


def test_a_frame_too_large_while_a_command_is_done_is_no_fault(live, ann) -> None:
    for _ in range(5):
        client = live.enter(ann)
        client.say("message.send", ref=1, data={})
        client.connection.send("x" * 70_000)
        client.ends()

    wait_until(lambda: not live.server.server_state.tasks)


def test_somebody_who_leaves_while_being_told_who_is_here_is_no_fault(
    live, ann, monkeypatch
) -> None:
    def slow(**asked):
        time.sleep(0.1)
        return set()

    monkeypatch.setattr(social, "list_known", slow)
    client = live.enter(ann)
    client.say("watch", users=[str(ann.pk)])
    time.sleep(0.05)
    client.connection.close()
    time.sleep(0.3)

    assert live.on_loop(lambda: live.social._watched) == {}


def test_who_asks_for_a_socket_in_a_wrong_way_holds_no_connection(live, db) -> None:
    with create_connection(live.host.split(":"), timeout=5) as connection:
        connection.sendall(
            b"GET /ws/v1/feed/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nTransfer-Encoding: identity\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        connection.recv(1000)

    assert live.on_loop(lambda: len(live.server.server_state.connections)) == 0


def test_half_open_handshakes_hold_nothing(live, db) -> None:
    for _ in range(20):
        client = live.connect()
        client.break_off()

    wait_until(lambda: not live.server.server_state.tasks)


def test_nobody_waits_for_one_who_does_not_read(live, ann, bob) -> None:
    silent = Silent(live, ann)
    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 1)
    client = live.enter(bob)
    live.settle(ann, bob)

    for number in range(20):
        happen(ann, bob, number=number, times=20)

    assert numbers(client.rows(400)) == list(range(1, 401))
    silent.socket.close()


# --- The database ----------------------------------------------------------------------------


def test_a_database_that_fails_at_the_door_sends_one_back(
    live, ann, monkeypatch, to_be_reported
) -> None:
    def fail(**asked):
        raise OperationalError("database is locked")

    to_be_reported.append("feed.door_failed")
    client = live.connect()
    ticket = ticket_of(ann)
    monkeypatch.setattr(socket, "by_ticket", fail)
    client.say("hello", ticket=ticket)

    code, last = client.ends()

    assert (code, last["code"], last["retry_after_seconds"]) == (1011, 1011, 2)


def test_a_database_that_fails_while_resuming_sends_one_back(
    live, ann, monkeypatch, to_be_reported
) -> None:
    def fail(**asked):
        raise OperationalError("database is locked")

    happen(ann)
    monkeypatch.setattr(follower, "read_feed", fail)
    client = live.enter(ann, seq=0)

    code, last = client.ends()

    live.faults.clear()
    assert (code, last["code"], last["retry_after_seconds"]) == (1011, 1011, 2)


postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="terminates backends")
sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="locks the file")


@postgres
def test_when_the_database_throws_everybody_out_nothing_is_lost(
    live, ann, bob, monkeypatch, to_be_reported
) -> None:
    to_be_reported += ["feed.tail_failed", "feed.check_failed"]
    monkeypatch.setattr(hub, "AFTER_FAULT_SECONDS", 0.05)
    of_ann, of_bob = live.enter(ann), live.enter(bob)
    live.settle(ann, bob)
    rows = []

    for number in range(8):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        happen(ann, bob, number=number)
        rows += of_ann.rows(1)

    assert numbers(rows) == numbers(of_bob.rows(8)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert do_send(of_ann)["status"] == 400  # the threads of commands have recovered, too
    assert numbers(live.enter(ann, seq=0).rows(8)) == [1, 2, 3, 4, 5, 6, 7, 8]


def do_send(client) -> dict:
    client.say("message.send", ref=1, data={})
    return client.hear("answer")


@sqlite
def test_while_somebody_writes_long_those_who_are_here_go_on(live, ann, bob) -> None:
    client, ticket = live.enter(ann), ticket_of(bob)
    live.settle(ann)
    with unit_of_work():  # holds the lock of writers
        happen(ann)
        late = live.connect()
        late.say("hello", ticket=ticket)
        assert late.hears_no("welcome")
        assert client.hears_no("feed")

    assert late.hear("welcome")["user"] == str(bob.pk)
    assert numbers(client.rows(1)) == [1]


# --- Coming, going and reading at the same moment --------------------------------------------


def test_who_leaves_while_reading_is_forgotten(live, ann, monkeypatch) -> None:
    """The page comes when the hub has forgotten the socket, and before its writing is ended."""
    client = live.enter(ann)
    live.settle(ann)

    def leave_and_settle() -> tuple:
        [one] = live.hub.list_all()
        live.hub.leave(one)
        live.hub.settle(one, 1)
        return dict(live.hub.followers), dict(live.hub._read_up_to)

    assert live.on_loop(leave_and_settle) == ({}, {})
    client.connection.close()


def test_many_who_come_and_go_while_rows_are_written_miss_nothing(live, ann, bob) -> None:
    """Joining, leaving, settling and falling behind in any order."""

    def write() -> None:
        for number in range(60):
            happen(ann, bob, number=number, times=1 + number % 5)

    def follow(user) -> list[int]:
        seen: list[int] = []
        while len(seen) < 180:
            with live.enter(user, seq=len(seen)) as client:
                for _ in range(1 + len(seen) % 4):
                    if len(seen) < 180:
                        seen += numbers(client.rows(1))
                        client.ack()
        return seen

    def fall_behind() -> None:
        for _ in range(100):
            live.on_loop(lambda: [one.fall_behind() for one in live.hub.list_all()])
            time.sleep(0.005)

    works = [write, fall_behind, *[partial(follow, user) for user in (ann, bob) for _ in "abc"]]
    _, _, *seen = at_once(*works)

    assert seen == [list(range(1, 181))] * 6
    wait_until(lambda: live.on_loop(lambda: len(live.hub)) == 0)
    assert live.on_loop(lambda: (live.hub.followers, live.hub._read_up_to)) == ({}, {})

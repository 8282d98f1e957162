"""Hints make it quick; whatever becomes of them, nothing is lost."""

import asyncio
import socket
import time
from uuid import UUID, uuid4

import pytest
from django.conf import settings as live_settings
from django.db import InterfaceError, OperationalError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tradepost.feed import hints
from tradepost.feed.consumers import hub
from tradepost.feed.hints import Hint, pack, unpack
from tradepost.feed.hints.redis import CHANNEL, Publisher
from tradepost.feed.queries import read_grown
from tradepost.feed.tests.live import Live, happen, numbers, wait_until
from tradepost.kit.transactions import unit_of_work

needs_redis = pytest.mark.skipif(not live_settings.REDIS_URL, reason="REDIS_URL is not set")


@pytest.fixture
def heard():
    """The hints of this process."""
    heard: list[Hint] = []
    stop = hints.listen(heard.append)
    yield heard
    stop()


@pytest.fixture
def cut_off(monkeypatch) -> None:
    """No hint arrives anywhere."""
    monkeypatch.setattr(hints, "_send", lambda hint: None)


# --- Hints and the poll ----------------------------------------------------------------------


def test_rows_come_by_the_hint(quick, live, ann) -> None:
    client = live.enter(ann)
    live.settle(ann)

    happen(ann)

    assert numbers(client.rows(1)) == [1]


def test_without_hints_rows_come_by_the_poll(settings, cut_off, live, ann) -> None:
    settings.FEED_POLL_SECONDS = 0.1
    client = live.enter(ann)
    live.settle(ann)

    happen(ann)

    assert numbers(client.rows(1)) == [1]


def test_without_hints_and_poll_they_wait(quick, cut_off, live, ann) -> None:
    client = live.enter(ann)
    live.settle(ann)

    happen(ann)

    assert client.hears_no("feed")


def test_a_hint_comes_after_the_commit(transactional_db, heard, ann) -> None:
    with transaction.atomic():
        happen(ann)
        before = list(heard)

    assert before == []
    assert heard == [Hint(frozenset({ann.pk.hex}))]


def test_one_transaction_is_one_hint(transactional_db, heard, ann, bob) -> None:
    with unit_of_work():
        happen(ann, times=3)
        happen(bob)

    assert heard == [Hint(frozenset({ann.pk.hex, bob.pk.hex}))]


def test_what_is_rolled_back_is_not_hinted(transactional_db, heard, ann) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        happen(ann)
        raise ZeroDivisionError

    assert heard == []


def test_a_listener_whose_loop_has_ended_is_in_nobodys_way(transactional_db, heard, ann) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    stop = hints.listen(lambda hint: loop.call_soon_threadsafe(print, hint))

    happen(ann)

    stop()
    assert len(heard) == 1


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, RuntimeError])
def test_after_a_fault_of_the_database_the_tailer_goes_on(
    quick, live, ann, monkeypatch, fault
) -> None:
    monkeypatch.setattr(hub, "AFTER_FAULT_SECONDS", 0.05)
    client = live.enter(ann)
    live.settle(ann)
    faults = [fault("gone"), fault("still gone")]

    def read(**asked):
        if faults:
            raise faults.pop()
        return read_grown(**asked)

    monkeypatch.setattr(hub, "read_grown", read)
    happen(ann)

    assert numbers(client.rows(1)) == [1]
    assert faults == []


# --- How hints travel ------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def of_another_process(packed: bytes) -> bytes:
    return b"another." + packed[8:]


@given(
    st.frozensets(st.uuids().map(lambda one: one.hex)), st.dictionaries(st.text(), JSON, max_size=4)
)
def test_a_hint_arrives_as_it_was_sent(users, frame) -> None:
    hint = Hint(users, frame)

    assert unpack(of_another_process(pack(hint))) == hint


@given(st.frozensets(st.uuids().map(lambda one: one.hex)))
def test_ones_own_hint_is_passed_over(users) -> None:
    assert unpack(pack(Hint(users))) is None


@given(st.binary(max_size=60))
def test_what_is_no_hint_is_none(packed) -> None:
    hint = unpack(packed)

    assert hint is None or (isinstance(hint.frame, dict) and len(hint.users) <= 3)


@pytest.mark.parametrize("frame", [b"[1]", b"1", b'"x"', b"null", b"{", b"\xff"])
def test_a_whisper_that_is_no_object_is_no_hint(frame) -> None:
    assert unpack(b"another." + b"\0\0\0\0" + frame) is None


# --- Redis -----------------------------------------------------------------------------------


@pytest.fixture
def deaf_port():
    """A port where connections are made and nobody answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield server.getsockname()[1]


@pytest.fixture
def dead_port():
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@pytest.mark.parametrize("port", ["dead_port", "deaf_port"])
def test_nobody_waits_for_a_redis_that_is_away(request, port) -> None:
    pytest.importorskip("redis", reason="the extra is not installed")
    publisher = Publisher(f"redis://127.0.0.1:{request.getfixturevalue(port)}/0")

    began_at = time.monotonic()
    answers = [publisher.publish(b"hint") for _ in range(100)]

    assert answers == [False] * 100  # 99 of them in the pause after the first
    assert time.monotonic() - began_at < 0.5


def test_after_a_pause_it_is_tried_again(dead_port, monkeypatch) -> None:
    pytest.importorskip("redis", reason="the extra is not installed")
    publisher = Publisher(f"redis://127.0.0.1:{dead_port}/0")
    publisher.publish(b"hint")
    tries = []
    monkeypatch.setattr(publisher._redis, "publish", lambda *hint: tries.append(hint))

    assert not publisher.publish(b"in the pause")
    publisher._quiet_until = 0
    assert publisher.publish(b"after it")

    assert tries == [(CHANNEL, b"after it")]


def test_a_lost_hint_is_counted_and_refuses_nothing(
    transactional_db, settings, dead_port, ann, api
) -> None:
    pytest.importorskip("redis", reason="the extra is not installed")
    settings.REDIS_URL = f"redis://127.0.0.1:{dead_port}/0"
    lost = hints.counts["lost"]

    happen(ann)

    assert hints.counts["lost"] == lost + 1
    assert api(ann).get("/api/v1/feed/").json()["seq"] == 1


@pytest.fixture
def deaf_to_itself(monkeypatch) -> None:
    """What this process says reaches its own sockets by Redis only, as another process's does."""
    monkeypatch.setattr(hints, "_listeners", set())
    monkeypatch.setattr(hints, "pack", lambda hint: of_another_process(pack(hint)))


def connected() -> bool:
    return bool(listeners())


def listeners() -> list[str]:
    """The ids of the connections that wait for hints of these tests. Others that run at the same
    time have another database of the same Redis, and channels know no databases."""
    import redis

    with redis.Redis.from_url(live_settings.REDIS_URL) as client:
        ours = str(client.get_connection_kwargs().get("db", 0))
        return [one["id"] for one in client.client_list(_type="pubsub") if one["db"] == ours]


@needs_redis
def test_a_hint_of_another_process_comes_by_redis(quick, live, deaf_to_itself, ann) -> None:
    client = live.enter(ann)
    live.settle(ann)
    wait_until(connected)

    happen(ann)

    assert numbers(client.rows(1)) == [1]


@needs_redis
def test_a_whisper_of_another_process_comes_by_redis(quick, live, deaf_to_itself, ann) -> None:
    client = live.enter(ann)
    wait_until(connected)

    hints.whisper([ann.pk], {"type": "typing", "user": str(UUID(int=1))})

    assert client.hear("typing")["user"] == str(UUID(int=1))


@needs_redis
def test_garbage_on_the_channel_is_passed_over(quick, live, deaf_to_itself, ann) -> None:
    import redis

    client = live.enter(ann)
    live.settle(ann)
    wait_until(connected)
    channel = redis.Redis.from_url(live_settings.REDIS_URL)
    for garbage in (b"", b"x", b"\xff" * 40, b"another." + b"\0\0\0\0" + b"[1]"):
        channel.publish(CHANNEL, garbage)

    happen(ann)

    assert numbers(client.rows(1)) == [1]


@needs_redis
def test_what_is_published_while_redis_is_away_is_not_lost(
    settings, live, deaf_to_itself, ann
) -> None:
    import redis

    settings.FEED_POLL_SECONDS = 0.2
    client = live.enter(ann)
    live.settle(ann)
    wait_until(connected)
    admin = redis.Redis.from_url(live_settings.REDIS_URL)

    for number in range(6):
        for listener in listeners():
            admin.client_kill_filter(_id=listener)
        happen(ann, number=number)

    assert numbers(client.rows(6)) == [1, 2, 3, 4, 5, 6]
    settings.FEED_POLL_SECONDS = 0
    wait_until(connected)
    happen(ann)
    assert numbers(client.rows(1)) == [7]  # by a hint again


@needs_redis
def test_two_processes_hear_each_other(quick, ann, bob, transactional_db, tmp_path) -> None:
    """Processes that differ: what one publishes reaches the sockets of the other."""
    first, second = Live(), Live()
    first.start(), second.start()
    try:
        clients = [first.enter(ann), second.enter(ann)]
        first.settle(ann), second.settle(ann)

        happen(ann)

        assert [numbers(client.rows(1)) for client in clients] == [[1], [1]]
    finally:
        first.stop(), second.stop()
    assert first.faults == second.faults == []
    assert uuid4()

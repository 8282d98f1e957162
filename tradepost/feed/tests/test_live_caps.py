"""How many, how long, how quiet: the limits of connections, and the way out of a server."""

import gc
import threading
import time

import pytest

from tradepost.feed import hints
from tradepost.feed.consumers.follower import Follower
from tradepost.feed.consumers.socket import Conversation
from tradepost.feed.tests.live import happen, numbers, ticket_of, wait_until


@pytest.fixture
def beating(monkeypatch, settings) -> None:
    """A beat is a moment."""
    monkeypatch.setattr("tradepost.feed.consumers.hub.CLOCK_SECONDS", 0.05)
    settings.FEED_BEAT_SECONDS = 0.2


def test_of_too_many_sockets_of_a_user_the_quietest_goes(settings, live, ann, bob) -> None:
    settings.FEED_SOCKETS_PER_USER = 2
    of_bob, first, second = live.enter(bob), live.enter(ann), live.enter(ann)
    first.say("ack", seq=0)
    wait_until(lambda: live.on_loop(lambda: is_last_heard(live, ann)))

    third = live.enter(ann)

    assert second.ends() == (4010, {
        "type": "closing", "code": 4010, "reason": "replaced by another connection",
        "retry_after_seconds": None,
    })  # fmt: skip
    happen(ann, bob)
    assert [numbers(one.rows(1)) for one in (first, third, of_bob)] == [[1], [1], [1]]


def is_last_heard(live, user) -> bool:
    """Whether the socket that came first was heard of after the others came."""
    ones = sorted(live.hub.followers[user.pk.hex], key=lambda one: one.born_at)
    return ones[0].heard_at > ones[-1].heard_at


def test_a_full_server_sends_one_away(settings, live, ann) -> None:
    settings.FEED_MOST_SOCKETS = 1
    inside = live.enter(ann)

    code, last = live.connect().ends()

    assert (code, last["code"], last["reason"]) == (1013, 1013, "the server is full")
    assert 5 <= last["retry_after_seconds"] <= 30
    happen(ann)
    assert numbers(inside.rows(1)) == [1]


def test_a_full_server_is_full_for_those_who_waited_at_the_door_too(settings, live, ann) -> None:
    settings.FEED_MOST_SOCKETS = 1
    waiting = [live.connect() for _ in range(3)]
    time.sleep(0.1)

    live.enter(ann)
    for client in waiting:
        client.say("hello", ticket=ticket_of(ann))

    assert [client.ends()[0] for client in waiting] == [1013] * 3


def test_after_some_hours_one_signs_in_again(beating, settings, live, ann) -> None:
    settings.FEED_SOCKET_HOURS = 0.3 / 3600
    client = live.enter(ann)

    assert client.ends() == (1012, {
        "type": "closing", "code": 1012, "reason": "sign in again", "retry_after_seconds": 0,
    })  # fmt: skip


def test_in_silence_there_is_a_beat(beating, live, ann) -> None:
    happen(ann, times=3)
    client = live.enter(ann)

    assert client.hear("beat") == {"type": "beat", "epoch": str(ann.pk), "seq": 3}


def test_who_answers_no_beat_is_idle(beating, live, ann) -> None:
    began_at = time.monotonic()
    client = live.enter(ann)

    assert client.ends() == (4009, {
        "type": "closing", "code": 4009, "reason": "idle", "retry_after_seconds": 0,
    })  # fmt: skip
    assert time.monotonic() - began_at > 3 * 0.2


def test_who_answers_beats_stays(beating, live, ann) -> None:
    client = live.enter(ann)

    for _ in range(5):
        client.hear("beat")
        client.ack()
    happen(ann)

    assert numbers(client.rows(1)) == [1]


def test_who_says_no_hello_has_to_go(live, db, monkeypatch) -> None:
    monkeypatch.setattr("tradepost.feed.consumers.socket.HELLO_SECONDS", 0.1)

    assert live.connect().ends() == (4408, {
        "type": "closing", "code": 4408, "reason": "no hello in time", "retry_after_seconds": 0,
    })  # fmt: skip


def test_a_server_that_stops_sends_everybody_away_in_waves(
    settings, live, ann, monkeypatch
) -> None:
    monkeypatch.setattr("tradepost.feed.consumers.SMALLEST_WAVE", 3)
    settings.FEED_DRAIN_SECONDS = 0.4
    settings.FEED_SOCKETS_PER_USER = 100
    clients = [live.enter(ann) for _ in range(6)]
    began_at = time.monotonic()

    live.begin_to_stop()
    ends = [client.ends() for client in clients]
    live._thread.join(10)

    assert time.monotonic() - began_at < 4
    assert [(code, last["code"], last["reason"]) for code, last in ends] == [
        (1012, 1012, "restarting")
    ] * 6
    waits = sorted(last["retry_after_seconds"] for _, last in ends)
    assert waits == [0.5, 0.5, 0.83, 0.83, 1.17, 1.17]


def test_a_server_that_stops_does_not_wait_for_those_at_the_door(live, db) -> None:
    client = live.connect()
    began_at = time.monotonic()

    live.begin_to_stop()

    assert client.ends() == (1012, None)
    live._thread.join(10)
    assert time.monotonic() - began_at < 4


def things_left(kind: type) -> int:
    gc.collect()
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


@pytest.fixture
def no_grace(monkeypatch) -> None:
    monkeypatch.setattr("tradepost.kit.http.server.GRACE_SECONDS", 0.2)


def test_who_comes_and_goes_leaves_nothing_behind(no_grace, live, ann) -> None:
    live.enter(ann).connection.close()
    wait_until(lambda: live.on_loop(lambda: not live.hub.list_all()))
    threads, tasks = count_threads(), live.on_loop(lambda: len(all_tasks(live)))

    for number in range(200):
        client = live.connect()
        if number % 2:
            client.say("hello", ticket=ticket_of(ann), seq=0)
        if number % 3:
            client.connection.close()
        else:
            client.break_off()

    wait_until(lambda: live.on_loop(lambda: not live.server.server_state.tasks))
    wait_until(lambda: live.on_loop(lambda: len(all_tasks(live))) <= tasks)
    assert live.on_loop(lambda: (live.hub.followers, live.hub._read_up_to)) == ({}, {})
    wait_until(lambda: count_threads() <= threads)
    wait_until(lambda: things_left(Follower) == things_left(Conversation) == 0, step=0.1)


def count_threads() -> int:
    """Return how many threads there are besides those of the pools, which are bounded."""
    return sum(not thread.name.startswith("feed") for thread in threading.enumerate())


def all_tasks(live) -> list:
    import asyncio

    return [task for task in asyncio.all_tasks(live.loop) if not task.done()]


@pytest.mark.parametrize("bad", ["[]", '{"type":"nonsense"}'])
def test_whoever_is_sent_away_leaves_nothing_behind(no_grace, live, ann, bad) -> None:
    for _ in range(5):
        client = live.enter(ann)
        client.connection.send(bad)
        assert client.ends()[0] == 4400

    wait_until(lambda: things_left(Follower) == things_left(Conversation) == 0, step=0.1)


def test_who_only_hears_whispers_is_asked_for_a_sign_of_life(beating, live, ann) -> None:
    """A whisper needs no answer: who is sent nothing else must not pass for silent."""
    client = live.enter(ann)
    live.settle(ann)

    for _ in range(20):
        hints.whisper([ann.pk], {"type": "typing"})
        time.sleep(0.05)

    assert client.hear("beat")["seq"] == 0


def test_who_comes_when_too_many_come_is_sent_away_before_signing_in(live, ann) -> None:
    live.on_loop(lambda: setattr(live.hub.threads, "waiting", 100))

    code, last = live.connect().ends()

    assert (code, last["reason"], 1 <= last["retry_after_seconds"] <= 5) == (
        1013, "too many at once", True,
    )  # fmt: skip
    live.on_loop(lambda: setattr(live.hub.threads, "waiting", 0))
    live.enter(ann)

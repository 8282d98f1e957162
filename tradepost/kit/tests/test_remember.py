"""Values made once and kept for a while, also when several ask at once or the making fails."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache

from tradepost.kit import remember as module
from tradepost.kit.remember import forget, remember

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Source:
    """Makes values, one after the other, and counts; an exception is raised."""

    def __init__(self, *values: object) -> None:
        self.values = list(values)
        self.calls = 0

    def __call__(self) -> object:
        self.calls += 1
        value = self.values[min(self.calls, len(self.values)) - 1]
        if isinstance(value, Exception):
            raise value
        return value


@pytest.mark.parametrize("value", ["tea", None, "", 0, False, [], {}])
def test_a_value_is_made_once(value):
    source = Source(value)

    answers = [remember("k", source, 60) for _ in range(3)]

    assert answers == [value] * 3
    assert source.calls == 1


def test_keys_are_kept_apart():
    assert remember("a", Source(1), 60) == 1
    assert remember("b", Source(2), 60) == 2


def test_a_value_is_made_anew_when_its_time_is_over():
    source = Source("old", "new")
    with time_machine.travel(NOON, tick=False) as clock:
        remember("k", source, 60)
        clock.shift(59)
        assert remember("k", source, 60) == "old"
        clock.shift(1)

        assert remember("k", source, 60) == "new"

    assert source.calls == 2


def test_a_flushed_cache_has_it_made_anew():
    source = Source("old", "new")
    remember("k", source, 60)

    cache.clear()

    assert remember("k", source, 60) == "new"
    assert source.calls == 2


def test_a_forgotten_value_is_made_anew():
    source = Source("old", "new")
    remember("k", source, 60)

    forget("k")

    assert remember("k", source, 60) == "new"


def test_an_error_goes_to_the_caller_and_is_not_kept():
    source = Source(ConnectionError("down"), "tea")
    with pytest.raises(ConnectionError):
        remember("k", source, 60)

    assert remember("k", source, 60) == "tea"


def test_an_error_leaves_the_old_value():
    source = Source("old", ConnectionError("down"))
    with time_machine.travel(NOON, tick=False) as clock:
        remember("k", source, 60)
        clock.shift(61)

        assert remember("k", source, 60) == "old"

    assert source.calls == 2


def test_an_error_is_logged(caplog):
    source = Source("old", ConnectionError("down"))
    with time_machine.travel(NOON, tick=False) as clock:
        remember("k", source, 60)
        clock.shift(61)
        remember("k", source, 60)

    [line] = [record for record in caplog.records if record.name == "tradepost.remember"]
    assert line.levelname == "ERROR"
    assert (line.msg["event"], line.msg["key"]) == ("remember.failed", "k")


def test_after_an_error_the_next_try_waits_a_little():
    source = Source("old", ConnectionError("down"), "new")
    with time_machine.travel(NOON, tick=False) as clock:
        remember("k", source, 60)
        clock.shift(61)
        remember("k", source, 60)

        assert remember("k", source, 60) == "old"

        assert source.calls == 2


def test_after_an_error_there_is_a_next_try(monkeypatch):
    monkeypatch.setattr(module, "RETRY_SECONDS", 0)
    source = Source("old", ConnectionError("down"), "new")
    with time_machine.travel(NOON, tick=False) as clock:
        remember("k", source, 60)
        clock.shift(61)
        remember("k", source, 60)

        assert remember("k", source, 60) == "new"


class SlowSource(Source):
    """Has begun when ``begun`` is set, and goes on when ``go_on`` is."""

    def __init__(self, *values: object) -> None:
        super().__init__(*values)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> object:
        self.begun.set()
        assert self.go_on.wait(10)
        return super().__call__()


def test_two_who_ask_at_once_have_it_made_once():
    source = SlowSource("tea")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(remember, "k", source, 60)
        assert source.begun.wait(10)
        second = pool.submit(remember, "k", source, 60)
        source.go_on.set()

        assert (first.result(10), second.result(10)) == ("tea", "tea")

    assert source.calls == 1


def test_while_one_makes_a_new_value_others_get_the_old_one():
    source = SlowSource("new")
    with time_machine.travel(NOON, tick=False) as clock, ThreadPoolExecutor(1) as pool:
        remember("k", Source("old"), 60)
        clock.shift(61)
        maker = pool.submit(remember, "k", source, 60)
        assert source.begun.wait(10)

        assert remember("k", source, 60) == "old"

        source.go_on.set()
        assert maker.result(10) == "new"
    assert source.calls == 1


def test_who_waits_for_one_that_fails_makes_it():
    failing, good = SlowSource(ConnectionError("down")), Source("tea")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(remember, "k", failing, 60)
        assert failing.begun.wait(10)
        second = pool.submit(remember, "k", good, 60)
        failing.go_on.set()

        assert second.result(10) == "tea"
        with pytest.raises(ConnectionError):
            first.result(10)


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0)
    stuck, good = SlowSource("late"), Source("tea")
    with ThreadPoolExecutor(1) as pool:
        maker = pool.submit(remember, "k", stuck, 60)
        assert stuck.begun.wait(10)

        assert remember("k", good, 60) == "tea"

        stuck.go_on.set()
        assert maker.result(10) == "late"

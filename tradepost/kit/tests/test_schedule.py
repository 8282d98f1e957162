import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tradepost.kit import leases
from tradepost.kit.jobs import schedule
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.jobs.schedule import LEASE_SECONDS, hand_out_periodic_jobs
from tradepost.kit.leases import hold_lease, release_lease
from tradepost.kit.models import Job, Lease

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def hourly(db, register) -> None:
    register("tidy", every_seconds=3600)(lambda: None)


@pytest.fixture
def other_process(monkeypatch):
    """Hand out as another process would."""

    def hand_out(now: datetime) -> int:
        with monkeypatch.context() as there:
            there.setattr(leases.os, "getpid", lambda: -1)
            return hand_out_periodic_jobs(now=now)

    return hand_out


def test_a_periodic_job_is_handed_out_at_the_first_look(hourly) -> None:
    assert hand_out_periodic_jobs(now=NOON) == 1
    assert run_due_jobs() == 1


def test_a_periodic_job_is_handed_out_once_per_period(hourly) -> None:
    handed_out = [
        hand_out_periodic_jobs(now=NOON + timedelta(minutes=minutes))
        for minutes in (0, 1, 59, 60, 119, 120)
    ]

    assert handed_out == [1, 0, 0, 1, 0, 1]


def test_missed_periods_are_made_up_for_once(hourly) -> None:
    hand_out_periodic_jobs(now=NOON)

    hand_out_periodic_jobs(now=NOON + timedelta(days=3))

    assert Job.objects.count() == 2


def test_jobs_without_a_period_are_not_handed_out(db, register) -> None:
    register("greet")(lambda: None)

    assert hand_out_periodic_jobs(now=NOON) == 0


def test_a_second_process_hands_out_nothing_while_the_first_holds_the_lease(
    hourly, other_process
) -> None:
    hand_out_periodic_jobs(now=NOON)

    assert other_process(NOON + timedelta(seconds=LEASE_SECONDS)) == 0


def test_a_second_process_takes_over_when_the_lease_has_ended(hourly, other_process) -> None:
    hand_out_periodic_jobs(now=NOON - SECOND)

    assert other_process(NOON + timedelta(seconds=LEASE_SECONDS)) == 1


def test_a_process_renews_its_own_lease(db) -> None:
    assert hold_lease(name="role", holder="a", seconds=10, now=NOON)
    assert hold_lease(name="role", holder="a", seconds=10, now=NOON + 9 * SECOND)

    assert not hold_lease(name="role", holder="b", seconds=10, now=NOON + 11 * SECOND)


def test_a_released_lease_is_free_at_once(db) -> None:
    hold_lease(name="role", holder="a", seconds=10, now=NOON)

    release_lease(name="role", holder="a")

    assert hold_lease(name="role", holder="b", seconds=10, now=NOON)


def test_nobody_releases_another_holders_lease(db) -> None:
    hold_lease(name="role", holder="a", seconds=10, now=NOON)

    release_lease(name="role", holder="b")

    assert Lease.objects.get().holder == "a"


def at_once(count: int, work) -> list[object]:
    """Call ``work(0)`` to ``work(count - 1)`` in threads that start together."""
    gate = threading.Barrier(count)

    def run(number: int) -> object:
        try:
            gate.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_one_holds_the_lease() -> None:
    held = at_once(
        4, lambda n: hold_lease(name="role", holder=f"process {n}", seconds=10, now=NOON)
    )

    assert sorted(held) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_parallel_hand_outs_of_one_slot_make_one_job(hourly, monkeypatch) -> None:
    monkeypatch.setattr(schedule, "hold_lease", lambda **_: True)  # the second guard alone

    handed_out = at_once(4, lambda n: hand_out_periodic_jobs(now=NOON))

    assert sorted(handed_out) == [0, 0, 0, 1]
    assert Job.objects.count() == 1

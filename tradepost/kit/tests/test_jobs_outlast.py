"""Jobs whose database goes away while they run: the next one finds them as if nothing had been."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from tradepost.kit import interruptions
from tradepost.kit.jobs import enqueue, runner
from tradepost.kit.models import Job


class Said(Exception):
    """What the driver says of a connection that is gone: no state."""

    sqlstate = None


GONE = OperationalError("server closed the connection unexpectedly")
GONE.__cause__ = Said()


def fail() -> None:
    raise GONE


@pytest.fixture
def goes_away(monkeypatch, transactional_db):
    """Have a function of the job runner find no database, so many times."""
    monkeypatch.setattr(interruptions, "AGAIN_SECONDS", 0)

    def go(name: str, *, times: int) -> None:
        work, left = getattr(runner, name), [GONE] * times

        def try_to_work(*arguments: object, **options: object) -> object:
            if left:
                raise left.pop()
            return work(*arguments, **options)

        monkeypatch.setattr(runner, name, try_to_work)

    return go


@pytest.mark.parametrize("step", ["_claim", "_finish"])
def test_a_job_outlasts_a_database_that_is_replaced(goes_away, register, step):
    runs = []
    register("greet")(lambda: runs.append(1))
    enqueue("greet")
    goes_away(step, times=2)

    state = runner.run_job(job_id=Job.objects.get().pk, now=timezone.now())

    assert (state, Job.objects.get().state) == (Job.State.DONE, Job.State.DONE)
    assert runs == [1]


def test_a_job_that_lost_its_database_is_tried_again_at_once(goes_away, register):
    register("greet")(fail)
    enqueue("greet")
    goes_away("_record_failure", times=2)

    state = runner.run_job(job_id=Job.objects.get().pk, now=timezone.now())

    row = Job.objects.get()
    assert (state, row.claim, row.attempts) == (Job.State.WAITING, None, 1)
    assert row.run_at < timezone.now() + timedelta(seconds=3)


def test_a_job_does_not_wait_for_ever_for_a_database(goes_away, register, monkeypatch):
    monkeypatch.setattr(runner, "AWAY_SECONDS", 0)
    register("greet")(lambda: None)
    enqueue("greet")
    goes_away("_claim", times=2)

    with pytest.raises(OperationalError):
        runner.run_job(job_id=Job.objects.get().pk, now=timezone.now())

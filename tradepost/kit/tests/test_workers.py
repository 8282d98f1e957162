"""The threads that run jobs. They use connections of their own, so these tests commit."""

import threading

import pytest
from django.core.management import call_command

from tradepost.kit.jobs import enqueue, runner
from tradepost.kit.jobs.runner import Workers
from tradepost.kit.models import Job
from tradepost.kit.transactions import unit_of_work

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 20


@pytest.fixture
def start(monkeypatch):
    """Start workers that do not poll: they must be woken."""
    monkeypatch.setattr(runner, "POLL_SECONDS", 3600)
    started = []

    def start(**options: int) -> Workers:
        workers = Workers(**options)
        workers.start()
        started.append(workers)
        return workers

    yield start
    for workers in started:
        workers.stop()


@pytest.fixture
def greeted(register) -> threading.Event:
    event = threading.Event()
    register("greet")(event.set)
    return event


def test_a_commit_wakes_a_worker(start, greeted) -> None:
    start(threads=1)

    with unit_of_work():
        enqueue("greet")

    assert greeted.wait(PATIENCE_SECONDS)


def test_jobs_from_before_the_start_are_run(start, greeted) -> None:
    enqueue("greet")

    start(threads=1)

    assert greeted.wait(PATIENCE_SECONDS)


def test_each_job_runs_once_however_many_workers_there_are(start, register) -> None:
    runs, all_ran = [], threading.Event()

    @register("count")
    def count(*, number: int) -> None:
        runs.append(number)
        if len(runs) >= 30:
            all_ran.set()

    with unit_of_work():
        for number in range(30):
            enqueue("count", number=number)
    workers = start(threads=4)
    assert all_ran.wait(PATIENCE_SECONDS)
    workers.stop()

    assert sorted(runs) == list(range(30))
    assert Job.objects.filter(state=Job.State.DONE).count() == 30


def test_stop_lets_the_running_job_finish(start, register) -> None:
    begun, may_end = threading.Event(), threading.Event()

    @register("slow")
    def slow() -> None:
        begun.set()
        may_end.wait(PATIENCE_SECONDS)

    workers = start(threads=1)
    enqueue("slow")
    assert begun.wait(PATIENCE_SECONDS)
    stopping = threading.Thread(target=workers.stop)
    stopping.start()
    may_end.set()
    stopping.join(PATIENCE_SECONDS)

    assert Job.objects.get().state == Job.State.DONE


def test_stop_ends_every_thread(start) -> None:
    before = set(threading.enumerate())
    workers = start(threads=3)
    mine = set(threading.enumerate()) - before

    workers.stop()

    assert len(mine) == 4
    assert [thread.name for thread in mine if thread.is_alive()] == []


def test_a_failing_database_does_not_end_a_worker(start, greeted, monkeypatch) -> None:
    failed = threading.Event()
    real = runner.run_due_jobs

    def away_once() -> int:
        if failed.is_set():
            return real()
        failed.set()
        raise OSError("no database")

    monkeypatch.setattr(runner, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(runner, "run_due_jobs", away_once)
    enqueue("greet")
    start(threads=1)

    assert greeted.wait(PATIENCE_SECONDS)


def test_the_command_runs_what_is_due(greeted, capsys) -> None:
    enqueue("greet")

    call_command("run_jobs", once=True)

    assert greeted.is_set()
    assert capsys.readouterr().out == "1 jobs ran.\n"

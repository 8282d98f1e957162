"""Jobs by Celery's workers: what the broker loses, repeats or keeps to itself changes nothing."""

import os
import signal
import time

import httpx
import pytest
from django.db import transaction

from tests.servers import free_port
from tests.workers.conftest import forget_leases, wait_for
from tests.workers.jobs import LEASE_SECONDS
from tradepost.kit.jobs import enqueue
from tradepost.kit.models import Job
from tradepost.kit.transactions import unit_of_work

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
on_each_broker = pytest.mark.parametrize("broker", ["redis", "rabbitmq"], indirect=True)
only_redis = pytest.mark.parametrize("broker", ["redis"], indirect=True)


def ask(word: str, *, seconds: int = 0) -> None:
    with unit_of_work():
        enqueue("workers.write", word=word, seconds=seconds)


def begun(crew, word: str) -> list[int]:
    """Return the processes that began the job, in the order in which they did."""
    lines = [line.split() for line in crew.notes() if line.startswith(f"begin {word} ")]
    return [int(pid) for _, _, pid in lines]


def is_done() -> bool:
    return not Job.objects.exclude(state=Job.State.DONE).exists()


@on_each_broker
def test_a_job_runs_in_a_worker_after_the_commit(crew):
    with unit_of_work():
        enqueue("workers.write", word="tea")
        time.sleep(0.3)
        before = crew.notes()

    wait_for(lambda: "end tea" in crew.notes(), seconds=LEASE_SECONDS)
    wait_for(is_done)

    assert before == []
    [process] = begun(crew, "tea")
    assert process not in (os.getpid(), crew.worker.pid)


@on_each_broker
def test_a_job_that_was_rolled_back_never_runs(crew):
    with transaction.atomic():
        enqueue("workers.write", word="never")
        transaction.set_rollback(True)
    ask("after")

    wait_for(lambda: "end after" in crew.notes())

    assert begun(crew, "never") == []


def kill_the_process_of_the_pool(crew, process: int) -> None:
    os.kill(process, signal.SIGKILL)


def kill_the_whole_worker(crew, process: int) -> None:
    crew.end(crew.worker, signal.SIGKILL)
    forget_leases()
    crew.start_worker()


KILL = {"redis": kill_the_process_of_the_pool, "rabbitmq": kill_the_whole_worker}


@on_each_broker
def test_a_job_whose_worker_is_killed_is_done_by_another(crew, broker):
    ask("tea", seconds=2)
    [process] = wait_for(lambda: begun(crew, "tea"))

    KILL[broker.name](crew, process)
    wait_for(is_done)

    first, second = begun(crew, "tea")
    assert first != second
    assert crew.notes().count("end tea") == 1
    assert Job.objects.get().attempts == 2


@on_each_broker
def test_what_is_purged_from_the_queue_is_found_by_its_row(crew, settings, broker):
    settings.JOB_HINT_SECONDS = 1
    ask("busy", seconds=2)
    wait_for(lambda: begun(crew, "busy"))
    ask("lost")
    wait_for(broker.count)

    purged = broker.purge()
    wait_for(is_done)

    assert purged == 1
    assert crew.notes()[-1] == "end lost"


@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_what_is_asked_for_while_no_worker_runs_is_kept_and_done_later(crew, broker):
    """By the hint in the queue: the row alone would be found after half a minute."""
    crew.end(crew.worker)
    ask("later")
    wait_for(broker.count)

    crew.start_worker()
    wait_for(is_done, seconds=15)

    assert len(begun(crew, "later")) == 1


@on_each_broker
def test_a_broker_that_falls_silent_holds_nobody_up(crew, broker, settings):
    settings.JOB_HINT_SECONDS = 1
    broker.proxy.fall_silent()

    start = time.monotonic()
    ask("patience")
    asked_seconds = time.monotonic() - start
    time.sleep(1.5)
    meanwhile = crew.notes()
    broker.proxy.talk_again()
    wait_for(is_done)

    assert asked_seconds < 0.9  # who waits for the broker waits a second
    assert meanwhile == []
    assert len(begun(crew, "patience")) == 1


@only_redis
def test_what_was_asked_for_while_the_broker_was_away_is_done_soon_after_it_is_back(
    crew, broker, settings
):
    """By the worker that found it again: the hint would count as lost after five minutes."""
    crew.end(crew.worker)
    settings.JOB_HINT_SECONDS = 300
    crew.start_worker(JOB_HINT_SECONDS="300")
    broker.proxy.fall_silent()

    ask("patience")
    time.sleep(1.5)
    broker.proxy.talk_again()
    wait_for(is_done, seconds=30)
    crew.end(crew.worker)

    assert len(begun(crew, "patience")) == 1


@only_redis
def test_a_job_that_fails_is_tried_again_and_then_a_dead_letter(crew):
    start = time.monotonic()
    enqueue("workers.fail", word="tea")

    wait_for(lambda: Job.objects.dead().exists())

    assert time.monotonic() - start > 1.5  # the shortest wait after a first failure
    assert crew.notes() == ["failed tea"] * 2
    assert "OSError: tea is a secret" in Job.objects.get().last_error


@only_redis
def test_a_job_that_takes_too_long_is_stopped_before_its_lease_ends(crew):
    ask("endless", seconds=30)

    wait_for(lambda: Job.objects.exclude(last_error="").exists(), seconds=3 * LEASE_SECONDS)

    row = Job.objects.get()
    assert "SoftTimeLimitExceeded" in row.last_error
    assert row.state == Job.State.WAITING
    assert "end endless" not in crew.notes()


@only_redis
def test_what_is_scheduled_is_handed_out_once_however_many_beats_there_are(crew):
    crew.end(crew.worker, signal.SIGKILL)
    forget_leases()
    beats = [crew.start("beat", WORKERS_TICK="1")[0] for _ in range(2)]
    ticks = Job.objects.filter(name="workers.tick")

    wait_for(lambda: ticks.count() >= 3)
    done_by_beats = crew.notes()
    crew.start_worker()
    for beat in beats:
        crew.end(beat)
    wait_for(is_done)

    first, *_, last = slots = sorted(int(t.dedupe_key.partition("@")[2]) for t in ticks)
    assert done_by_beats == []
    assert len(slots) <= last - first + 1
    assert crew.notes() == ["tick"] * len(slots)


@only_redis
def test_flower_shows_our_jobs_to_who_knows_the_password(crew):
    port = free_port()
    flower, log = crew.start("flower", FLOWER_PORT=str(port), FLOWER_BASIC_AUTH="ann:secret")
    address = f"http://127.0.0.1:{port}"

    def tasks(auth: tuple[str, str] | None = ("ann", "secret")) -> httpx.Response:
        return httpx.get(f"{address}/api/tasks", auth=auth, timeout=10)

    def is_watching() -> bool:
        ask("tea")
        return any(task["name"] for task in tasks().json().values())

    def failed() -> list[dict]:
        return [task for task in tasks().json().values() if task["state"] == "FAILURE"]

    wait_for(lambda: "Visit me" in log.read_text())
    wait_for(is_watching)
    enqueue("workers.fail", word="Charlie")
    strangers = [tasks(auth).status_code for auth in (None, ("ann", "guess"))]
    [task, *_] = wait_for(failed)
    page = httpx.get(f"{address}/workers", auth=("ann", "secret"), timeout=10)
    crew.end(flower)

    assert strangers == [401, 401]
    assert page.status_code == 200
    assert (task["name"], task["kwargs"]) == ("workers.fail", "{word=…}")
    assert task["args"] == f"[{Job.objects.get(name='workers.fail').pk}]"
    assert "Charlie" not in str(task)
    assert "it will be tried again" in task["exception"]

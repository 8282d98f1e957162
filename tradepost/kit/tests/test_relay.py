"""What a broker is told of jobs, and when. Here it is a list; tests/workers/ has real ones."""

import os
import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tradepost.kit import leases
from tradepost.kit.jobs import enqueue, relay
from tradepost.kit.jobs.operate import revive_job
from tradepost.kit.jobs.publisher import Publisher
from tradepost.kit.jobs.relay import Relay, tell_again, when_to_tell_again
from tradepost.kit.jobs.runner import run_job, run_next_job
from tradepost.kit.models import Job
from tradepost.kit.transactions import unit_of_work

PATIENCE_SECONDS = 10
NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Told:
    """A broker that remembers of which jobs it was told, or one that is away."""

    def __init__(self) -> None:
        self.url = "redis://nowhere"
        self.ids: list[int] = []
        self.is_away = False

    def publish(self, row: Job) -> bool:
        if not self.is_away:
            self.ids.append(row.pk)
        return not self.is_away


class AtOnce(Relay):
    """Tells on the thread that asks, so that a test need not wait."""

    def put(self, row: Job) -> None:
        self.publisher.publish(row)


@pytest.fixture
def broker(settings, monkeypatch, register) -> Told:
    told = Told()
    settings.CELERY_BROKER_URL = told.url
    monkeypatch.setattr(relay, "_relay", AtOnce(told))
    register("greet")(lambda: None)
    return told


@pytest.fixture
def nobody_answers() -> str:
    """The address of a broker that takes connections and never says a word."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield f"127.0.0.1:{silent.getsockname()[1]}"


@pytest.mark.django_db(transaction=True)
def test_the_broker_is_told_of_a_job_after_the_commit(broker) -> None:
    with unit_of_work():
        enqueue("greet")
        before = list(broker.ids)

    assert before == []
    assert broker.ids == [Job.objects.get().pk]


@pytest.mark.django_db(transaction=True)
def test_the_broker_is_not_told_of_a_job_that_was_rolled_back(broker) -> None:
    with transaction.atomic():
        enqueue("greet")
        transaction.set_rollback(True)

    assert tell_again() == 0
    assert broker.ids == []


@pytest.mark.skipif("connection.vendor == 'mysql'", reason="nobody knows the id there")
@pytest.mark.django_db(transaction=True)
def test_the_broker_is_told_once_of_a_job_that_two_ask_for(broker) -> None:
    enqueue("greet", dedupe_key="once")
    enqueue("greet", dedupe_key="once")

    assert broker.ids == [Job.objects.get().pk]


@pytest.mark.django_db(transaction=True)
def test_a_job_for_later_is_told_of_when_it_is_due(broker) -> None:
    later = timezone.now() + MINUTE
    enqueue("greet", run_at=later)

    assert broker.ids == []
    assert tell_again(now=later - SECOND) == 0
    assert tell_again(now=later) == 1


def test_the_broker_is_told_again_of_what_nobody_claimed_for_half_a_minute(db, broker) -> None:
    enqueue("greet")
    told_at = Job.objects.get().run_at

    assert tell_again(now=told_at + 29 * SECOND) == 0
    assert tell_again(now=told_at + 31 * SECOND) == 1


def test_what_was_told_to_a_broker_that_was_away_is_told_anew_when_it_is_back(db, broker) -> None:
    enqueue("greet")
    told_at = Job.objects.get().run_at

    relay.forget_hints(since=told_at + 29 * SECOND)

    assert tell_again(now=told_at + SECOND) == 1


def test_what_was_told_long_before_is_left_to_its_time(db, broker) -> None:
    enqueue("greet")
    told_at = Job.objects.get().run_at

    relay.forget_hints(since=told_at + 31 * SECOND)

    assert tell_again(now=told_at + SECOND) == 0


def test_the_longer_a_job_waits_the_rarer_the_broker_is_told(broker) -> None:
    waits = [
        when_to_tell_again(Job(run_at=NOON - minutes * MINUTE), now=NOON) - NOON
        for minutes in (0, 1, 5, 60)
    ]

    assert waits == [30 * SECOND, 90 * SECOND, 330 * SECOND, 10 * MINUTE]


def test_what_the_broker_did_not_take_is_tried_again_at_the_next_look(db, broker) -> None:
    Job.objects.create(name="greet", run_at=NOON)
    broker.is_away = True
    refused = tell_again(now=NOON)
    broker.is_away = False

    assert refused == 0
    assert tell_again(now=NOON + SECOND) == 1


def test_the_broker_is_told_of_a_retry_when_it_is_due(db, broker, register) -> None:
    @register("flaky")
    def flaky() -> None:
        raise OSError

    Job.objects.create(name="flaky", run_at=NOON, hint_at=NOON + MINUTE)
    run_next_job(now=NOON)
    due = Job.objects.get().run_at

    assert tell_again(now=due - timedelta(milliseconds=1)) == 0
    assert tell_again(now=due) == 1


def test_the_broker_is_told_of_a_dead_workers_job_when_the_lease_has_ended(
    db, broker, register
) -> None:
    class WorkerDied(BaseException):
        pass

    @register("crash", lease_seconds=60)
    def crash() -> None:
        raise WorkerDied

    Job.objects.create(name="crash", run_at=NOON, hint_at=NOON + 60 * MINUTE)
    with pytest.raises(WorkerDied):
        run_next_job(now=NOON)

    assert tell_again(now=NOON + 59 * SECOND) == 0
    assert tell_again(now=NOON + MINUTE) == 1


def test_the_broker_is_told_of_a_job_that_was_revived(db, broker) -> None:
    row = Job.objects.create(name="greet", run_at=NOON, state=Job.State.DEAD, hint_at=NOON + MINUTE)

    revive_job(job_id=row.pk, now=NOON)

    assert tell_again(now=NOON) == 1


def test_one_process_tells_for_all_while_it_lives(db, broker, monkeypatch) -> None:
    tell_again(now=NOON)
    Job.objects.create(name="greet", run_at=NOON)

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(leases.os, "getpid", lambda: -1)
        by_the_other = tell_again(now=NOON + SECOND)

    assert by_the_other == 0
    assert tell_again(now=NOON + SECOND) == 1


def test_without_a_broker_nobody_is_told(db, register, django_assert_num_queries) -> None:
    register("greet")(lambda: None)
    enqueue("greet")

    assert Job.objects.get().hint_at is None
    with django_assert_num_queries(0):
        assert tell_again() == 0


def test_a_hint_that_comes_twice_does_nothing_the_second_time(db, register) -> None:
    runs = []
    register("greet")(lambda: runs.append(1))
    row = Job.objects.create(name="greet", run_at=NOON)

    assert [run_job(job_id=row.pk, now=NOON) for _ in range(2)] == [Job.State.DONE, None]
    assert runs == [1]


def test_a_hint_runs_its_own_job_and_no_other(db, register) -> None:
    register("greet")(lambda: None)
    older, mine = [Job.objects.create(name="greet", run_at=NOON) for _ in range(2)]

    run_job(job_id=mine.pk, now=NOON)

    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {older.pk: Job.State.WAITING, mine.pk: Job.State.DONE}


@pytest.mark.parametrize(("most", "state"), [(2, Job.State.WAITING), (1, Job.State.DEAD)])
def test_who_runs_a_job_by_a_hint_is_told_that_it_failed(db, register, most, state) -> None:
    @register("flaky", max_attempts=most)
    def flaky() -> None:
        raise OSError

    row = Job.objects.create(name="flaky", run_at=NOON)

    assert run_job(job_id=row.pk, now=NOON) == state


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_nobody_waits_for_a_broker_that_does_not_answer(nobody_answers, scheme) -> None:
    """The thread is still waiting when the one who asked has long gone on."""
    slow = Relay(Publisher(f"{scheme}://{nobody_answers}//"))

    slow.put(Job(pk=1, name="greet"))
    is_waiting = not slow.flush(seconds=0)

    assert is_waiting
    assert slow.flush(seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_does_not_answer_is_left_alone_for_a_while(nobody_answers, scheme) -> None:
    publisher = Publisher(f"{scheme}://{nobody_answers}//")
    tries = []
    attempt = publisher._try
    publisher._try = lambda row: tries.append(row.pk) or attempt(row)

    taken = [publisher.publish(Job(pk=number, name="greet")) for number in range(1, 4)]

    assert not any(taken)
    assert tries == [1]


def test_more_hints_than_memory_holds_are_left_to_the_next_look(monkeypatch) -> None:
    may_go_on = threading.Event()

    class Slow(Told):
        def publish(self, row: Job) -> bool:
            return may_go_on.wait(PATIENCE_SECONDS) and super().publish(row)

    monkeypatch.setattr(relay, "MOST_WAITING", 2)
    full = Relay(Slow())

    full.put(Job(pk=1))
    while full._waiting.qsize():  # until the thread has the first
        time.sleep(0.001)
    for number in (2, 3, 4):
        full.put(Job(pk=number))
    may_go_on.set()

    assert full.flush(seconds=PATIENCE_SECONDS)
    assert full.publisher.ids == [1, 2, 3]


def test_a_forked_process_begins_without_the_threads_and_connections_of_its_parent(broker) -> None:
    child = os.fork()
    if not child:
        os._exit(relay._relay is not None)

    assert os.waitpid(child, 0)[1] == 0
    assert relay._relay is not None


def test_the_database_is_not_asked_for_more_by_a_request_that_tells(
    db, broker, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):  # the job's row
        enqueue("greet", dedupe_key=f"on {connection.vendor}")

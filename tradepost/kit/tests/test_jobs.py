from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from structlog.contextvars import bound_contextvars, get_contextvars

from tradepost.kit.jobs import GiveUp, enqueue, runner
from tradepost.kit.jobs.operate import revive_jobs
from tradepost.kit.jobs.runner import backoff_seconds, run_due_jobs, run_next_job
from tradepost.kit.models import Job
from tradepost.kit.transactions import unit_of_work

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


class WorkerDied(BaseException):
    """What no job can catch: the end of its process."""


@pytest.fixture
def runs(db, register) -> list[dict[str, object]]:
    """The arguments of each run of the job "greet"."""
    runs: list[dict[str, object]] = []
    register("greet")(lambda **arguments: runs.append(arguments))
    return runs


def test_a_job_runs_once_with_its_arguments(runs) -> None:
    enqueue("greet", who="ann", times=2)

    assert run_due_jobs() == 1
    assert run_due_jobs() == 0
    assert runs == [{"who": "ann", "times": 2}]
    assert Job.objects.get().state == Job.State.DONE


@pytest.mark.django_db(transaction=True)
def test_what_a_job_logs_names_the_request_that_asked_for_it(db, register) -> None:
    seen = []

    @register("speaks")
    def speaks(again: bool) -> None:
        seen.append(get_contextvars())
        if again:
            enqueue("speaks", again=False)

    with bound_contextvars(request_id="of-ann"):
        enqueue("speaks", again=True)
    run_due_jobs()

    assert [lines["request_id"] for lines in seen] == ["of-ann", "of-ann"]
    assert {lines["job_id"] for lines in seen} == set(Job.objects.values_list("pk", flat=True))
    assert "request_id" not in get_contextvars()


def test_a_rolled_back_transaction_leaves_no_job(runs) -> None:
    with pytest.raises(LookupError), unit_of_work():
        enqueue("greet")
        raise LookupError

    assert run_due_jobs() == 0
    assert Job.objects.count() == 0


def test_a_job_that_nobody_registered_is_refused(db) -> None:
    with pytest.raises(LookupError, match=r"no job is called 'kit\.unheard_of'"):
        enqueue("kit.unheard_of")

    assert Job.objects.count() == 0


def test_a_name_is_registered_once(runs, register) -> None:
    with pytest.raises(ValueError, match="registered already"):
        register("greet")(print)


def test_a_second_request_with_the_same_dedupe_key_is_ignored(runs) -> None:
    enqueue("greet", dedupe_key="ann", who="first")
    enqueue("greet", dedupe_key="ann", who="second")

    run_due_jobs()

    assert runs == [{"who": "first"}]


def test_a_dedupe_key_holds_after_the_job_is_done(runs) -> None:
    enqueue("greet", dedupe_key="ann")
    run_due_jobs()

    enqueue("greet", dedupe_key="ann")

    assert run_due_jobs() == 0


def test_jobs_without_a_dedupe_key_are_all_run(runs) -> None:
    enqueue("greet")
    enqueue("greet")

    assert run_due_jobs() == 2


def test_a_job_does_not_run_before_its_time(runs) -> None:
    enqueue("greet", run_at=NOON)

    assert not run_next_job(now=NOON - timedelta(microseconds=1))
    assert run_next_job(now=NOON)


def test_jobs_run_in_the_order_of_their_times(runs) -> None:
    for who, seconds in (("second", 2), ("third", 1), ("first", 3)):
        enqueue("greet", run_at=NOON - timedelta(seconds=seconds), who=who)

    run_due_jobs(now=NOON)

    assert [run["who"] for run in runs] == ["first", "second", "third"]


def test_no_more_than_the_limit_of_jobs_run(runs) -> None:
    for _ in range(3):
        enqueue("greet")

    assert run_due_jobs(limit=2) == 2


def test_one_failing_job_does_not_keep_the_next_from_running(runs, register) -> None:
    @register("fail")
    def fail() -> None:
        raise OSError

    enqueue("fail", run_at=NOON - timedelta(seconds=1))
    enqueue("greet", run_at=NOON)

    assert run_due_jobs(now=NOON) == 2
    assert runs == [{}]


@pytest.mark.parametrize(
    ("attempt", "shortest", "longest"),
    [(1, 1.5, 2.5), (2, 6, 10), (3, 24, 40), (7, 2700, 4500), (8, 2700, 4500)],
)
def test_the_wait_grows_fourfold_up_to_an_hour(attempt, shortest, longest) -> None:
    waits = [backoff_seconds(attempt=attempt) for _ in range(100)]

    assert min(waits) >= shortest
    assert max(waits) <= longest


def test_the_wait_begins_when_the_run_has_ended(db, register, monkeypatch) -> None:
    @register("slow")
    def slow() -> None:
        raise OSError("after a minute")

    clock = SimpleNamespace(monotonic=iter([100.0, 160.0]).__next__)
    monkeypatch.setattr(runner, "time", clock)
    enqueue("slow", run_at=NOON)
    run_next_job(now=NOON)

    assert Job.objects.get().run_at > NOON + timedelta(seconds=60)


def test_a_failed_job_waits_and_runs_again(db, register) -> None:
    tries = []

    @register("flaky")
    def flaky() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the mail server is away")

    enqueue("flaky", run_at=NOON)
    run_next_job(now=NOON)
    waiting = Job.objects.get()

    assert waiting.state == Job.State.WAITING
    assert NOON < waiting.run_at < NOON + timedelta(seconds=10)
    assert "OSError: the mail server is away" in waiting.last_error
    assert not run_next_job(now=NOON)
    assert run_next_job(now=waiting.run_at)
    assert Job.objects.get().state == Job.State.DONE


def test_the_last_failed_attempt_makes_a_dead_letter_with_the_error(db, register) -> None:
    @register("doomed", max_attempts=2)
    def doomed() -> None:
        raise OSError("still away")

    enqueue("doomed", run_at=NOON)
    run_next_job(now=NOON)
    run_next_job(now=NOON + timedelta(hours=1))

    dead = Job.objects.dead().get()
    assert dead.attempts == 2
    assert "OSError: still away" in dead.last_error
    assert not run_next_job(now=NOON + timedelta(days=1))


def test_a_job_that_gives_up_is_dead_at_once(db, register) -> None:
    @register("hopeless")
    def hopeless() -> None:
        raise GiveUp("the account is closed")

    enqueue("hopeless")
    run_due_jobs()

    dead = Job.objects.dead().get()
    assert dead.attempts == 1
    assert "the account is closed" in dead.last_error


@pytest.mark.parametrize("most", [1, 2])
def test_the_log_says_what_kind_of_error_it_was_and_not_whom_it_names(
    db, register, caplog, most
) -> None:
    @register("refused", max_attempts=most)
    def refused() -> None:
        raise OSError("ann@example.com is not known here")

    enqueue("refused")
    run_due_jobs()

    row = Job.objects.get()
    [line] = [r.msg for r in caplog.records if r.name == "tradepost.kit.jobs.runner"]
    assert (line["error"], line["job"], line["id"]) == ("OSError", "refused", row.pk)
    assert "ann@" not in caplog.text
    assert "ann@example.com is not known here" in row.last_error


def test_a_job_whose_name_is_gone_is_dead_at_once(db) -> None:
    Job.objects.create(name="of.an.older.release", run_at=NOON)

    run_next_job(now=NOON)

    assert "of.an.older.release" in Job.objects.dead().get().last_error


@pytest.mark.parametrize("message", ["a\0b", "a\ud800b"], ids=["NUL", "half a character"])
def test_an_error_that_no_database_can_hold_is_recorded_all_the_same(db, register, message) -> None:
    @register("odd", max_attempts=1)
    def odd() -> None:
        raise OSError(message)

    enqueue("odd")
    run_due_jobs()

    assert "OSError" in Job.objects.dead().get().last_error


def start_and_die(register, *, max_attempts: int = 8) -> None:
    """Claim the job "crash" at noon with a lease of a minute, and die in it."""

    @register("crash", max_attempts=max_attempts, lease_seconds=60)
    def crash() -> None:
        raise WorkerDied

    enqueue("crash", run_at=NOON)
    with pytest.raises(WorkerDied):
        run_next_job(now=NOON)


def test_a_dead_workers_job_is_not_run_during_its_lease(db, register) -> None:
    start_and_die(register)

    assert not run_next_job(now=NOON + timedelta(seconds=59))


def test_a_dead_workers_job_runs_again_after_its_lease(db, register) -> None:
    start_and_die(register)

    with pytest.raises(WorkerDied):
        run_next_job(now=NOON + timedelta(seconds=60))

    assert Job.objects.get().attempts == 2


def test_a_job_whose_workers_all_died_becomes_a_dead_letter(db, register) -> None:
    start_and_die(register, max_attempts=1)

    run_next_job(now=NOON + timedelta(seconds=60))

    assert "the worker died" in Job.objects.dead().get().last_error


@pytest.mark.parametrize("outcome", [None, OSError("too late"), GiveUp("too late")])
def test_a_worker_that_lost_its_lease_cannot_end_the_job(db, register, outcome) -> None:
    """While the first worker is at it, a second one takes over and fails."""

    @register("slow", lease_seconds=60)
    def slow() -> None:
        if Job.objects.get().attempts == 2:
            raise OSError("the second worker's error")
        run_next_job(now=NOON + timedelta(seconds=60))
        if outcome:
            raise outcome

    enqueue("slow", run_at=NOON)
    run_next_job(now=NOON)

    row = Job.objects.get()
    assert row.state == Job.State.WAITING
    assert "the second worker's error" in row.last_error


def test_a_revived_job_runs_with_a_fresh_set_of_attempts(runs) -> None:
    Job.objects.create(
        name="greet", state=Job.State.DEAD, run_at=NOON, finished_at=NOON, attempts=8
    )

    assert revive_jobs(jobs=Job.objects.all(), now=NOON) == 1
    assert run_next_job(now=NOON)
    row = Job.objects.get()
    assert (row.state, row.attempts) == (Job.State.DONE, 1)


@pytest.mark.parametrize("state", [Job.State.WAITING, Job.State.DONE])
def test_only_dead_jobs_are_revived(db, state) -> None:
    Job.objects.create(name="greet", state=state, run_at=NOON)

    assert revive_jobs(jobs=Job.objects.all(), now=timezone.now()) == 0
    assert Job.objects.get().state == state

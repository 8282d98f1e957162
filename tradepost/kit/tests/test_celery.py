"""The tasks that Celery's workers have, without a worker."""

from datetime import timedelta

import pytest
from celery import Task
from django.utils import timezone

from tradepost.kit import jobs
from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.celery import (
    NOBODYS,
    JobFailed,
    app,
    make_task,
    name_of_task,
    register_tasks,
    show_arguments,
)
from tradepost.kit.models import Job


def make_row(name: str, **arguments: object) -> Job:
    return Job.objects.create(name=name, arguments=arguments, run_at=timezone.now())


@pytest.fixture(scope="session", autouse=True)
def tasks() -> None:
    register_tasks()


@pytest.fixture
def flaky(db, register):
    """``flaky(OSError())`` is the row of a job of two attempts that raises it, and its task."""

    def make(error: Exception | None = None) -> tuple[Job, Task]:
        @register("flaky", max_attempts=2)
        def run() -> None:
            if error:
                raise error

        return make_row("flaky"), make_task("flaky", 60)

    return make


def test_every_job_is_a_task_of_its_name() -> None:
    ours = {name for name in app.tasks if not name.startswith("celery.")}

    assert "store.send_receipt" in ours
    assert ours == {*kinds, NOBODYS}


def test_a_task_is_stopped_before_its_lease_ends() -> None:
    task, lease = app.tasks["store.make_variants"], kinds["store.make_variants"].lease_seconds

    assert (task.soft_time_limit, task.time_limit) == (0.9 * lease, lease)


def test_a_task_gives_its_hint_back_only_when_it_is_through_with_it() -> None:
    task = app.tasks["store.send_receipt"]

    assert (task.acks_late, task.reject_on_worker_lost) == (True, True)
    assert app.conf.worker_prefetch_multiplier == 1


def test_a_task_runs_its_row_once(flaky) -> None:
    row, task = flaky()

    assert [task.run(row.pk) for _ in range(2)] == ["done", "nothing to do"]


def test_a_failure_can_be_seen_without_its_words(flaky) -> None:
    row, task = flaky(OSError("ann@example.com is not known here"))

    with pytest.raises(JobFailed, match=r"^it will be tried again$") as first:
        task.run(row.pk)
    Job.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(JobFailed, match=r"^a dead letter$"):
        task.run(row.pk)

    assert (first.value.__cause__, first.value.__context__) == (None, None)


def test_a_job_of_another_release_is_a_task_all_the_same(db) -> None:
    row = make_row("of.an.older.release")

    with pytest.raises(JobFailed, match="dead letter"):
        app.tasks[name_of_task(row)].run(row.pk)
    assert "of.an.older.release" in Job.objects.dead().get().last_error


def test_numbers_among_the_arguments_are_shown_and_nothing_that_names_somebody() -> None:
    row = Job(name="store.send_receipt", arguments={"order_id": 7, "copy": True, "to": "ann@x.y"})

    assert show_arguments(row) == "{order_id=7, copy=True, to=…}"


def test_a_job_can_say_which_of_its_texts_are_shown(register, monkeypatch) -> None:
    register("greet", shown=("word",))(lambda: None)
    monkeypatch.setattr("tradepost.kit.jobs.celery.kinds", jobs.kinds)

    assert show_arguments(Job(name="greet", arguments={"word": "Hi"})) == "{word='Hi'}"

"""Jobs run by Celery's workers. Imported only where there is a broker (docs/jobs.md).

Each kind of job is a task of the same name. Its one argument is the id of a row, which the task
claims and runs by the code that embedded threads use; retries, leases and dead letters are the
row's, and Celery is asked for none of its own.
"""

from datetime import datetime
from typing import Any

import structlog
from celery import Celery, Task, signals
from celery.beat import Scheduler
from celery.bootsteps import StartStopStep
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from tradepost.kit.jobs import JobKind, kinds, relay
from tradepost.kit.jobs.runner import POLL_SECONDS, Workers, run_job
from tradepost.kit.models import Job

NOBODYS = "kit.unknown_job"  # runs rows whose job is not in this release: they become dead letters
UNKNOWN_LEASE_SECONDS = 60
AFTER_RETURN_SECONDS = 3.0  # until who sends hints has found the broker again, too
ROOM_SECONDS = 0.1  # of a lease, between being told to stop and being stopped

log = structlog.get_logger(__name__)

app = Celery("tradepost")
app.config_from_object("django.conf:settings", namespace="CELERY")


class JobFailed(Exception):
    """An attempt failed. The row says why: what is raised here can be read in Flower."""


class RunJob(Task):  # type: ignore[misc] # Celery has no types
    """Runs one row, if it is due and nobody else is at it."""

    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True
    throws = (JobFailed,)  # no error of the worker: the runner has logged it

    def run(self, job_id: int) -> str:
        state = run_job(job_id=job_id, now=timezone.now())
        if state is None:
            return "nothing to do"
        if state == Job.State.DONE:
            return "done"
        dead = state == Job.State.DEAD
        raise JobFailed("a dead letter" if dead else "it will be tried again")


def register_tasks() -> None:
    """Make a task of every job that the installed apps have; for the process of a worker."""
    for kind in kinds.values():
        app.register_task(make_task(kind.name, kind.lease_seconds))
    app.register_task(make_task(NOBODYS, UNKNOWN_LEASE_SECONDS))


def make_task(name: str, lease_seconds: int) -> Task:
    """Return the task; it is stopped before its lease ends and another worker takes over."""
    limits = {"soft_time_limit": lease_seconds * (1 - ROOM_SECONDS), "time_limit": lease_seconds}
    return type("RunJob", (RunJob,), {"name": name, **limits})()


def name_of_task(row: Job) -> str:
    """Return the task that runs the row: that of its name, if this release knows the job."""
    return row.name if row.name in kinds else NOBODYS


def show_arguments(row: Job) -> str:
    """Return what may be seen of a job by who watches the workers: nothing that names a person.

    Numbers are shown, and what the job says of itself (``@job(shown=…)``); texts and ids of people
    are in the row, for those who may read it in the admin.
    """
    kind = kinds.get(row.name)
    parts = (f"{key}={_show(key, value, kind)}" for key, value in row.arguments.items())
    return f"{{{', '.join(parts)}}}"


def _show(key: str, value: object, kind: JobKind | None) -> str:
    open_to_all = isinstance(value, int | None) or (kind is not None and key in kind.shown)
    return repr(value) if open_to_all else "…"


# --- The processes ---------------------------------------------------------------------------


class Beat(Scheduler):  # type: ignore[misc]
    """`celery beat`: our schedule instead of Celery's, under the lease that all processes share."""

    def setup_schedule(self) -> None:
        self._workers = Workers(threads=0)
        self._workers.start()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        return POLL_SECONDS

    def close(self) -> None:
        self._workers.stop()


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def keep_our_logs(**kwargs: Any) -> None:
    """Leave the logs as the settings say: with a listener here, Celery sets up none."""


class KeepSchedule(StartStopStep):  # type: ignore[misc]
    """Has every worker ready to keep the schedule, so that nobody must remember to run beat."""

    requires = {"celery.worker.components:Pool"}

    def create(self, worker: Any) -> Workers:
        return Workers(threads=0)


app.steps["worker"].add(KeepSchedule)


class TellOfTheLost(StartStopStep):  # type: ignore[misc]
    """Has the broker told anew, as soon as it is back, of what was said to it while it was away.

    A worker notices both, because it listens all the time.
    """

    requires = {"celery.worker.consumer.connection:Connection"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._lost_at: datetime | None = None

    def stop(self, parent: Any) -> None:
        self._lost_at = timezone.now()

    def start(self, parent: Any) -> None:
        lost_at, self._lost_at = self._lost_at, None
        if lost_at is not None:
            parent.timer.call_after(AFTER_RETURN_SECONDS, self._tell_anew, (lost_at,))

    def _tell_anew(self, lost_at: datetime) -> None:
        """Where the database is away as well, hints wait until they count as lost."""
        close_old_connections()
        try:
            relay.forget_hints(since=lost_at)
        except DatabaseError as error:
            log.warning("jobs.hints_not_forgotten", error=type(error).__name__)
        finally:
            close_old_connections()


app.steps["consumer"].add(TellOfTheLost)


@signals.worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def finish_hints(**kwargs: Any) -> None:
    """A process of the pool ends without what Python does at the end."""
    relay.send_last_words()

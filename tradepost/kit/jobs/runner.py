"""Claims due jobs and runs them: late acknowledgement, backoff, dead letters."""

import random
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import structlog
from django.db import close_old_connections, connection, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from tradepost.kit.faults import report_dead_job
from tradepost.kit.interruptions import outlast
from tradepost.kit.jobs import GiveUp, JobKind, kinds, wake
from tradepost.kit.jobs.relay import leave_the_telling, tell_again
from tradepost.kit.jobs.schedule import hand_out_periodic_jobs, leave_the_schedule
from tradepost.kit.jobs.watching import watch_run
from tradepost.kit.models import Job

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
AWAY_SECONDS = 45  # that a job waits for a database that is away; a failover takes less
LONGEST_BACKOFF_SECONDS = 3600
ERROR_LENGTH = 4000


def run_due_jobs(*, now: datetime | None = None, limit: int = 1000) -> int:
    """Run what is due, up to ``limit`` jobs, and return how many ran."""
    ran = 0
    while ran < limit and run_next_job(now=now or timezone.now()):
        ran += 1
    return ran


def run_next_job(*, now: datetime) -> bool:
    """Claim one due job and run it. False when none is due."""
    row = _claim(Job.objects.due(now), now)
    if row is None:
        return False
    _run(row, now)
    return True


def run_job(*, job_id: int, now: datetime) -> Job.State | None:
    """Claim this very job and run it. None when it is not due: done, dead, or somebody is at it.

    Returns its state afterwards: it waits when it failed and will be tried again.
    """
    due = Job.objects.due(now).filter(pk=job_id)
    # Not left to the next hint, which comes much later than another database.
    row = outlast(lambda: _claim(due, now), seconds=AWAY_SECONDS)
    return _run(row, now) if row else None


def _run(row: Job, now: datetime) -> Job.State:
    with bound_contextvars(request_id=row.request_id, job_id=row.pk):  # in every line it logs
        return watch_run(partial(_run_and_record, row, now), row=row)


def _run_and_record(row: Job, now: datetime) -> Job.State:
    kind, began_at = kinds.get(row.name), time.monotonic()
    # What becomes of it is written when the database is back, or it would all be done again.
    patience = min(AWAY_SECONDS, kind.lease_seconds / 2) if kind else AWAY_SECONDS
    try:
        if kind is None:
            raise GiveUp(f"no job is called {row.name!r}")
        if row.attempts > kind.max_attempts:
            raise GiveUp("the worker died during the last attempt")
        kind.run(**row.arguments)
    except Exception as error:  # noqa: BLE001 - recorded on the row, retried or made a dead letter
        failure = error  # whose name ends with this block
        return outlast(
            lambda: _record_failure(row, kind, failure, _later(now, began_at)), seconds=patience
        )
    outlast(lambda: _finish(row, state=Job.State.DONE, now=_later(now, began_at)), seconds=patience)
    return Job.State.DONE


def _later(now: datetime, began_at: float) -> datetime:
    """Return what time it is when it was ``now`` at the beginning of a run: what comes after a
    long one is not due at once."""
    return now + timedelta(seconds=time.monotonic() - began_at)


def _claim(due: QuerySet[Job], now: datetime) -> Job | None:
    if not due.exists():  # a look costs no write lock
        return None
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        row = due.select_for_update(skip_locked=skip).order_by("run_at", "id").first()
        if row is None:
            return None
        kind = kinds.get(row.name)
        row.claim = uuid4()
        row.attempts += 1
        row.run_at = now + timedelta(seconds=kind.lease_seconds if kind else 60)
        row.hint_at = None  # if this worker dies, the broker is told when the lease has ended
        row.save(update_fields=["claim", "attempts", "run_at", "hint_at"])
    return row


def _finish(row: Job, *, state: Job.State, now: datetime, error: str = "") -> bool:
    # Only the holder of the claim may end it: a worker whose lease ran out was replaced.
    ended = Job.objects.filter(pk=row.pk, claim=row.claim).update(
        state=state, finished_at=now, claim=None, last_error=error
    )
    return bool(ended)


def _record_failure(row: Job, kind: JobKind | None, error: Exception, now: datetime) -> Job.State:
    trace = _storable("".join(traceback.format_exception(error)))
    # Without its words, which may name people (refused recipients): those are kept in the row.
    facts = {"job": row.name, "id": row.pk, "attempts": row.attempts, "error": type(error).__name__}
    if kind is None or isinstance(error, GiveUp) or row.attempts >= kind.max_attempts:
        log.error("job.dead", **facts)
        with transaction.atomic():
            if _finish(row, state=Job.State.DEAD, now=now, error=trace):
                report_dead_job(name=row.name, job_id=row.pk, error=error, now=now)
        return Job.State.DEAD
    wait = backoff_seconds(attempt=row.attempts)
    log.warning("job.failed", **facts)
    Job.objects.filter(pk=row.pk, claim=row.claim).update(
        run_at=now + timedelta(seconds=wait), claim=None, last_error=trace
    )
    return Job.State.WAITING


def _storable(text: str) -> str:
    """Return the end of ``text`` without what a database cannot hold."""
    return text[-ERROR_LENGTH:].replace("\0", "").encode("utf-8", "replace").decode()


def backoff_seconds(*, attempt: int) -> float:
    """Return how long to wait after the given attempt (from 1): 2, 8, 32 s ... with jitter."""
    longest: float = min(2.0 * 4 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)
    return longest * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, guards nothing


class Workers:
    """Threads of this process that run jobs, and one that hands out the scheduled ones and tells
    the broker, if there is one, of those it does not know."""

    def __init__(self, *, threads: int = 2) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"jobs-{n}", daemon=True)
            for n in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._tick, name="schedule", daemon=True))

    def start(self) -> None:
        """Start the threads; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout_seconds: float = 10) -> None:
        """Let running jobs finish, for at most ``timeout_seconds`` each."""
        self._stopping.set()
        wake.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _work(self) -> None:
        while not self._stopping.is_set():
            wake.clear()
            if not self._guarded(run_due_jobs):
                wake.wait(POLL_SECONDS)
        connections.close_all()

    def _tick(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self._guarded(hand_out_periodic_jobs)
            self._guarded(tell_again)
        leave_the_schedule()
        leave_the_telling()
        connections.close_all()

    def _guarded(self, work: Callable[[], int]) -> int:
        """Call ``work``; a database that is away for a while must not end the thread."""
        close_old_connections()
        try:
            return work()
        except Exception:
            log.exception("jobs.loop_failed")
            self._stopping.wait(POLL_SECONDS)
            return 0
        finally:
            close_old_connections()

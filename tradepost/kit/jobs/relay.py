"""Tells a broker which jobs there are, so that Celery's workers need not look for them.

The row is the truth and the broker carries hints (docs/decisions/0019): one that comes twice finds
nothing to do, one that is lost is given again by ``tell_again``. Nobody's request waits for the
broker: hints leave by a thread of their own, and are dropped where it does not follow.
"""

import atexit
import os
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Full, Queue
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from tradepost.kit.leases import hold_lease, release_lease, this_process
from tradepost.kit.models import Job

if TYPE_CHECKING:
    from tradepost.kit.jobs.publisher import Publisher

ROLE = "hints"
LEASE_SECONDS = 15
MOST_WAITING = 10_000  # hints in memory
MOST_AT_ONCE = 500  # that are given again in one look
LONGEST_WAIT = timedelta(minutes=10)
LAST_WORDS_SECONDS = 0.5  # of a process that ends


def is_on() -> bool:
    """Return whether there is a broker to tell."""
    return bool(settings.CELERY_BROKER_URL)


def when_to_tell_again(row: Job, *, now: datetime) -> datetime:
    """Return when a hint given now counts as lost: later, the longer the job has been waiting.

    A long queue is no loss: this way it grows by a few hints for each job and not by one a minute.
    """
    age = max(now - row.run_at, timedelta(0))
    return now + min(timedelta(seconds=settings.JOB_HINT_SECONDS) + age, LONGEST_WAIT)


def tell(row: Job) -> None:
    """Tell the broker of a job, some time soon. Returns at once, whatever the broker does.

    A job without an id was there already: it was told of then.
    """
    if row.pk is not None:
        _find_relay().put(row)


def tell_again(*, now: datetime | None = None) -> int:
    """Tell the broker of what is due and unclaimed: retries, later jobs, what it has lost.

    One process does it for all. Returns how many it took.
    """
    now = now or timezone.now()
    if not is_on() or not hold_lease(
        name=ROLE, holder=this_process(), seconds=LEASE_SECONDS, now=now
    ):
        return 0
    told = 0
    for row in Job.objects.untold(now).order_by("run_at", "id")[:MOST_AT_ONCE]:
        if not _find_relay().publisher.publish(row):
            break
        # Not if a worker has it by now: then the hint belongs to the next attempt.
        told += Job.objects.filter(pk=row.pk, run_at=row.run_at, claim=row.claim).update(
            hint_at=when_to_tell_again(row, now=now)
        )
    return told


def forget_hints(*, since: datetime) -> None:
    """Let ``tell_again`` tell of all that became due since then, and of what had just been told.

    Without this each waits until its hint counts as lost.
    """
    told = Job.objects.filter(
        state=Job.State.WAITING, claim=None, hint_at__isnull=False,
        run_at__gte=since - timedelta(seconds=settings.JOB_HINT_SECONDS),
    )  # fmt: skip
    told.update(hint_at=None)


def leave_the_telling() -> None:
    """Let another process take over at once; for a process that stops."""
    if is_on():
        release_lease(name=ROLE, holder=this_process())


class Relay:
    """Hints on their way out, and the thread that takes them there."""

    def __init__(self, publisher: "Publisher") -> None:
        self.publisher = publisher
        self._waiting: Queue[Job] = Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def put(self, row: Job) -> None:
        """Take a hint; where too many wait already, it is left to ``tell_again``."""
        with suppress(Full):
            self._waiting.put_nowait(row)
        if self._thread is None:
            self._start()

    def flush(self, *, seconds: float) -> bool:
        """Wait until all hints have left, at most so long; return whether they have."""
        end = time.monotonic() + seconds
        while self._waiting.unfinished_tasks:
            if time.monotonic() >= end:
                return False
            time.sleep(0.005)
        return True

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="hints", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            self.publisher.publish(self._waiting.get())
            self._waiting.task_done()


_relay: Relay | None = None


def _find_relay() -> Relay:
    global _relay  # noqa: PLW0603 - one connection a process, made when it is needed
    if _relay is None or _relay.publisher.url != settings.CELERY_BROKER_URL:
        from tradepost.kit.jobs.publisher import Publisher  # an extra: only where there is a broker

        _relay = Relay(Publisher(settings.CELERY_BROKER_URL))
    return _relay


def _forget_relay() -> None:
    """A forked process has neither the thread nor a right to the connection."""
    global _relay  # noqa: PLW0603
    _relay = None


def send_last_words() -> None:
    """Give what waits to the broker before the process ends; what it does not take is found."""
    if _relay is not None:
        _relay.flush(seconds=LAST_WORDS_SECONDS)


os.register_at_fork(after_in_child=_forget_relay)
atexit.register(send_last_words)

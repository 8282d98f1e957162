"""What is counted of jobs: read from their table, which knows of all workers of whatever kind."""

from datetime import timedelta

from django.db.models import Count, Min
from django.utils import timezone

from tradepost.kit.metrics import Reading, Values
from tradepost.kit.models import Job, JobQuerySet

RECENT_MINUTES = 5


def count_waiting() -> Values:
    """Return how many jobs are due now, by name."""
    return _by_name(Job.objects.due(timezone.now()).order_by())


def measure_oldest() -> Values:
    """Return for how many seconds the oldest of those that are due has been."""
    now = timezone.now()
    oldest = Job.objects.due(now).aggregate(oldest=Min("run_at"))["oldest"]
    return {(): (now - oldest).total_seconds() if oldest else 0.0}


def count_failing() -> Values:
    """Return how many jobs failed at least once and wait for another try, by name."""
    waiting = Job.objects.filter(state=Job.State.WAITING, attempts__gt=0, claim=None)
    return _by_name(waiting.order_by())


def count_dead() -> Values:
    """Return how many jobs failed for good and wait for somebody, by name."""
    return _by_name(Job.objects.dead().order_by())


def count_done() -> Values:
    """Return how many jobs were done in the last minutes, by name."""
    since = timezone.now() - timedelta(minutes=RECENT_MINUTES)
    return _by_name(Job.objects.filter(state=Job.State.DONE, finished_at__gte=since).order_by())


def _by_name(jobs: JobQuerySet) -> Values:
    return {(name,): float(many) for name, many in jobs.values_list("name").annotate(n=Count("id"))}


WAITING = Reading(
    "tradepost_jobs_waiting", "Jobs that are due and not done.", ("name",), read=count_waiting
)
OLDEST = Reading(
    "tradepost_jobs_oldest_seconds", "How long the oldest due job has waited.", read=measure_oldest
)
FAILING = Reading(
    "tradepost_jobs_failing", "Jobs that failed and will be tried again.", ("name",),
    read=count_failing,
)  # fmt: skip
DEAD = Reading("tradepost_jobs_dead", "Jobs that failed for good.", ("name",), read=count_dead)
DONE = Reading(
    "tradepost_jobs_done_recently", "Jobs done in the last five minutes.", ("name",),
    read=count_done,
)  # fmt: skip

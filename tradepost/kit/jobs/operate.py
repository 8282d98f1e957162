"""What people do to jobs."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from tradepost.kit.jobs import wake
from tradepost.kit.models import Job


def revive_jobs(*, jobs: QuerySet[Job], now: datetime) -> int:
    """Give dead jobs a fresh set of attempts and return how many there were."""
    count = jobs.filter(state=Job.State.DEAD).update(
        state=Job.State.WAITING, attempts=0, run_at=now, hint_at=None, finished_at=None
    )
    transaction.on_commit(wake.set)
    return count


def revive_job(*, job_id: int, now: datetime) -> bool:
    """Give a dead job a fresh set of attempts; return whether there was one."""
    return revive_jobs(jobs=Job.objects.filter(pk=job_id), now=now) > 0

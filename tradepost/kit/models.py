"""The tables behind the machinery: jobs, schedules, leases, idempotent answers, stamps."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, now: datetime) -> JobQuerySet:
        return self.filter(state=Job.State.WAITING, run_at__lte=now)

    def untold(self, now: datetime) -> JobQuerySet:
        """Due, and a broker was not told of it, or so long ago that it may have lost the hint."""
        return self.due(now).filter(Q(hint_at=None) | Q(hint_at__lte=now))

    def dead(self) -> JobQuerySet:
        return self.filter(state=Job.State.DEAD)


class Job(models.Model):
    """One piece of background work, written in the transaction of the deed that asks for it.

    A worker claims it by moving ``run_at`` to the end of its lease, so that the job of a worker
    that died simply becomes due again.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    name = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - NULLs do not collide
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    run_at = models.DateTimeField()
    # When a broker, if there is one, is told of it again; NULL: as soon as it is due.
    hint_at = models.DateTimeField(null=True)
    # Of the request that asked for it, so that the logs of both can be found together.
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    last_error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["run_at"], name="job_due", condition=Q(state="waiting")),
            models.Index(fields=["state", "finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Schedule(models.Model):
    """When a periodic job was last handed out; ``last_slot`` counts periods since 1970."""

    name = models.CharField(max_length=100, primary_key=True)
    last_slot = models.BigIntegerField(default=-1)

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """A role that one process at a time may hold, until ``until``."""

    name = models.CharField(max_length=100, primary_key=True)
    holder = models.CharField(max_length=100)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class IdempotentAnswer(models.Model):
    """What a POST with an ``Idempotency-Key`` was answered, kept to be answered again."""

    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return self.key


class Stamp(models.Model):
    """The version of something that is read far more often than written; see ``stamps.py``."""

    name = models.CharField(max_length=100)
    shard = models.PositiveSmallIntegerField()
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "shard"], name="one_stamp_per_shard"),
        ]

    def __str__(self) -> str:
        return f"{self.name}/{self.shard}"


class SandboxClock(models.Model):
    """How far a sandbox runs ahead of the world's clock: one row, or none; see ``clock.py``."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    ahead = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_sandbox_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.ahead} ahead"

"""The log: one row per event, one pointer per recipient, one counter per user."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tradepost.accounts.models import User


class FeedHead(models.Model):
    """How far a user's feed has come. Its row lock orders everything that happens to the user.

    ``epoch`` changes when the feed's history is no longer the one that clients saw (a restore from
    backup); a client that comes with another epoch starts afresh. The first one is the user's own
    id, so that a feed has its epoch before anything happened in it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True
    )
    epoch = models.UUIDField()
    seq = models.PositiveBigIntegerField(default=0)
    kept_after = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_after__lte=F("seq")), name="kept_after_in_feed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seq}"


def first_epoch(user_id: UUID) -> UUID:
    """Return the epoch that a user's feed begins with."""
    return user_id


class Event(models.Model):
    """Something that happened. ``data`` holds ids and numbers, never what somebody wrote."""

    kind = models.CharField(max_length=64)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class PointerQuerySet(models.QuerySet["Pointer"]):
    def visible_to(self, user: User) -> PointerQuerySet:
        return self.filter(user=user)


class Pointer(models.Model):
    """Event number ``seq`` of a user's feed; the numbers of a user have no gaps.

    Its foreign keys are not checked by the database, which would take longer than writing the row:
    pointers are written by the deed that makes the event and moves the counters, whose rows refer
    to the users.
    """

    pk = models.CompositePrimaryKey("user_id", "seq")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    seq = models.PositiveBigIntegerField()
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="pointers", db_constraint=False
    )

    objects = PointerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id}/{self.seq}"


class Ticket(models.Model):
    """A way into the feed's socket, for one time and a short while; kept as its digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"for {self.user_id} until {self.expires_at}"

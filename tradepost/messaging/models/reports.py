"""Messages that somebody found wrong, for the people who keep the peace."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from tradepost.accounts.models import User
from tradepost.messaging.models.messages import Message

LONGEST_NOTE = 1000
VIEW_REPORTS, HANDLE_REPORTS = "messaging.view_report", "messaging.change_report"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        """All of them for holders of the permission to view reports, none for everybody else."""
        return self.all() if user.has_perm(VIEW_REPORTS) else self.none()

    def open(self) -> ReportQuerySet:
        """Reports that nobody has handled yet."""
        return self.filter(handled_at=None)


class Report(models.Model):
    """Somebody's report of a message; one a person. ``handled_at`` ends it, with an outcome."""

    class Reason(models.TextChoices):
        SPAM = "spam"
        FRAUD = "fraud"
        HARASSMENT = "harassment"
        ILLEGAL = "illegal"
        OTHER = "other"

    class Outcome(models.TextChoices):
        DISMISSED = "dismissed"
        HIDDEN = "hidden"
        WARNED = "warned"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.TextField(blank=True, default="", max_length=LONGEST_NOTE)
    created_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True, default="")
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    handled_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reporter"], name="one_report_per_message_and_person"
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, outcome="")
                | (Q(handled_at__isnull=False) & ~Q(outcome="")),
                name="handled_report_has_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="report_queue", condition=Q(handled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.message_id}"

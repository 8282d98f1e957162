"""What a user is told, by which ways they want to be told, and the browsers that take pushes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tradepost.accounts.models import User
from tradepost.kit.ids import uuid7
from tradepost.kit.moments import Moment

MOST_GROUPED = 2000
BEFORE_EVERYTHING = Moment(datetime(1970, 1, 1, tzinfo=UTC))


class Preference(models.Model):
    """A user's word on one channel of one kind, kept only where it differs from the default.

    Without a ``kind`` it is about the channel as a whole: all mails that may be switched off, or
    the daily digest.
    """

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("Here")
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Push")
        DIGEST = "digest", _("Daily digest")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=64, blank=True, default="")
    channel = models.CharField(max_length=6, choices=Channel.choices)
    is_on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="one_preference_per_channel"
            ),
            models.CheckConstraint(
                condition=(~Q(kind="") & Q(channel__in=["in_app", "email", "push"]))
                | Q(kind="", channel__in=["email", "digest"]),
                name="preference_channel_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user"],
                name="preference_digest",
                condition=Q(channel="digest", is_on=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'all'} by {self.channel}: {'on' if self.is_on else 'off'}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        """What the user was told and wants in the list."""
        return self.filter(user=user).listed()

    def listed(self) -> NotificationQuerySet:
        """Without the kinds that their readers keep out of the list."""
        off = Preference.objects.filter(
            user=OuterRef("user"),
            kind=OuterRef("kind"),
            channel=Preference.Channel.IN_APP,
            is_on=False,
        )
        return self.exclude(Exists(off))

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def awaiting_mail(self) -> NotificationQuerySet:
        """Unread, and neither mailed nor found not to be wanted by mail."""
        return self.filter(awaits_mail=True, read_at=None)

    def recent(self) -> NotificationQuerySet:
        """The newest ``MOST_GROUPED`` of these: to look for groups costs a look per row."""
        edge = self.order_by("-created_at", "-id").values("created_at")
        beyond = Subquery(edge[MOST_GROUPED : MOST_GROUPED + 1])
        return self.filter(created_at__gt=Coalesce(beyond, BEFORE_EVERYTHING))

    def newest_of_groups(self) -> NotificationQuerySet:
        """Of each reader's groups the newest one that is listed."""
        newer = (
            Notification.objects.filter(
                user=OuterRef("user"),
                group=OuterRef("group"),
                created_at__gte=OuterRef("created_at"),
            )
            .exclude(created_at=OuterRef("created_at"), id__lte=OuterRef("id"))
            .listed()
        )
        return self.exclude(Exists(newer))


class Notification(models.Model):
    """One thing that ``user`` is told, once per ``cause``.

    It keeps who did what to which thing, and no text of anybody's: its sentence and its link are
    made when it is shown (``kinds.py``), so that nothing erased elsewhere lives on here.

    Those of one ``group`` (a conversation) are shown as one; what has no group is alone in one
    that is called like its cause. In a group that is read step by step ``seq`` says how far one
    must have come to have read it. ``awaits_mail`` ends with the mail that tells of it, or with the
    decision that none does; ``mailed_at`` names that mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    kind = models.CharField(max_length=64)
    cause = models.CharField(max_length=100)
    group = models.CharField(max_length=100)
    seq = models.PositiveBigIntegerField(default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )
    awaits_mail = models.BooleanField(default=False)
    mailed_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            # The cause first: who was told of it is what the push asks.
            models.UniqueConstraint(fields=["cause", "user"], name="one_notification_per_cause"),
            models.CheckConstraint(condition=~Q(group=""), name="notification_has_a_group"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_list"),
            models.Index(fields=["user", "group", "created_at"], name="notification_group"),
            models.Index(
                fields=["user", "group"], name="notification_unread", condition=Q(read_at=None)
            ),
            # By time: of many people who are told at once, rows are neighbours here.
            models.Index(
                fields=["created_at", "user"],
                name="notification_awaits_mail",
                condition=Q(awaits_mail=True, read_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    def visible_to(self, user: User) -> PushSubscriptionQuerySet:
        return self.filter(user=user)


class PushSubscription(models.Model):
    """A browser that takes pushes for ``user``, at an address of its maker's push service.

    Whoever knows the address can be a nuisance there: it is shown to its owner alone. ``failures``
    counts the pushes that were given up since one last arrived.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.CharField(max_length=700, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.service

    @property
    def service(self) -> str:
        """The host of the push service, which may be shown to anybody."""
        return urlsplit(self.endpoint).hostname or ""

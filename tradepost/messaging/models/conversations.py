"""Conversations, and the places that people have in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q

from tradepost.accounts.models import User
from tradepost.kit.ids import uuid7

LONGEST_TITLE = 255
WITHOUT_END = datetime(9999, 1, 1, tzinfo=UTC)  # of muting


def key_of_pair(first_id: UUID, second_id: UUID) -> str:
    """Return the ``dedupe_key`` of the one conversation that two people have."""
    return "direct:" + "+".join(sorted((first_id.hex, second_id.hex)))


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """Conversations that ``user`` takes part in, or did: of those they left, the past."""
        mine = Participant.objects.filter(user=user)
        return self.filter(pk__in=mine.values("conversation_id"))

    def open_to(self, user: User) -> ConversationQuerySet:
        """Conversations that ``user`` takes part in now."""
        mine = Participant.objects.active().filter(user=user)
        return self.filter(pk__in=mine.values("conversation_id"))


class Conversation(models.Model):
    """A talk between people, perhaps about something (``subject``).

    ``last_seq`` is the number of its newest message; raising it under the row's lock is what puts
    messages in order. ``version`` rises with everything that changes what readers see, so that a
    stored page knows whether it is still true. ``dedupe_key`` names conversations of which there
    may be only one.
    """

    class Kind(models.TextChoices):
        DIRECT = "direct"
        GROUP = "group"
        SUBJECT = "subject"

    class State(models.TextChoices):
        OPEN = "open"
        WAITING = "waiting"
        SNOOZED = "snoozed"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True)
    subject_id = models.CharField(max_length=36, blank=True, default="")
    subject = GenericForeignKey("subject_type", "subject_id")
    title = models.CharField(max_length=LONGEST_TITLE, blank=True, default="")
    titled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    snoozed_until = models.DateTimeField(null=True)
    dedupe_key = models.CharField(max_length=150, null=True, unique=True)  # noqa: DJ001 - NULLs do not collide
    last_seq = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)

    participants = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Participant", related_name="conversations"
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="subject") | Q(subject_type__isnull=False),
                name="subject_conversation_has_subject",
            ),
            models.CheckConstraint(
                condition=Q(state="snoozed", snoozed_until__isnull=False)
                | (~Q(state="snoozed") & Q(snoozed_until__isnull=True)),
                name="snoozed_conversation_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="conversation_by_activity"),
            models.Index(fields=["subject_type", "subject_id"], name="conversation_by_subject"),
        ]

    def __str__(self) -> str:
        return self.title or f"conversation {self.pk}"

    def standing(self, *, now: datetime) -> Standing:
        """The state at a moment, and until when it is snoozed."""
        return standing_of(self.state, self.snoozed_until, now=now)


Standing = tuple[str, datetime | None]  # a state, and until when it is snoozed


def standing_of(state: str, snoozed_until: datetime | None, *, now: datetime) -> Standing:
    """Return how a conversation stands at a moment: what was snoozed until then is open.

    The row goes on saying what was set. No job changes it, which could be late, and no event tells
    of it: everybody was told the moment when it was set.
    """
    is_over = snoozed_until is not None and snoozed_until <= now
    return (Conversation.State.OPEN.value, None) if is_over else (state, snoozed_until)


def stands_so(state: str, *, now: datetime, of: str = "") -> Q:
    """Return the condition for what ``standing_of`` says; ``of`` leads to the conversation."""
    is_set, is_over = Q(**{f"{of}state": state}), Q(**{f"{of}snoozed_until__lte": now})
    if state == Conversation.State.OPEN:
        return is_set | is_over
    return is_set & Q(**{f"{of}snoozed_until__gt": now}) if state == "snoozed" else is_set


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def active(self) -> ParticipantQuerySet:
        return self.filter(left_seq=None)


class Participant(models.Model):
    """A person's place in a conversation: what they may see, how far they have read, and how they
    want to have it shown.

    They see messages after ``joined_seq`` and up to ``left_seq``. ``last_read_seq`` only moves
    forward; ``unread_from`` is where they marked it unread again, until they read on. A
    conversation is archived until something newer than ``archived_seq`` is said.
    """

    class Role(models.TextChoices):
        OWNER = "owner"
        MEMBER = "member"

    class Notify(models.TextChoices):
        ALL = "all"
        MENTIONS = "mentions"
        NOTHING = "nothing"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=6, choices=Role.choices, default=Role.MEMBER)
    joined_seq = models.PositiveBigIntegerField(default=0)
    left_seq = models.PositiveBigIntegerField(null=True)
    last_read_seq = models.PositiveBigIntegerField(default=0)
    unread_from = models.PositiveBigIntegerField(null=True)
    notify = models.CharField(max_length=8, choices=Notify.choices, default=Notify.ALL)
    muted_until: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )
    archived_seq = models.PositiveBigIntegerField(null=True)
    pinned_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "user"], name="person_once_per_conversation"
            ),
            models.CheckConstraint(
                condition=Q(last_read_seq__gte=F("joined_seq")), name="reads_from_where_joined"
            ),
            models.CheckConstraint(
                condition=Q(left_seq__isnull=True) | Q(left_seq__gte=F("joined_seq")),
                name="leaves_after_joining",
            ),
            models.CheckConstraint(
                condition=Q(unread_from__isnull=True)
                | Q(unread_from__gt=F("joined_seq"), unread_from__lte=F("last_read_seq")),
                name="unread_again_is_what_was_read",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "conversation"], name="memberships", condition=Q(left_seq=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"

    @property
    def knows_people(self) -> bool:
        """Whether they may know who is in it, which must be loaded."""
        return self.left_seq is None or self.conversation.kind == Conversation.Kind.DIRECT


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a conversation, as a sender meets them."""

    user_id: UUID
    last_read_seq: int
    notify: str
    muted_until: datetime | None
    blocks_sender: bool
    blocked_by_sender: bool

    def wants_to_know(self, *, is_named: bool, now: datetime) -> bool:
        """Whether they are to be told of a message."""
        if self.blocks_sender or self.notify == Participant.Notify.NOTHING:
            return False
        is_muted = self.muted_until is not None and self.muted_until > now
        return is_named or (not is_muted and self.notify == Participant.Notify.ALL)

"""Conversations, their people, their messages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q

from tradepost.accounts.models import User
from tradepost.kit.ids import uuid7

LONGEST_BODY = 20_000


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """Conversations that ``user`` takes part in now."""
        mine = Participant.objects.filter(user=user, left_seq=None)
        return self.filter(pk__in=mine.values("conversation_id"))


class Conversation(models.Model):
    """A talk between people, perhaps about something (``subject``).

    ``last_seq`` is the number of its newest message; raising it under the row's lock is what puts
    messages in order. ``dedupe_key`` names conversations of which there may be only one.
    """

    class Kind(models.TextChoices):
        DIRECT = "direct"
        GROUP = "group"
        SUBJECT = "subject"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True)
    subject_id = models.CharField(max_length=36, blank=True, default="")
    subject = GenericForeignKey("subject_type", "subject_id")
    title = models.CharField(max_length=255, blank=True, default="")
    dedupe_key = models.CharField(max_length=150, null=True, unique=True)  # noqa: DJ001 - NULLs do not collide
    last_seq = models.PositiveBigIntegerField(default=0)
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
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="conversation_by_activity"),
            models.Index(fields=["subject_type", "subject_id"], name="conversation_by_subject"),
        ]

    # What ``list_conversations`` loaded, for one reader.
    my_joined_seq: int
    my_read_seq: int
    unread_count: int
    people: list[Participant]
    newest: list[Message]

    def __str__(self) -> str:
        return self.title or f"conversation {self.pk}"

    def listed_people(self) -> list[User]:
        """Who takes part, of a listed conversation."""
        return [member.user for member in self.people]

    def listed_last_message(self) -> Message | None:
        """The last message of a listed conversation; None when the reader joined after it."""
        if not self.newest or self.newest[0].seq <= self.my_joined_seq:
            return None
        self.newest[0].my_read_seq = self.my_read_seq
        return self.newest[0]

    def listed_subject(self) -> Conversation | None:
        """Itself when it is about something: what its two subject columns say."""
        return self if self.subject_type_id else None


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def active(self) -> ParticipantQuerySet:
        return self.filter(left_seq=None)


class Participant(models.Model):
    """A person in a conversation, and how far they have read."""

    class Role(models.TextChoices):
        OWNER = "owner"
        MEMBER = "member"

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

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "user"], name="person_once_per_conversation"
            ),
            models.CheckConstraint(
                condition=Q(last_read_seq__gte=F("joined_seq")), name="reads_from_where_joined"
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "conversation"], name="memberships", condition=Q(left_seq=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Messages of the user's conversations, from when they joined."""
        return self.filter(
            conversation__memberships__user=user,
            conversation__memberships__left_seq=None,
            seq__gt=F("conversation__memberships__joined_seq"),
        )


class Message(models.Model):
    """One message; ``seq`` is its place in the conversation, from 1 without gaps.

    ``client_id`` is chosen by the sender's device, so that sending again sends nothing twice;
    ``request_hash`` tells a repetition from another message under the same id.
    """

    class Kind(models.TextChoices):
        TEXT = "text"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="sent_messages",
    )
    client_id = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    parent = models.ForeignKey("self", on_delete=models.RESTRICT, null=True, related_name="replies")
    root = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, related_name="+", db_index=False
    )
    depth = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.TEXT)
    body = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_order"),
            models.UniqueConstraint(fields=["sender", "client_id"], name="message_sent_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="message_seq_from_1"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, depth=0) | Q(parent__isnull=False, depth__gte=1),
                name="message_depth_fits_parent",
            ),
        ]
        indexes = [models.Index(fields=["root", "seq"], name="message_thread")]

    my_read_seq: int  # how far the reader has read, where a query for one reader loaded it

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"

"""Messages, their earlier texts, who is named in them and what people think of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from tradepost.accounts.models import Block, User
from tradepost.kit.ids import uuid7
from tradepost.messaging.models.conversations import Conversation, Member

PLACE = "conversation__memberships"
SEEN = Q(**{f"{PLACE}__left_seq": None}) | Q(seq__lte=F(f"{PLACE}__left_seq"))
SEEN &= Q(seq__gt=F(f"{PLACE}__joined_seq"))
LONGEST_BODY = 20_000
LONGEST_EMOJI = 32


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Messages of the user's conversations, from when they joined to when they left."""
        return self.filter(SEEN, **{f"{PLACE}__user": user})

    def readable_by(self, user: User) -> MessageQuerySet:
        """Messages visible to the user and those that they wrote, which stay theirs when they come
        back to a conversation without its past. For looking one up; it is no list."""
        return self.filter(SEEN | Q(sender=user), **{f"{PLACE}__user": user})

    def said(self) -> MessageQuerySet:
        """Messages with something to read in them: what people wrote and nobody took back."""
        return self.filter(deleted_at=None, hidden_at=None).exclude(kind=Message.Kind.SYSTEM)


class UnreadMessagesManager(models.Manager["Message"]):
    """Messages that their reader has not read."""

    def get_queryset(self) -> MessageQuerySet:
        return MessageQuerySet(self.model, using=self._db)

    def for_user(self, user: User) -> MessageQuerySet:
        """What others wrote to ``user`` beyond their place, or from where they marked it unread.

        What was taken back, what the house says, and people whom the user blocked do not count.
        """
        read_up_to = Coalesce(F(f"{PLACE}__unread_from") - 1, F(f"{PLACE}__last_read_seq"))
        # One call of filter: each further one would join places of other people.
        unread = self.get_queryset().filter(
            **{f"{PLACE}__user": user, f"{PLACE}__left_seq": None, "seq__gt": read_up_to}
        )
        blocked = Block.objects.filter(blocker=user).values("blocked")
        return unread.said().exclude(sender=user).exclude(sender__in=blocked)


class Message(models.Model):
    """One message; ``seq`` is its place in the conversation, from 1 without gaps.

    ``client_id`` is chosen by the sender's device, so that sending again sends nothing twice;
    ``request_hash`` tells a repetition from another message under the same id, until it is wiped
    with what it is a digest of. A message without
    sender is the house's (``kind`` system) or of an account that is gone. What was taken back
    stays as a place-holder without its text, so that threads stay whole. ``payload`` is what a
    card or a system message says to programs: its type, version and data (``payloads.py``).
    """

    class Kind(models.TextChoices):
        TEXT = "text"
        SYSTEM = "system"
        CARD = "card"

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
    body = models.TextField(blank=True)
    payload = models.JSONField(null=True)
    has_attachments = models.BooleanField(default=False)
    has_link = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()
    unread = UnreadMessagesManager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_order"),
            models.UniqueConstraint(fields=["sender", "client_id"], name="message_sent_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="message_seq_from_1"),
            models.CheckConstraint(condition=Q(version__gte=1), name="message_version_from_1"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, root__isnull=True, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gte=1),
                name="message_depth_fits_parent",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(body=""), name="deleted_message_is_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["root", "seq"], name="message_thread"),
            models.Index(
                fields=["deleted_at"],
                name="message_deleted",
                condition=Q(deleted_at__isnull=False, version__gt=1),
            ),
        ]

    # Who is told of it, as its action found them; None for a message that no action sends.
    audience: Sequence[Member] | None = None
    named: frozenset[UUID] = frozenset()

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"

    @property
    def is_wiped(self) -> bool:
        """Whether it was taken back for good: what it said is not known any more."""
        return self.deleted_at is not None and self.version == 1


class MessageHistory(models.Model):
    """What a message said as its version ``version``, who changed it then, and when."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="history")
    version = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    payload = models.JSONField(null=True)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    edited_at = models.DateTimeField()

    class Meta:
        ordering = ["-version", "-id"]
        verbose_name_plural = "message histories"
        constraints = [
            models.UniqueConstraint(fields=["message", "version"], name="one_history_per_version"),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of {self.message_id}"


class Mention(models.Model):
    """``user`` is named in the message.

    ``conversation`` and ``seq`` are those of the message: what of it somebody has not read is found
    without a look at what they have.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mentions",
        db_index=False,  # `mention_of_user` serves
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "user"], name="named_once_per_message"),
        ]
        indexes = [
            models.Index(fields=["user", "conversation", "seq"], name="mention_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"


class Reaction(models.Model):
    """An emoji that somebody put below a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    emoji = models.CharField(max_length=LONGEST_EMOJI)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "user", "emoji"], name="one_reaction_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user_id}"

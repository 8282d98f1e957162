"""Files that belong to messages. They lie in the default storage, where nothing serves them: each
download asks anew whether the reader may see the message."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from tradepost.accounts.models import Block, User
from tradepost.kit.ids import uuid7
from tradepost.messaging.models.messages import Message

FOLDER = "messaging/attachments"
LONGEST_NAME = 150


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> AttachmentQuerySet:
        """Files of messages whose content ``user`` may read, and the user's own not sent yet."""
        own = Message.objects.readable_by(user).filter(pk=OuterRef("message"))
        open_to_all = own.filter(deleted_at=None, hidden_at=None)
        blocked = Block.objects.filter(blocker=user, blocked=OuterRef("sender"))
        # Asked of each file: a look at all messages of somebody could be a long one.
        seen = Exists(open_to_all.exclude(Exists(blocked)))
        return self.filter(Q(message=None, uploader=user) | seen)


class Attachment(models.Model):
    """A file, first uploaded by somebody, then sent with a message of theirs.

    ``name`` is what its sender called it; on disk it has a random one. A picture has its size in
    pixels, and a ``thumbnail`` a moment after the upload.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="attachments"
    )
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    file = models.FileField(max_length=100)
    name = models.CharField(max_length=LONGEST_NAME)
    mime_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail = models.FileField(max_length=100, blank=True, default="")
    place = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["place", "id"]
        indexes = [
            models.Index(
                fields=["created_at"], name="attachment_not_sent", condition=Q(message=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

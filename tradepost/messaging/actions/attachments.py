"""Files of messages: uploaded, then sent with a message; made smaller; swept when forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Case, Value, When

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.images import shrink
from tradepost.kit.jobs import GiveUp, enqueue
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.erasure import remove_attachments
from tradepost.messaging.actions.places import change_seen, lock_conversation, tell_members
from tradepost.messaging.errors import (
    NoSuchAttachment,
    NoSuchFile,
    TooManyAttachments,
    TooManyUnsentFiles,
)
from tradepost.messaging.files import StoredFile, stored_file
from tradepost.messaging.models import Attachment, Message
from tradepost.messaging.models.attachments import FOLDER

THUMBNAIL_SIDE = 400  # pixels of the longer side at most
SPARED = timedelta(days=1)  # a file this young may belong to a transaction that still runs


def upload_file(  # house: allow A1 because a file is cleaned and written outside
    *, uploader: User, file: File[Any]
) -> Attachment:
    """Keep a file that somebody wants to send, pictures without what they tell of their maker.

    Raises FileRefused, TooManyUnsentFiles, AccountClosed.
    """
    refuse_too_many(uploader=uploader)
    with stored_file(file) as stored:
        return keep_file(uploader=uploader, stored=stored)


def refuse_too_many(*, uploader: User) -> None:  # house: allow A1 because it only reads
    """Raise TooManyUnsentFiles for somebody who has uploaded enough without sending it."""
    unsent = Attachment.objects.filter(uploader=uploader, message=None)
    if unsent.count() >= settings.MOST_UNSENT_FILES:
        raise TooManyUnsentFiles


@atomic
def keep_file(*, uploader: User, stored: StoredFile) -> Attachment:
    """Write down whose file it is that lies in the storage.

    Raises TooManyUnsentFiles and AccountClosed.
    """
    lock_account(uploader)  # one upload after the other, and none for who has left
    refuse_too_many(uploader=uploader)
    attachment = Attachment.objects.create(
        pk=stored.pk, uploader=uploader, file=stored.path, name=stored.name,
        mime_type=stored.mime_type, size=stored.size, width=stored.width, height=stored.height,
    )  # fmt: skip
    if stored.width is not None:
        enqueue("messaging.make_thumbnail", attachment_id=str(attachment.pk))
    return attachment


@atomic
def delete_file(*, uploader: User, attachment_id: UUID) -> None:
    """Throw one's own file away that is not sent yet. Raises NoSuchFile."""
    own = Attachment.objects.filter(pk=attachment_id, uploader=uploader, message=None)
    if own.select_for_update().first() is None:
        raise NoSuchFile
    remove_attachments(attachments=own)


def attach_files(  # house: allow A1 because it is a part of sending
    *, message: Message, attachment_ids: Sequence[UUID]
) -> None:
    """Let files that the sender has uploaded and not yet sent belong to the message, in this order.

    Raises TooManyAttachments or NoSuchAttachment.
    """
    ids = list(dict.fromkeys(attachment_ids))
    if not ids:
        return
    if len(ids) > settings.MOST_ATTACHMENTS:
        raise TooManyAttachments(field="attachments")
    places = Case(*(When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)))
    own = Attachment.objects.filter(pk__in=ids, uploader=message.sender, message=None)
    locked = own.select_for_update().order_by("pk").values_list("pk")
    # Of two messages that take a file at once, the second finds it taken.
    if len(locked) != len(ids) or own.update(message=message, place=places) != len(ids):
        raise NoSuchAttachment(field="attachments")


def make_thumbnail(  # house: allow A1 because pictures are made outside
    *, attachment_id: UUID
) -> None:
    """Make the small form of a picture, without a transaction open meanwhile.

    Raises GiveUp for a file that is missing or cannot be read as a picture.
    """
    attachment = Attachment.objects.filter(pk=attachment_id, thumbnail="").first()
    if attachment is None:  # gone, or done before
        return
    content = _shrink(attachment)
    if content is None:
        return
    stem = str(attachment.file).rpartition("/")[2].rpartition(".")[0]
    path = default_storage.save(f"{FOLDER}/{stem}-small.webp", ContentFile(content))
    # It may be sent between the look and the lock; but only once.
    kept = _keep_thumbnail(attachment_id, path) or _keep_thumbnail(attachment_id, path)
    if not kept:
        default_storage.delete(path)


@atomic
def sweep_unsent_files(*, now: datetime, at_most: int = 500) -> int:
    """Remove files that were uploaded long ago and never sent; return how many."""
    before = now - timedelta(hours=settings.KEEP_UNSENT_FILES_HOURS)
    forgotten = Attachment.objects.filter(message=None, created_at__lt=before).order_by("pk")
    ids = [pk for (pk,) in forgotten.select_for_update().values_list("pk")[:at_most]]
    remove_attachments(attachments=Attachment.objects.filter(pk__in=ids, message=None))
    return len(ids)


def sweep_stray_files(*, now: datetime) -> int:  # house: allow A1 because it touches files only
    """Remove files in the storage that no row knows, but the youngest, and return how many."""
    rows = Attachment.objects.order_by("pk").values_list("file", "thumbnail")
    known = {name for row in rows.iterator() for name in row}
    strays = [name for name in _list_files() if name not in known and _is_older(name, now - SPARED)]
    for name in strays:
        default_storage.delete(name)
    return len(strays)


def _shrink(attachment: Attachment) -> bytes | None:
    """Return the small form; None when the file was removed meanwhile."""
    path = str(attachment.file)
    try:
        with default_storage.open(path) as file:
            return shrink(file, longest_side=THUMBNAIL_SIDE)
    except (FileNotFoundError, ValidationError) as error:
        if not Attachment.objects.filter(pk=attachment.pk).exists():
            return None
        raise GiveUp(f"{path} cannot be made smaller") from error


@atomic
def _keep_thumbnail(attachment_id: UUID, path: str) -> bool:
    """Write down where the small form is. False when the file is gone or was sent this moment."""
    message = Message.objects.filter(attachments=attachment_id).order_by("pk").first()
    conversation = lock_conversation(message.conversation_id) if message else None
    row = Attachment.objects.filter(pk=attachment_id, message=message, thumbnail="")
    if not row.update(thumbnail=path):
        return False
    if conversation is not None and message is not None:
        change_seen(conversation=conversation)
        tell_members(
            conversation=conversation, kind="attachment.ready", message=str(message.pk),
            attachment=str(attachment_id),
        )  # fmt: skip
    return True


def _list_files() -> list[str]:
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [f"{FOLDER}/{name}" for name in names]


def _is_older(name: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # removed since the folder was read
        return False

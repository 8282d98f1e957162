"""Files of messages on their way into the storage: checked, cleaned, scanned, written.

A file is written before its row and removed after it: whatever dies in between leaves a file too
many, which the sweep finds, and never one too few.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tradepost.kit.ids import uuid7
from tradepost.kit.images import EXTENSIONS as PICTURES
from tradepost.kit.images import clean_picture
from tradepost.kit.uploads import MIME_TYPES, FileOf, MaxFileSize, clean_name, extension_of
from tradepost.messaging.errors import FileRefused
from tradepost.messaging.models import Attachment
from tradepost.messaging.models.attachments import FOLDER, LONGEST_NAME
from tradepost.messaging.scans import scan_file
from tradepost.messaging.texts import clean_text

# No plain archives: nobody can say what is in them, and people open what comes out.
KINDS = frozenset(MIME_TYPES)


@dataclass(frozen=True)
class Content:
    """What is kept of a file; pictures have their size in pixels."""

    file: File[Any]
    extension: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file at ``path`` in the storage that waits for its row, the attachment ``pk``."""

    pk: UUID
    path: str
    name: str
    mime_type: str
    size: int
    width: int | None
    height: int | None


@contextmanager
def stored_file(file: File[Any]) -> Iterator[StoredFile]:
    """Write a file to the storage; when it has no row in the end, it is removed again.

    To be entered outside of any transaction: pictures are decoded and the storage may be far away.
    Raises FileRefused.
    """
    stored = _store(file)
    try:
        yield stored
    finally:
        if not Attachment.objects.filter(pk=stored.pk).exists():
            default_storage.delete(stored.path)


def _store(file: File[Any]) -> StoredFile:
    content = _read(file)
    mime_type = MIME_TYPES[content.extension]
    name = clean_name(
        clean_text(file.name or ""), extension=content.extension, longest=LONGEST_NAME
    )
    scan_file(file=content.file, name=name, mime_type=mime_type)
    path = default_storage.save(f"{FOLDER}/{uuid4().hex}.{content.extension}", content.file)
    return StoredFile(
        uuid7(), path, name, mime_type, content.file.size, content.width, content.height
    )


def _read(file: File[Any]) -> Content:
    try:
        MaxFileSize(settings.ATTACHMENT_BYTES)(file)
        FileOf(KINDS)(file)
        extension = extension_of(file)
        return _read_picture(file) if extension in PICTURES else Content(file, extension)
    except ValidationError as error:
        raise FileRefused(" ".join(error.messages), field="file") from error


def _read_picture(file: File[Any]) -> Content:
    picture = clean_picture(file)
    content = ContentFile(picture.content)
    return Content(content, picture.extension, picture.width, picture.height)

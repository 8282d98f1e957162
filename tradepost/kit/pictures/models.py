"""What the tables of pictures have in common. The rows know the names of their files."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.core.validators import FileExtensionValidator
from django.db import models

from tradepost.kit.images import EXTENSIONS, check_picture
from tradepost.kit.uploads import MaxFileSize

MOST_BYTES = 500 * 1024


def random_name(picture: AbstractPicture, filename: str) -> str:
    """Return where a picture is kept: nobody can guess it, nothing of the sender's name is left."""
    ending = filename.rpartition(".")[2].lower()
    return f"{picture.folder}/{uuid4().hex}.{ending}"


def picture_field(*, most_bytes: int = MOST_BYTES) -> models.ImageField:
    """Return the column of a picture as it was sent, of at most so many bytes."""
    return models.ImageField(
        upload_to=random_name,
        width_field="width",
        height_field="height",
        validators=[
            FileExtensionValidator(EXTENSIONS), MaxFileSize(most_bytes), check_picture,
        ],
    )  # fmt: skip


class AbstractPicture(models.Model):
    """A picture; ``thumbnail`` (at most 400 pixels a side) and ``webp`` (at most 1600) are made of
    it by a job, a moment after the upload."""

    folder: ClassVar[str]  # of all files of the table, and of nothing else

    image = picture_field()
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    thumbnail = models.FileField(blank=True, default="", editable=False)
    webp = models.FileField(blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.image.name or ""

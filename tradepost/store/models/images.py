"""Pictures of products. The files lie in the default storage; the rows know their names."""

from __future__ import annotations

from uuid import uuid4

from django.core.validators import FileExtensionValidator
from django.db import models

from tradepost.kit.images import EXTENSIONS, check_picture
from tradepost.kit.uploads import MaxFileSize
from tradepost.store.models.catalogue import Product

FOLDER = "store/images"
MOST_BYTES = 500 * 1024
MOST_IMAGES = 20  # of one product


def random_name(image: ProductImage, filename: str) -> str:
    """Return where a picture is kept: nobody can guess it, nothing of the sender's name is left."""
    ending = filename.rpartition(".")[2].lower()
    return f"{FOLDER}/{uuid4().hex}.{ending}"


class ProductImageQuerySet(models.QuerySet["ProductImage"]):
    def public(self) -> ProductImageQuerySet:
        return self.all()


class ProductImage(models.Model):
    """A picture; ``thumbnail`` (at most 400 pixels a side) and ``webp`` (at most 1600) are made of
    it by a job, a moment after the upload."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    image = models.ImageField(
        upload_to=random_name,
        width_field="width",
        height_field="height",
        validators=[
            FileExtensionValidator(EXTENSIONS), MaxFileSize(MOST_BYTES), check_picture,
        ],
    )  # fmt: skip
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    thumbnail = models.FileField(blank=True, default="", editable=False)
    webp = models.FileField(blank=True, default="", editable=False)

    objects = ProductImageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.image.name or ""

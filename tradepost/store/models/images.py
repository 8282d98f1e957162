"""Pictures of products."""

from __future__ import annotations

from django.db import models

from tradepost.kit.pictures.models import AbstractPicture
from tradepost.store.models.catalogue import Product

MOST_IMAGES = 20  # of one product


class ProductImageQuerySet(models.QuerySet["ProductImage"]):
    def public(self) -> ProductImageQuerySet:
        return self.all()


class ProductImage(AbstractPicture):
    """A picture of a product."""

    folder = "store/images"

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")

    objects = ProductImageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

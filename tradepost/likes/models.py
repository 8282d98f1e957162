"""Who likes what, by Django's content types."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class LikedItemQuerySet(models.QuerySet["LikedItem"]):
    def of(self, model: type[models.Model], ids: Collection[int]) -> LikedItemQuerySet:
        """The likes of these objects."""
        kind = ContentType.objects.get_for_model(model)
        return self.filter(content_type=kind, object_id__in=ids)


class LikedItem(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    content_object = GenericForeignKey()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LikedItemQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "user"], name="like_once_per_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.content_type_id}/{self.object_id}"

"""Tags and what they are tied to, by Django's content types."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Tag(models.Model):
    label = models.CharField(max_length=255, unique=True)

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class TaggedItemQuerySet(models.QuerySet["TaggedItem"]):
    def get_tags_for(self, obj_type: type[models.Model], obj_id: int) -> TaggedItemQuerySet:
        """Return the tagged items of one object, each with its tag, in one query."""
        kind = ContentType.objects.get_for_model(obj_type)
        return self.filter(content_type=kind, object_id=obj_id).select_related("tag")


class TaggedItem(models.Model):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="items")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    content_object = GenericForeignKey()

    objects = TaggedItemQuerySet.as_manager()

    class Meta:
        ordering = ["tag__label", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "tag"], name="tag_once_per_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id}: {self.tag_id}"

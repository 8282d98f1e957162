"""Tags and what they are tied to, by Django's content types."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class TagQuerySet(models.QuerySet["Tag"]):
    def public(self) -> TagQuerySet:
        return self.all()

    def on(self, model: type[models.Model]) -> TagQuerySet:
        """Tags that objects of this kind have, with the number of these in ``uses``."""
        kind = ContentType.objects.get_for_model(model)
        return self.filter(items__content_type=kind).annotate(uses=models.Count("items"))

    def called(self, label: str) -> TagQuerySet:
        """Tags with this label, however it is capitalized."""
        # SQLite compares only ASCII letters without regard to case.
        spellings = {label, label.lower(), label.upper(), label.capitalize(), label.title()}
        return self.filter(models.Q(label__iexact=label) | models.Q(label__in=spellings))


class Tag(models.Model):
    """A label, kept as it was first written; "Gift" and "gift" are two, and are found by either."""

    label = models.CharField(max_length=255, unique=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class TaggedItemQuerySet(models.QuerySet["TaggedItem"]):
    def on(self, model: type[models.Model]) -> TaggedItemQuerySet:
        """The tagged items of all objects of this kind."""
        return self.filter(content_type=ContentType.objects.get_for_model(model))

    def of(self, model: type[models.Model], ids: Collection[int]) -> TaggedItemQuerySet:
        """The tagged items of these objects."""
        return self.on(model).filter(object_id__in=ids)

    def get_tags_for(
        self, obj_type: type[models.Model] | models.Model, obj_id: int | None = None
    ) -> TaggedItemQuerySet:
        """Return the tagged items of one object, each with its tag, in one query.

        The object is named by its class and id, or given itself.
        """
        kind = ContentType.objects.get_for_model(obj_type)
        key: Any = obj_type.pk if isinstance(obj_type, models.Model) else obj_id
        return self.filter(content_type=kind, object_id=key).select_related("tag")


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

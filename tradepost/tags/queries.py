"""Labels of many objects at once, and objects by their label."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Model, QuerySet

from tradepost.tags.models import Tag, TaggedItem


def read_labels(*, model: type[Model], ids: Collection[int]) -> dict[int, list[str]]:
    """Return the labels of each object that has any, in order, in one query."""
    rows = TaggedItem.objects.of(model, ids).order_by("tag__label", "id")
    labels: defaultdict[int, list[str]] = defaultdict(list)
    for object_id, label in rows.values_list("object_id", "tag__label"):
        labels[object_id].append(label)
    return dict(labels)


def ids_with_label(*, model: type[Model], label: str) -> QuerySet[TaggedItem, Any]:
    """Return the query of the ids of the objects with a label, however it is capitalized."""
    items = TaggedItem.objects.on(model).filter(tag__in=Tag.objects.called(label))
    return items.order_by().values_list("object_id", flat=True)

"""Labels of many objects at once, and objects by their label."""

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet

from tradepost.kit.prepared import PreparedIn
from tradepost.tags.models import Tag, TaggedItem


def read_labels(*, model: type[Model], ids: Collection[int]) -> dict[int, list[str]]:
    """Return the labels of each object that has any, in order, in one query."""
    labels: defaultdict[int, list[str]] = defaultdict(list)
    for object_id, label in _labels_of(model).run(ids):
        labels[object_id].append(label)
    return dict(labels)


@cache
def _labels_of(model: type[Model]) -> PreparedIn:
    """Prepare the query, which every list of products asks for. It names the content type: its id
    is not the same in every database."""
    kind = {"content_type__app_label": model._meta.app_label}
    kind["content_type__model"] = str(model._meta.model_name)

    def rows(ids: list[int]) -> QuerySet[TaggedItem, Any]:
        items = TaggedItem.objects.filter(**kind, object_id__in=ids)
        return items.order_by("tag__label", "id").values_list("object_id", "tag__label")

    return PreparedIn(rows)


def ids_with_label(*, model: type[Model], label: str) -> QuerySet[TaggedItem, Any]:
    """Return the query of the ids of the objects with a label, however it is capitalized."""
    items = TaggedItem.objects.on(model).filter(tag__in=Tag.objects.called(label))
    return items.order_by().values_list("object_id", flat=True)

"""Tying labels to objects."""

from collections.abc import Collection, Mapping

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.tags.models import Tag, TaggedItem


@atomic
def set_tags(*, model: type[Model], labels_by_id: Mapping[int, Collection[str]]) -> int:
    """Give each object exactly these labels and return how many ties were made or undone."""
    kind = ContentType.objects.get_for_model(model)
    tag_ids = _ensure_tags({label for labels in labels_by_id.values() for label in labels})
    wanted = {
        (object_id, tag_ids[label])
        for object_id, labels in labels_by_id.items()
        for label in labels
    }
    rows = TaggedItem.objects.of(model, labels_by_id)
    present = {(object_id, tag_id): pk for pk, object_id, tag_id in rows.values_list(
        "id", "object_id", "tag_id"
    )}  # fmt: skip
    superfluous = [pk for tie, pk in present.items() if tie not in wanted]
    missing = sorted(wanted - present.keys())
    if superfluous:
        TaggedItem.objects.filter(pk__in=superfluous).delete()
    TaggedItem.objects.bulk_create(
        TaggedItem(content_type_id=kind.pk, object_id=object_id, tag_id=tag_id)
        for object_id, tag_id in missing
    )
    return len(superfluous) + len(missing)


@atomic
def forget_tags(*, model: type[Model], ids: Collection[int]) -> None:
    """Take all tags off objects that are gone; the tags themselves stay."""
    TaggedItem.objects.of(model, ids).delete()


def _ensure_tags(labels: set[str]) -> dict[str, int]:
    known = dict(Tag.objects.filter(label__in=labels).values_list("label", "id"))
    if new := sorted(labels - known.keys()):
        insert([Tag(label=label) for label in new], unless_taken=["label"])
        known |= dict(Tag.objects.filter(label__in=new).values_list("label", "id"))
    return known

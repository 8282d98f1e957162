"""Tags themselves, whatever they are tied to."""

from collections.abc import Collection

from tradepost.kit.locks import lock_one
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.tags.errors import LabelTaken
from tradepost.tags.models import Tag


@atomic
def create_tag(*, label: str) -> Tag:
    """Make a tag that nothing has yet. Raises LabelTaken."""
    with refusing_duplicates(Tag.objects.filter(label=label), LabelTaken(field="label")):
        return Tag.objects.create(label=label)


@atomic
def rename_tag(*, tag_id: int, label: str) -> Tag:
    """Give a tag, and so whatever has it, another label. Raises NotFound or LabelTaken."""
    tag = lock_one(Tag.objects.filter(pk=tag_id), weakly=True)
    tag.label = label
    others = Tag.objects.filter(label=label).exclude(pk=tag_id)
    with refusing_duplicates(others, LabelTaken(field="label")):
        tag.save(update_fields=["label"])
    return tag


@atomic
def delete_tags(*, tag_ids: Collection[int]) -> None:
    """Remove these tags, and take them off whatever has them."""
    rows = Tag.objects.filter(pk__in=tag_ids)
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    rows.delete()

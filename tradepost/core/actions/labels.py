"""Tags as the catalogue shows them: a change of a label is one of all products that have it."""

from collections.abc import Collection

from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.stamps import CATALOGUE
from tradepost.tags.actions.labels import delete_tags, rename_tag
from tradepost.tags.models import Tag


@atomic
def rename_shown_tag(*, tag_id: int, label: str) -> Tag:
    """Give a tag another label, in the catalogue too. Raises NotFound or LabelTaken."""
    tag = rename_tag(tag_id=tag_id, label=label)
    raise_stamp(CATALOGUE)
    return tag


@atomic
def delete_shown_tags(*, tag_ids: Collection[int]) -> None:
    """Remove these tags, also from the catalogue."""
    delete_tags(tag_ids=tag_ids)
    raise_stamp(CATALOGUE)

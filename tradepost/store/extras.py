"""What a higher app knows of products and the shop shows: their tags.

The shop does not know the app ``tags``; ``core`` joins them. Without it, products have none.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

ReadTags = Callable[[Collection[int]], Mapping[int, list[str]]]
FindTagged = Callable[[str], QuerySet[Any]]


@dataclass
class ProductTags:
    """``read`` returns labels by product id, in order; ``having`` the ids that have a label."""

    read: ReadTags = lambda product_ids: {}
    having: FindTagged | None = None


tags = ProductTags()


def register_product_tags(*, read: ReadTags, having: FindTagged) -> None:
    """Say where the tags of products come from."""
    tags.read, tags.having = read, having

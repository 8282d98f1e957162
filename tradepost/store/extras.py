"""What a higher app knows of products and the shop shows: their tags, and who likes them.

The shop does not know the apps ``tags`` and ``likes``; ``core`` joins them. Without it, products
have neither.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet

from tradepost.accounts.models import User

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


class ShownLikes(Protocol):
    """How many like a product, and whether the reader does."""

    @property
    def count(self) -> int: ...

    @property
    def liked(self) -> bool: ...


ReadLikes = Callable[[int, User | None], ShownLikes]


@dataclass
class ProductLikes:
    """``read`` returns the likes of a product, for a reader; None while there are none. The
    ``stamp`` is raised whenever somebody likes one, or no longer does."""

    read: ReadLikes | None = None
    stamp: str = ""


likes = ProductLikes()


def register_product_likes(*, read: ReadLikes, stamp: str) -> None:
    """Say where the likes of products come from. The page posts them to the route
    ``product-like``."""
    likes.read, likes.stamp = read, stamp

"""What products have beyond the shop: tags and likes, of apps that do not know it."""

from collections.abc import Collection

from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.likes.actions.likes import forget_likes
from tradepost.store.actions.products import lock_product
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE
from tradepost.tags.actions.tagging import forget_tags, set_tags

MOST_TAGS = 50  # of one product, as doors let them in


@atomic
def tag_product(*, product_id: int, labels: Collection[str]) -> None:
    """Give a product exactly these tags. Raises NotFound."""
    lock_product(product_id)
    if set_tags(model=Product, labels_by_id={product_id: labels}):
        raise_stamp(CATALOGUE)


@atomic
def forget_product(*, product_id: int) -> None:
    """Remove the tags and likes of a product that is gone."""
    forget_tags(model=Product, ids=[product_id])
    forget_likes(model=Product, ids=[product_id])

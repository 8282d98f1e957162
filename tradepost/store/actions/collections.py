"""Collections."""

from collections.abc import Mapping
from typing import Any

from tradepost.kit.locks import hold, lock_one
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.store.errors import CollectionNotEmpty, FeaturedElsewhere, TitleTaken
from tradepost.store.models import Collection, Product
from tradepost.store.stamps import CATALOGUE


@atomic
def create_collection(*, title: str, featured_product_id: int | None = None) -> Collection:
    """Make an empty collection. Raises TitleTaken, or FeaturedElsewhere for any product: none is
    in it yet."""
    if featured_product_id is not None:
        raise FeaturedElsewhere(field="featured_product")
    with refusing_duplicates(Collection.objects.filter(title=title), TitleTaken(field="title")):
        collection = Collection.objects.create(title=title)
    raise_stamp(CATALOGUE)
    return collection


@atomic
def change_collection(*, collection_id: int, changes: Mapping[str, Any]) -> Collection:
    """Change ``title`` or ``featured_product_id``, which must be one of its products, or None.

    Raises NotFound, TitleTaken or FeaturedElsewhere.
    """
    collection = _lock_collection(collection_id)
    featured = changes.get("featured_product_id")
    own = Product.objects.filter(collection=collection)
    if featured is not None and not hold(own.filter(pk=featured)):
        raise FeaturedElsewhere(field="featured_product")
    for name, value in changes.items():
        setattr(collection, name, value)
    taken = Collection.objects.filter(title=collection.title).exclude(pk=collection_id)
    with refusing_duplicates(taken, TitleTaken(field="title")):
        collection.save(update_fields=list(changes))
    raise_stamp(CATALOGUE)
    return collection


@atomic
def delete_collection(*, collection_id: int) -> None:
    """Remove an empty collection. Raises NotFound, or CollectionNotEmpty."""
    collection = _lock_collection(collection_id)
    if collection.products.exists():
        raise CollectionNotEmpty
    collection.delete()
    raise_stamp(CATALOGUE)


def _lock_collection(collection_id: int) -> Collection:
    # The full lock: who wants to put a product into it waits until this is over.
    return lock_one(Collection.objects.filter(pk=collection_id))

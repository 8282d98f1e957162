"""Products, one at a time; ``upserts.py`` takes in many at once."""

from collections.abc import Collection as Some
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tradepost.kit.errors import NotFound
from tradepost.kit.locks import hold, weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.store.actions.promotions import reprice_products
from tradepost.store.errors import (
    NoSuchCollection,
    NoSuchPromotion,
    ProductOrdered,
    SlugTaken,
)
from tradepost.store.models import Cart, Collection, DroppedLine, Product, Promotion
from tradepost.store.queries import free_slug
from tradepost.store.stamps import CATALOGUE


@atomic
def create_product(
    *, fields: Mapping[str, Any], now: datetime, promotion_ids: Some[int] = ()
) -> Product:
    """Make a product of these columns; without a ``slug``, one is made of the title.

    Raises NoSuchCollection, NoSuchPromotion or SlugTaken.
    """
    given = {**fields, "slug": fields.get("slug") or free_slug(fields["title"])}
    _hold_collection(given["collection_id"])
    with refusing_duplicates(Product.objects.filter(slug=given["slug"]), SlugTaken(field="slug")):
        product = Product.objects.create(**given)
    if promotion_ids:
        _set_promotions(product, promotion_ids, now)
    raise_stamp(CATALOGUE)
    return Product.objects.get(pk=product.pk)


@atomic
def change_product(
    *,
    product_id: int,
    changes: Mapping[str, Any],
    now: datetime,
    promotion_ids: Some[int] | None = None,
) -> Product:
    """Change columns of a product, and with ``promotion_ids`` its promotions to exactly these.

    Raises NotFound, NoSuchCollection, NoSuchPromotion or SlugTaken.
    """
    if "collection_id" in changes:
        _hold_collection(changes["collection_id"])
    product = lock_product(product_id)
    for name, value in changes.items():
        setattr(product, name, value)
    taken = Product.objects.filter(slug=product.slug).exclude(pk=product_id)
    with refusing_duplicates(taken, SlugTaken(field="slug")):
        product.save(update_fields=[*changes, "last_update"])
    if promotion_ids is not None:
        _set_promotions(product, promotion_ids, now)
    raise_stamp(CATALOGUE)
    return Product.objects.get(pk=product_id)


@atomic
def delete_product(*, product_id: int) -> None:
    """Remove a product that nobody ever ordered; carts that held it say so from now on.

    Raises NotFound, or ProductOrdered.
    """
    holders = Cart.objects.filter(items__product_id=product_id)
    carts = list(Cart.objects.select_for_update().filter(pk__in=holders).order_by("pk"))
    product = lock_product(product_id, from_references=True)
    if product.orderitems.exists():
        raise ProductOrdered
    DroppedLine.objects.bulk_create(DroppedLine(cart=cart, title=product.title) for cart in carts)
    product.delete()
    raise_stamp(CATALOGUE)


def lock_product(product_id: int, *, from_references: bool = False) -> Product:
    """Return the product, locked until the transaction ends. Raises NotFound.

    ``from_references`` also keeps others from referring to it, as a deletion must.
    """
    no_key = weak() and not from_references
    product = Product.objects.select_for_update(no_key=no_key).filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return product


def _hold_collection(collection_id: int) -> None:
    if not hold(Collection.objects.filter(pk=collection_id)):
        raise NoSuchCollection(field="collection")


def _set_promotions(product: Product, promotion_ids: Some[int], now: datetime) -> None:
    wanted = set(promotion_ids)
    if Promotion.objects.filter(pk__in=wanted).count() != len(wanted):
        raise NoSuchPromotion(field="promotions")
    product.promotions.set(wanted)
    reprice_products(product_ids=[product.pk], now=now)

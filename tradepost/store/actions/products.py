"""Products, one at a time; ``upserts.py`` takes in many at once."""

from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tradepost.kit.errors import NotFound
from tradepost.kit.locks import hold, lock_one, weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.store.actions.promotions import lock_promotions, reprice_products
from tradepost.store.errors import (
    ChangedMeanwhile,
    NoSuchCollection,
    ProductOrdered,
    SkuTaken,
    SlugTaken,
)
from tradepost.store.models import Cart, CartItem, Collection, DroppedLine, Product
from tradepost.store.queries import free_slug
from tradepost.store.stamps import CATALOGUE

TRIES_FOR_A_SLUG = 20  # each of them lost to somebody who took the same one at that moment


@atomic
def create_product(*, fields: Mapping[str, Any], promotion_ids: Some[int] = ()) -> Product:
    """Make a product of these columns; without a ``slug``, one is made of the title.

    Raises NoSuchCollection, NoSuchPromotion, SlugTaken or SkuTaken.
    """
    if not hold(Collection.objects.filter(pk=fields["collection_id"])):
        raise NoSuchCollection(field="collection")
    lock_promotions(promotion_ids)
    product = _insert(fields)
    if promotion_ids:
        _set_promotions(product, promotion_ids)
    raise_stamp(CATALOGUE)
    return Product.objects.get(pk=product.pk)


@atomic
def change_product(
    *, product_id: int, changes: Mapping[str, Any], promotion_ids: Some[int] | None = None
) -> Product:
    """Change columns of a product, and with ``promotion_ids`` its promotions to exactly these.

    A product that moves to another collection is no longer featured by the one it leaves. Raises
    NotFound, NoSuchCollection, NoSuchPromotion, SlugTaken, SkuTaken or ChangedMeanwhile.
    """
    left_id = _lock_collections(product_id, changes.get("collection_id"))
    lock_promotions(promotion_ids or ())
    product = lock_product(product_id)
    if product.collection_id != left_id:
        raise ChangedMeanwhile  # somebody else has moved it since
    for name, value in changes.items():
        setattr(product, name, value)
    with _refusing_taken_names(product):
        product.save(update_fields=[*changes, "last_update"])
    if product.collection_id != left_id:
        Collection.objects.filter(pk=left_id, featured_product=product).update(
            featured_product=None
        )
    if promotion_ids is not None:
        _set_promotions(product, promotion_ids)
    raise_stamp(CATALOGUE)
    return Product.objects.get(pk=product_id)


@atomic
def delete_product(*, product_id: int) -> None:
    """Remove a product that nobody ever ordered; carts that held it say so from now on.

    Raises NotFound, ProductOrdered or ChangedMeanwhile.
    """
    products = _lock_to_delete([product_id])
    if not products:
        raise NotFound
    if products[0].orderitems.exists():
        raise ProductOrdered
    _delete(products)


@atomic
def delete_products(*, product_ids: Some[int]) -> None:
    """Remove all of these products or, when one of them must stay, none.

    Raises ProductOrdered, which names those that were ordered, or ChangedMeanwhile.
    """
    products = _lock_to_delete(product_ids)
    ordered = Product.objects.filter(pk__in=product_ids, orderitems__isnull=False).distinct()
    if titles := list(ordered.order_by("title", "pk").values_list("title", flat=True)):
        raise ProductOrdered(f"{ProductOrdered.message} ({', '.join(titles)})")
    _delete(products)


def _lock_to_delete(product_ids: Some[int]) -> list[Product]:
    """Return the products that are there, locked after the carts and collections that hold them.

    Raises ChangedMeanwhile when somebody came to refer to one of them before it was locked: that
    row is not, and it is too late to wait for it.
    """
    holders = Cart.objects.filter(items__product_id__in=product_ids)
    carts = Cart.objects.select_for_update().filter(pk__in=holders).order_by("pk")
    known = {cart.pk for cart in carts.only("pk")}
    featuring = Collection.objects.filter(featured_product_id__in=product_ids)
    collections = featuring.select_for_update(no_key=weak()).order_by("pk")
    shown = {collection.pk for collection in collections.only("pk")}
    rows = Product.objects.filter(pk__in=product_ids)
    products = list(rows.select_for_update().order_by("pk"))
    if holders.exclude(pk__in=known).exists() or featuring.exclude(pk__in=shown).exists():
        raise ChangedMeanwhile
    return products


def _delete(products: Some[Product]) -> None:
    titles = {product.pk: product.title for product in products}
    lines = CartItem.objects.filter(product_id__in=titles).order_by("pk")
    DroppedLine.objects.bulk_create(
        DroppedLine(cart_id=cart_id, title=titles[pk])
        for cart_id, pk in lines.values_list("cart_id", "product_id")
    )
    for product in products:
        product.delete()
    raise_stamp(CATALOGUE)


def lock_product(product_id: int) -> Product:
    """Return the product, locked until the transaction ends. Raises NotFound."""
    return lock_one(Product.objects.filter(pk=product_id), weakly=True)


def _insert(fields: Mapping[str, Any]) -> Product:
    """Write the row; a slug that nobody asked for is made anew when somebody else was faster."""
    for _ in range(TRIES_FOR_A_SLUG):
        product = Product(**{**fields, "slug": fields.get("slug") or free_slug(fields["title"])})
        try:
            with _refusing_taken_names(product):
                product.save(force_insert=True)
        except SlugTaken:
            if fields.get("slug"):
                raise
        else:
            return product
    raise ChangedMeanwhile


@contextmanager
def _refusing_taken_names(product: Product) -> Iterator[None]:
    others = Product.objects.exclude(pk=product.pk)
    same_sku = others.filter(sku=product.sku) if product.sku else others.none()
    with (
        refusing_duplicates(others.filter(slug=product.slug), SlugTaken(field="slug")),
        refusing_duplicates(same_sku, SkuTaken(field="sku")),
    ):
        yield


def _lock_collections(product_id: int, target_id: int | None) -> int:
    """Lock the collections that the product leaves and enters, if it moves; return the former."""
    here = Product.objects.filter(pk=product_id).values_list("collection_id", flat=True).first()
    if here is None:
        raise NotFound
    if target_id not in (None, here):
        both = Collection.objects.filter(pk__in=[here, target_id])
        locked = both.select_for_update(no_key=weak()).order_by("pk")
        if target_id not in {collection.pk for collection in locked}:
            raise NoSuchCollection(field="collection")
    return here


def _set_promotions(product: Product, promotion_ids: Some[int]) -> None:
    product.promotions.set(promotion_ids)
    reprice_products(product_ids=[product.pk])

"""Pictures of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db.models import QuerySet

from tradepost.kit import pictures
from tradepost.kit.errors import NotFound
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import lock_one
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.actions.products import lock_product
from tradepost.store.errors import TooManyImages
from tradepost.store.models import Product, ProductImage
from tradepost.store.models.images import MOST_IMAGES
from tradepost.store.stamps import CATALOGUE


def add_image(  # house: allow A1 because a picture is cleaned and written outside
    *, product_id: int, file: File[Any]
) -> ProductImage:
    """Keep a picture of a product, cleaned of everything but what is seen.

    The validators of ``ProductImage.image`` must have passed. Raises NotFound or TooManyImages.
    """
    with stored_picture(product_id=product_id, file=file) as picture:
        return keep_image(product_id=product_id, picture=picture)


@contextmanager
def stored_picture(  # house: allow A1 because it writes a file and no row
    *, product_id: int, file: File[Any]
) -> Iterator[Mapping[str, Any]]:
    """Clean a picture, write its file, and give the columns of its row; without a row, no file.

    To be entered outside of any transaction. Raises NotFound without the product.
    """
    if not Product.objects.filter(pk=product_id).exists():
        raise NotFound
    among = ProductImage.objects.filter(product_id=product_id)
    with pictures.stored_picture(file=file, among=among) as columns:
        yield columns


@atomic
def keep_image(*, product_id: int, picture: Mapping[str, Any]) -> ProductImage:
    """Let a picture that is written belong to a product. Raises NotFound or TooManyImages."""
    product = lock_product(product_id)
    if product.images.count() >= MOST_IMAGES:
        raise TooManyImages
    return _announce(ProductImage.objects.create(product=product, **picture))


def replace_image(  # house: allow A1 because a picture is cleaned and written outside
    *, product_id: int, image_id: int, file: File[Any]
) -> ProductImage:
    """Put another picture in the place of one. Raises NotFound."""
    if not ProductImage.objects.filter(pk=image_id, product_id=product_id).exists():
        raise NotFound
    with stored_picture(product_id=product_id, file=file) as picture:
        return _replace(product_id, image_id, picture)


@atomic
def delete_image(*, product_id: int, image_id: int) -> None:
    """Take a picture away. Raises NotFound."""
    _lock_image(product_id, image_id).delete()  # the signal of the row removes its files
    raise_stamp(CATALOGUE)


def make_variants(*, image_id: int) -> None:  # house: allow A1 because pictures are made outside
    """Make the smaller forms of a picture, without a transaction open meanwhile.

    Raises GiveUp for a file that is missing or cannot be read as a picture.
    """
    row = ProductImage.objects.filter(pk=image_id)
    pictures.make_variants(row=row, keep=_keep_variants)


@atomic
def forget_files(image: ProductImage) -> None:  # house: allow A1 because a signal hands the row in
    """Have the files of a row removed, once what is done here is committed."""
    enqueue("store.remove_files", names=pictures.files_of(image))


def sweep_image_files(*, now: datetime) -> int:  # house: allow A1 because it touches files only
    """Remove files that no row knows, but the youngest, and return how many."""
    return pictures.sweep_files(rows=ProductImage.objects.all(), now=now)


@atomic
def _replace(product_id: int, image_id: int, columns: Mapping[str, Any]) -> ProductImage:
    forget_files(_lock_image(product_id, image_id))
    # Not by save(): the field would open the new file to measure it.
    ProductImage.objects.filter(pk=image_id).update(**columns)
    return _announce(ProductImage.objects.get(pk=image_id))


def _announce(image: ProductImage) -> ProductImage:
    enqueue("store.make_variants", image_id=image.pk)
    raise_stamp(CATALOGUE)
    return image


@atomic
def _keep_variants(row: QuerySet[ProductImage], names: Mapping[str, str]) -> bool:
    raise_stamp(CATALOGUE)
    return bool(row.update(**names))


def _lock_image(product_id: int, image_id: int) -> ProductImage:
    return lock_one(ProductImage.objects.filter(pk=image_id, product_id=product_id))

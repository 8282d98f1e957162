"""Pictures of products. Their files are written before the row and removed after it, by a job:
whatever dies in between leaves a file too many, which the sweep finds, and never one too few."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tradepost.kit.errors import NotFound
from tradepost.kit.images import clean_picture, shrink
from tradepost.kit.jobs import enqueue
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.actions.products import lock_product
from tradepost.store.errors import TooManyImages
from tradepost.store.models import ProductImage
from tradepost.store.models.images import FOLDER, MOST_IMAGES
from tradepost.store.stamps import CATALOGUE

SMALL, LARGE = 400, 1600  # pixels of the longer side
SPARED = timedelta(days=1)  # a file this young may belong to a transaction that still runs


@atomic
def add_image(*, product_id: int, file: File[Any]) -> ProductImage:
    """Keep a picture of a product, cleaned of everything but what is seen.

    The validators of ``ProductImage.image`` must have passed. Raises NotFound or TooManyImages.
    """
    product = lock_product(product_id)
    if product.images.count() >= MOST_IMAGES:
        raise TooManyImages
    image = ProductImage.objects.create(product=product, image=_cleaned(file))
    return _announce(image)


@atomic
def replace_image(*, product_id: int, image_id: int, file: File[Any]) -> ProductImage:
    """Put another picture in the place of one. Raises NotFound."""
    image = _lock_image(product_id, image_id)
    forget_files(image)
    image.image = _cleaned(file)
    image.thumbnail = image.webp = ""
    image.save()
    return _announce(image)


@atomic
def delete_image(*, product_id: int, image_id: int) -> None:
    """Take a picture away. Raises NotFound."""
    _lock_image(product_id, image_id).delete()  # the signal of the row removes its files
    raise_stamp(CATALOGUE)


@atomic
def keep_variants(*, image_id: int, made_of: str, thumbnail: bytes, webp: bytes) -> None:
    """Keep the smaller forms of the picture whose file is called ``made_of``, if it is still so."""
    image = ProductImage.objects.select_for_update().filter(pk=image_id, image=made_of).first()
    if image is None:
        return
    stem = made_of.rpartition("/")[2].rpartition(".")[0]
    for field, name, content in (
        (image.thumbnail, f"{FOLDER}/{stem}-small.webp", thumbnail),
        (image.webp, f"{FOLDER}/{stem}-large.webp", webp),
    ):
        field.save(name, ContentFile(content), save=False)
    image.save(update_fields=["thumbnail", "webp"])
    raise_stamp(CATALOGUE)


def make_variants(*, image_id: int) -> None:  # house: allow A1 because pictures are made outside
    """Make the smaller forms of a picture, without a transaction open meanwhile."""
    image = ProductImage.objects.filter(pk=image_id).first()
    if image is None:
        return
    made_of = image.image.name or ""
    with default_storage.open(made_of) as file:
        thumbnail, webp = shrink(file, longest_side=SMALL), shrink(file, longest_side=LARGE)
    keep_variants(image_id=image_id, made_of=made_of, thumbnail=thumbnail, webp=webp)


@atomic
def forget_files(image: ProductImage) -> None:  # house: allow A1 because a signal hands the row in
    """Have the files of a row removed, once what is done here is committed."""
    names = [str(name) for name in (image.image, image.thumbnail, image.webp) if name]
    enqueue("store.remove_files", names=names)


def sweep_image_files(*, now: datetime) -> int:  # house: allow A1 because it touches files only
    """Remove files that no row knows, but the youngest, and return how many."""
    known = {
        name
        for row in ProductImage.objects.values_list("image", "thumbnail", "webp").iterator()
        for name in row
    }
    removed = 0
    for name in _list_files():
        if name not in known and default_storage.get_modified_time(name) < now - SPARED:
            default_storage.delete(name)
            removed += 1
    return removed


def _list_files() -> list[str]:
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [f"{FOLDER}/{name}" for name in names]


def _cleaned(file: File[Any]) -> ContentFile[bytes]:
    content, ending = clean_picture(file)
    return ContentFile(content, name=f"picture.{ending}")


def _announce(image: ProductImage) -> ProductImage:
    enqueue("store.make_variants", image_id=image.pk)
    raise_stamp(CATALOGUE)
    return image


def _lock_image(product_id: int, image_id: int) -> ProductImage:
    rows = ProductImage.objects.select_for_update().filter(pk=image_id, product_id=product_id)
    image = rows.first()
    if image is None:
        raise NotFound
    return image

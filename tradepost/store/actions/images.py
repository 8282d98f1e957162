"""Pictures of products. Their files are written before the row and removed after it, by a job:
whatever dies in between leaves a file too many, which the sweep finds, and never one too few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tradepost.kit.errors import NotFound
from tradepost.kit.images import clean_picture, shrink
from tradepost.kit.jobs import GiveUp, enqueue
from tradepost.kit.locks import lock_one
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.actions.products import lock_product
from tradepost.store.errors import TooManyImages
from tradepost.store.models import Product, ProductImage
from tradepost.store.models.images import FOLDER, MOST_IMAGES, random_name
from tradepost.store.stamps import CATALOGUE

SIDES = {"small": 400, "large": 1600}  # pixels of the longer side at most
SPARED = timedelta(days=1)  # a file this young may belong to a transaction that still runs


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
    picture = clean_picture(file)
    path = random_name(ProductImage(), f"picture.{picture.extension}")
    name = default_storage.save(path, ContentFile(picture.content))
    try:
        yield {"image": name, "width": picture.width, "height": picture.height}
    finally:
        if not ProductImage.objects.filter(product_id=product_id, image=name).exists():
            default_storage.delete(name)


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
    image = ProductImage.objects.filter(pk=image_id, thumbnail="").first()
    if image is None:  # gone, or done before
        return
    made_of = str(image.image)
    contents = _shrink(image_id, made_of)
    stem = made_of.rpartition("/")[2].rpartition(".")[0]
    names = [
        default_storage.save(f"{FOLDER}/{stem}-{suffix}.webp", ContentFile(content))
        for suffix, content in contents.items()
    ]
    if names and not _keep_variants(image_id, made_of, names):
        for name in names:
            default_storage.delete(name)


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
        if name not in known and _is_older(name, now - SPARED):
            default_storage.delete(name)
            removed += 1
    return removed


def _is_older(name: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # removed since the folder was read
        return False


def _list_files() -> list[str]:
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [f"{FOLDER}/{name}" for name in names]


@atomic
def _replace(product_id: int, image_id: int, columns: Mapping[str, Any]) -> ProductImage:
    forget_files(_lock_image(product_id, image_id))
    # Not by save(): the field would open the new file to measure it.
    ProductImage.objects.filter(pk=image_id).update(**columns, thumbnail="", webp="")
    return _announce(ProductImage.objects.get(pk=image_id))


def _announce(image: ProductImage) -> ProductImage:
    enqueue("store.make_variants", image_id=image.pk)
    raise_stamp(CATALOGUE)
    return image


def _shrink(image_id: int, made_of: str) -> dict[str, bytes]:
    """Return the smaller forms by suffix; none when the picture was replaced meanwhile."""
    try:
        with default_storage.open(made_of) as file:
            whole = BytesIO(file.read())
        return {suffix: shrink(whole, longest_side=side) for suffix, side in SIDES.items()}
    except (FileNotFoundError, ValidationError) as error:
        if not ProductImage.objects.filter(pk=image_id, image=made_of).exists():
            return {}
        raise GiveUp(f"{made_of} cannot be made smaller") from error


@atomic
def _keep_variants(image_id: int, made_of: str, names: list[str]) -> bool:
    """Write the names to the row, if its picture is still the one that they were made of."""
    row = ProductImage.objects.filter(pk=image_id, image=made_of)
    thumbnail, webp = names
    raise_stamp(CATALOGUE)
    return bool(row.update(thumbnail=thumbnail, webp=webp))


def _lock_image(product_id: int, image_id: int) -> ProductImage:
    return lock_one(ProductImage.objects.filter(pk=image_id, product_id=product_id))

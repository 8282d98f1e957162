"""Photos of places to stay: whoever keeps a place keeps its photos, and says in which order they
are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db.models import Case, F, QuerySet, Value, When

from tradepost.accounts.models import User
from tradepost.kit import pictures
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import lock_one
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.stays.actions.properties import lock_editable, tell_of_place
from tradepost.stays.errors import PhotosChanged, TooManyPhotos
from tradepost.stays.models import Photo, Property
from tradepost.stays.models.photos import MOST_PHOTOS
from tradepost.stays.stamps import PLACES


def add_photo(  # house: allow A1 because a picture is cleaned and written outside
    *, keeper: User, property_id: int, file: File[Any], caption: str = ""
) -> Photo:
    """Show a photo of a place behind all others, cleaned of everything but what is seen.

    The validators of ``Photo.image`` must have passed. Raises NotFound, Refused or TooManyPhotos.
    """
    with stored_photo(
        keeper=keeper, property_id=property_id, file=file, caption=caption
    ) as columns:
        return keep_photo(keeper=keeper, property_id=property_id, columns=columns)


@contextmanager
def stored_photo(  # house: allow A1 because it writes a file and no row
    *, keeper: User, property_id: int, file: File[Any], caption: str = ""
) -> Iterator[Mapping[str, Any]]:
    """Clean a photo, write its file, and give the columns of its row; without a row, no file.

    To be entered outside of any transaction. Raises NotFound, Refused or TooManyPhotos.
    """
    _check_keeper(keeper, property_id)
    among = Photo.objects.filter(property=property_id)
    _check_number(among)  # before work is done for it
    with pictures.stored_picture(file=file, among=among) as columns:
        yield {**columns, "caption": caption}


@atomic
def keep_photo(*, keeper: User, property_id: int, columns: Mapping[str, Any]) -> Photo:
    """Let a photo that is written be the last of a place.

    Raises NotFound, Refused or TooManyPhotos.
    """
    place = lock_editable(keeper, property_id, weakly=True)
    position = _check_number(place.photos.all()) + 1
    photo = Photo.objects.create(property=place, position=position, **columns)
    enqueue("stays.make_variants", photo_id=photo.pk)
    tell_of_place(place=place)
    return photo


@atomic
def change_caption(*, keeper: User, property_id: int, photo_id: int, caption: str) -> Photo:
    """Write something else below a photo. Raises NotFound or Refused."""
    place = lock_editable(keeper, property_id, weakly=True)
    photo = lock_one(place.photos.filter(pk=photo_id))
    photo.caption = caption
    photo.save(update_fields=["caption"])
    tell_of_place(place=place)
    return photo


@atomic
def order_photos(*, keeper: User, property_id: int, photo_ids: Sequence[int]) -> None:
    """Show the photos of a place in this order, which names each of them once.

    Raises NotFound or Refused, and PhotosChanged when they are others by now.
    """
    place = lock_editable(keeper, property_id, weakly=True)
    if sorted(photo_ids) != sorted(place.photos.values_list("pk", flat=True)):
        raise PhotosChanged
    _number(place, photo_ids)
    tell_of_place(place=place)


@atomic
def delete_photo(*, keeper: User, property_id: int, photo_id: int) -> None:
    """Take a photo away; those behind it move up. Raises NotFound or Refused."""
    place = lock_editable(keeper, property_id, weakly=True)
    lock_one(place.photos.filter(pk=photo_id)).delete()  # the signal of the row removes its files
    _number(place, list(place.photos.order_by("position").values_list("pk", flat=True)))
    tell_of_place(place=place)


def make_variants(*, photo_id: int) -> None:  # house: allow A1 because pictures are made outside
    """Make the smaller forms of a photo, without a transaction open meanwhile.

    Raises GiveUp for a file that is missing or cannot be read as a picture.
    """
    pictures.make_variants(row=Photo.objects.filter(pk=photo_id), keep=_keep_variants)


@atomic
def forget_files(photo: Photo) -> None:  # house: allow A1 because a signal hands the row in
    """Have the files of a row removed, once what is done here is committed."""
    enqueue("stays.remove_files", names=pictures.files_of(photo))


def sweep_photo_files(*, now: datetime) -> int:  # house: allow A1 because it touches files only
    """Remove files that no row knows, but the youngest, and return how many."""
    return pictures.sweep_files(rows=Photo.objects.all(), now=now)


def _check_keeper(keeper: User, property_id: int) -> None:
    if Property.objects.kept_by(keeper).filter(pk=property_id).exists():
        return
    visible = Property.objects.visible_to(keeper).filter(pk=property_id).exists()
    raise Refused if visible else NotFound


def _check_number(photos: QuerySet[Photo]) -> int:
    """Return how many photos a place has. Raises TooManyPhotos when it cannot have another."""
    count = photos.count()
    if count >= MOST_PHOTOS:
        raise TooManyPhotos
    return count


def _number(place: Property, photo_ids: Sequence[int]) -> None:
    """Give the photos of a place the positions 1, 2, 3 and so on.

    First all of them step aside, to below 0: no position may be taken twice at any moment.
    """
    places = [When(pk=pk, then=Value(number)) for number, pk in enumerate(photo_ids, start=1)]
    if places:
        place.photos.update(position=-F("position"))
        place.photos.update(position=Case(*places))


@atomic
def _keep_variants(row: QuerySet[Photo], names: Mapping[str, str]) -> bool:
    raise_stamp(PLACES)
    return bool(row.update(**names))

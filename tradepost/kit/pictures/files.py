"""Files of pictures. They are written before the row and removed after it, by a job: whatever dies
in between leaves a file too many, which the sweep finds, and never one too few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from tradepost.kit.images import clean_picture, shrink
from tradepost.kit.jobs import GiveUp
from tradepost.kit.pictures.models import AbstractPicture, random_name

Picture = TypeVar("Picture", bound=AbstractPicture)
Keep = Callable[[QuerySet[Picture], Mapping[str, str]], bool]

FORMS = {  # by their columns: how their files are called, pixels of the longer side at most
    "thumbnail": ("small", 400), "webp": ("large", 1600),
}  # fmt: skip
SPARED = timedelta(days=1)  # a file this young may belong to a transaction that still runs


@contextmanager
def stored_picture(*, file: File[Any], among: QuerySet[Any]) -> Iterator[Mapping[str, Any]]:
    """Clean a picture, write its file, and give the columns of its row; without a row, no file.

    ``among`` are the pictures where the row will be. To be entered outside of any transaction. The
    validators of the column ``image`` must have passed.
    """
    picture = clean_picture(file)
    path = random_name(among.model(), f"picture.{picture.extension}")
    name = default_storage.save(path, ContentFile(picture.content))
    smaller = dict.fromkeys(FORMS, "")
    try:
        yield {"image": name, "width": picture.width, "height": picture.height, **smaller}
    finally:
        if not among.filter(image=name).exists():
            default_storage.delete(name)


def make_variants(*, row: QuerySet[Picture], keep: Keep[Picture]) -> None:
    """Make the smaller forms of the one picture in ``row``, without a transaction open meanwhile.

    ``keep`` writes their names: it gets the row, if its picture is still the one that they were
    made of, and the columns, and returns whether there was a row. Raises GiveUp for a file that is
    missing or cannot be read as a picture.
    """
    picture = row.filter(thumbnail="").first()
    if picture is None:  # gone, or done before
        return
    made_of = str(picture.image)
    unchanged = row.filter(image=made_of)
    contents = _shrink(unchanged, made_of)
    stem = made_of.rpartition(".")[0]
    names = {
        column: default_storage.save(f"{stem}-{FORMS[column][0]}.webp", ContentFile(content))
        for column, content in contents.items()
    }
    if names and not keep(unchanged, names):
        remove_files(names=names.values())


def files_of(picture: AbstractPicture) -> list[str]:
    """Return the names of the files that a row knows."""
    return [str(name) for name in (picture.image, picture.thumbnail, picture.webp) if name]


def remove_files(*, names: Iterable[str]) -> None:
    """Remove files; those that are gone already do no harm."""
    for name in names:
        default_storage.delete(name)


def sweep_files(*, rows: QuerySet[Any], now: datetime) -> int:
    """Remove files that none of a table's ``rows`` knows, but the youngest, and return how many."""
    columns = rows.values_list("image", *FORMS)
    known = {name for row in columns.iterator() for name in row}
    unknown = [
        name
        for name in _list_files(rows.model.folder)
        if name not in known and _is_older(name, now - SPARED)
    ]
    remove_files(names=unknown)
    return len(unknown)


def _shrink(unchanged: QuerySet[Any], made_of: str) -> dict[str, bytes]:
    """Return the smaller forms by column; none when the picture was replaced meanwhile."""
    try:
        with default_storage.open(made_of) as file:
            whole = BytesIO(file.read())
        return {column: shrink(whole, longest_side=side) for column, (_, side) in FORMS.items()}
    except (FileNotFoundError, ValidationError) as error:
        if not unchanged.exists():
            return {}
        raise GiveUp(f"{made_of} cannot be made smaller") from error


def _is_older(name: str, moment: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:  # removed since the folder was read
        return False


def _list_files(folder: str) -> list[str]:
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]

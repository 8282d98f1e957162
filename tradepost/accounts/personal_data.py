"""What is known about a person, as files for that person; every app registers what it keeps.

Nothing is held in memory as a whole: files come as chunks of bytes, and rows one by one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from django.utils import timezone

from tradepost.accounts.models import User

Files = Iterable[tuple[str, Iterable[bytes]]]
Collect = Callable[[User], Files]

# No part begins with a dot: nothing leads upwards or is hidden where the archive is unpacked.
PATH = re.compile(r"(?:[\w-][\w .-]{0,99}/){0,5}[\w-][\w .-]{0,99}")

_collectors: dict[str, Collect] = {}


def register_personal_data(name: str, *, collect: Collect) -> None:
    """Put what ``collect(user)`` gives into everybody's export: paths, each with chunks of bytes.

    Both are asked for lazily, outside any transaction. Of other people they hold the names only.
    """
    if name in _collectors:
        raise ValueError(f"{name!r} is exported already")
    _collectors[name] = collect


def write_archive(archive: IO[bytes], *, user: User) -> None:
    """Write a ZIP of everything that is registered. Raises ValueError for a path that is there
    already, or that would leave the folder it is unpacked in."""
    with ZipFile(archive, "w") as files:
        for _, collect in sorted(_collectors.items()):
            for path, chunks in collect(user):
                _write(files, path, chunks)


def json_list(rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Return the rows as the chunks of a JSON array, one row a line. Dates, ids and amounts too."""
    before = b"["
    for row in rows:
        yield before + b"\n" + _encode(row)
        before = b","
    yield b"[]\n" if before == b"[" else b"\n]\n"


def json_object(row: Mapping[str, object]) -> Iterator[bytes]:
    """Return one row as the chunks of a JSON object, to be read by people."""
    yield _encode(row, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _encode(row: Mapping[str, object], *, option: int = 0) -> bytes:
    return orjson.dumps(row, default=str, option=option | orjson.OPT_UTC_Z)


def _write(files: ZipFile, path: str, chunks: Iterable[bytes]) -> None:
    if not PATH.fullmatch(path) or path in files.NameToInfo:
        raise ValueError(f"{path!r} cannot be a path in the export")
    entry = ZipInfo(path, date_time=timezone.now().timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with files.open(entry, "w", force_zip64=True) as file:
        for chunk in chunks:
            file.write(chunk)

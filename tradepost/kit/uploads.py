"""What may be uploaded: size, kind and content of files as validators of fields, and names."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from tradepost.kit.images import EXTENSIONS as PICTURES
from tradepost.kit.office import MAIN_PARTS, OPEN_TYPES, is_office_document

KILO = 1024
LOOKED_AT_BYTES = 4096
UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")  # controls, marks that turn a line round, line ends
JOINERS = "\u200c\u200d"  # of Persian and of emoji
FOLDERS = re.compile(r"[/\\]")
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
MICROSOFT = "application/vnd.openxmlformats-officedocument"

MIME_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "png": "image/png",
        "webp": "image/webp",
        "pdf": "application/pdf",
        "txt": "text/plain; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "docx": f"{MICROSOFT}.wordprocessingml.document",
        "xlsx": f"{MICROSOFT}.spreadsheetml.sheet",
        "pptx": f"{MICROSOFT}.presentationml.presentation",
        **OPEN_TYPES,
    }
)


def _is_picture(file: File[Any]) -> bool:
    """A picture by its first bytes, of whichever kind; ``images.py`` looks at all of it."""
    start = read_start(file)
    is_webp = start.startswith(b"RIFF") and start[8:12] == b"WEBP"
    return is_webp or start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _is_pdf(file: File[Any]) -> bool:
    return read_start(file).startswith(b"%PDF-")


def _is_text(file: File[Any]) -> bool:
    """Text in UTF-8, to its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in file.chunks():
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


CONTENT: Mapping[str, Callable[[File[Any]], bool]] = MappingProxyType(
    {
        **dict.fromkeys(PICTURES, _is_picture),
        "pdf": _is_pdf,
        "txt": _is_text,
        "csv": _is_text,
        **{
            kind: partial(is_office_document, extension=kind) for kind in (*MAIN_PARTS, *OPEN_TYPES)
        },
    }
)


@deconstructible
class MaxFileSize:
    """At most so many bytes."""

    message = _("Files cannot be larger than %(limit)d KB!")
    code = "file_too_large"

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes

    def __call__(self, file: File[Any]) -> None:
        if file.size > self.limit_bytes:
            shown = {"limit": self.limit_bytes // KILO}
            raise ValidationError(self.message, code=self.code, params=shown)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MaxFileSize) and other.limit_bytes == self.limit_bytes

    def __hash__(self) -> int:
        return hash(self.limit_bytes)


@deconstructible
class FileOf:
    """A file of one of these extensions (``CONTENT`` has those we know) that is what its name says.

    Pictures may be of another kind of picture than their name says: people rename them.
    """

    message = _("Files of the kind “%(extension)s” are not allowed, only: %(allowed)s.")
    lying = _("The content of the file is not what its name says.")

    def __init__(self, extensions: Collection[str]) -> None:
        unknown = set(extensions) - CONTENT.keys()
        if unknown:
            raise ValueError(f"no way to tell the content of {sorted(unknown)}")
        self.extensions = tuple(sorted(extensions))

    def __call__(self, file: File[Any]) -> None:
        extension = extension_of(file)
        if extension not in self.extensions:
            shown = {"extension": extension[:10], "allowed": ", ".join(self.extensions)}
            raise ValidationError(self.message, code="invalid_extension", params=shown)
        if not CONTENT[extension](file):
            raise ValidationError(self.lying, code="invalid_content")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileOf) and other.extensions == self.extensions

    def __hash__(self) -> int:
        return hash(self.extensions)


def extension_of(file: File[Any]) -> str:
    """Return what stands behind the last dot of a file's name, in small letters."""
    return (file.name or "").rpartition(".")[2].lower()


def clean_name(name: str, *, extension: str, longest: int) -> str:
    """Return what a file may be called: its stem and ``extension``, at most ``longest`` characters.

    Folders go, and what is not seen, and what some systems do not take in names.
    """
    last = FOLDERS.split(unicodedata.normalize("NFC", name))[-1]
    seen = "".join(c for c in last if c in JOINERS or unicodedata.category(c) not in UNSEEN)
    tidy = " ".join(NOT_IN_NAMES.sub("_", seen).split())
    before, dot, _ending = tidy.rpartition(".")
    stem = (before if dot else tidy).strip(" .")
    return f"{stem[: longest - len(extension) - 1].rstrip(' .') or 'file'}.{extension}"


def read_start(file: IO[bytes] | File[Any]) -> bytes:
    """Return the first bytes of a file and leave it at its beginning."""
    file.seek(0)
    start: bytes = file.read(LOOKED_AT_BYTES)
    file.seek(0)
    return start

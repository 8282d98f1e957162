"""What may be uploaded: size, kind and content of files, as validators of model fields."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

KILO = 1024


def _is_pdf(start: bytes) -> bool:
    return start.startswith(b"%PDF-")


def _is_text(start: bytes) -> bool:
    """Say whether it is text in UTF-8; where the file goes on, its last character may be cut."""
    whole = len(start) < LOOKED_AT_BYTES
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=whole)
    except UnicodeDecodeError:
        return False
    return b"\0" not in start


LOOKED_AT_BYTES = 4096
CONTENT: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {"pdf": _is_pdf, "txt": _is_text, "csv": _is_text}
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
class DocumentOf:
    """A document of one of these extensions (``CONTENT`` has those we know) that is what its name
    says."""

    message = _("Files of the kind “%(extension)s” are not allowed, only: %(allowed)s.")
    lying = _("The content of the file is not what its name says.")

    def __init__(self, extensions: Collection[str]) -> None:
        unknown = set(extensions) - CONTENT.keys()
        if unknown:
            raise ValueError(f"no way to tell the content of {sorted(unknown)}")
        self.extensions = tuple(sorted(extensions))

    def __call__(self, file: File[Any]) -> None:
        extension = (file.name or "").rpartition(".")[2].lower()
        if extension not in self.extensions:
            shown = {"extension": extension, "allowed": ", ".join(self.extensions)}
            raise ValidationError(self.message, code="invalid_extension", params=shown)
        if not CONTENT[extension](read_start(file)):
            raise ValidationError(self.lying, code="invalid_content")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DocumentOf) and other.extensions == self.extensions

    def __hash__(self) -> int:
        return hash(self.extensions)


def read_start(file: IO[bytes] | File[Any]) -> bytes:
    """Return the first bytes of a file and leave it at its beginning."""
    file.seek(0)
    start: bytes = file.read(LOOKED_AT_BYTES)
    file.seek(0)
    return start

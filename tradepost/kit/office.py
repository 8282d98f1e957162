"""Office documents: archives whose parts say what they are. Nothing of them is unpacked but one
short line, so that no document can be larger inside than it is outside."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Collection
from types import MappingProxyType
from typing import Any

from django.core.files import File

MOST_LIST_BYTES = 1_048_576  # of the list of parts: some ten thousand of them
START = b"PK\x03\x04"
END, END_BYTES, LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
LIST_BYTES_AT = 12  # from the start of the end
LARGE, LARGE_BYTES = b"PK\x06\x07", 20  # stands before the end of archives beyond 4 GB
LONGEST_TYPE = 100
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError,
    NotImplementedError, RuntimeError,
)  # fmt: skip

MAIN_PARTS = MappingProxyType(
    {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
)
OPEN_TYPES = MappingProxyType(
    {
        "odt": "application/vnd.oasis.opendocument.text",
        "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "odp": "application/vnd.oasis.opendocument.presentation",
    }
)
PROGRAMS = ("vbaproject.bin", "vbadata.xml")  # how parts end that may run
FOLDERS_OF_PROGRAMS = ("basic/", "scripts/")


def is_office_document(file: File[Any], *, extension: str) -> bool:
    """Return whether it is a document of this extension, without programs (macros) in it."""
    try:
        if not _is_modest_archive(file):
            return False
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            return not _may_run(names) and _is_of(archive, names, extension)
    except BROKEN:
        return False
    finally:
        file.seek(0)


def _is_modest_archive(file: File[Any]) -> bool:
    """``zipfile`` reads the list of parts whole, however long it is, and takes whatever stands
    before the archive (a program, say); this does not."""
    file.seek(0)
    if file.read(len(START)) != START:
        return False
    file.seek(max(0, file.size - END_BYTES - LONGEST_COMMENT))
    tail: bytes = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        return False
    if tail.startswith(LARGE, max(0, at - LARGE_BYTES)):
        return False
    [list_bytes] = struct.unpack_from("<L", tail, at + LIST_BYTES_AT)
    return int(list_bytes) <= MOST_LIST_BYTES


def _may_run(names: Collection[str]) -> bool:
    small = [name.lower() for name in names]
    return any(name.endswith(PROGRAMS) or name.startswith(FOLDERS_OF_PROGRAMS) for name in small)


def _is_of(archive: zipfile.ZipFile, names: Collection[str], extension: str) -> bool:
    if extension in MAIN_PARTS:
        return {"[Content_Types].xml", MAIN_PARTS[extension]} <= set(names)
    return "content.xml" in names and _read_type(archive) == OPEN_TYPES[extension]


def _read_type(archive: zipfile.ZipFile) -> str:
    """Return what an open document says that it is, in a part that is not compressed."""
    part = archive.getinfo("mimetype") if "mimetype" in archive.namelist() else None
    if part is None or part.compress_type != zipfile.ZIP_STORED or part.file_size > LONGEST_TYPE:
        return ""
    return archive.read(part).decode("ascii").strip()

"""Uploaded files that some people may see, sent to one of them: nobody in between keeps a copy.

The view has looked whether the caller may have the file; here it is only sent, from whatever
storage, piece by piece, or a part of it to who asks for a range.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.request import Request

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
PIECE_BYTES = 65_536
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


def send_private_file(
    request: HttpRequest | Request, *, path: str, name: str, mime_type: str, shown: bool
) -> HttpResponseBase:
    """Send the file at ``path`` of the default storage under ``name``.

    With ``shown`` browsers may show it, else they only offer it for saving; nothing in it can run.
    Raises Http404 when it is not there.
    """
    file = _open(path)
    size = file.size
    wanted = _wanted(request, size)
    if wanted is not None and not wanted:
        file.close()
        return HttpResponse(status=416, headers={**HEADERS, "Content-Range": f"bytes */{size}"})
    part = _Part(file, wanted or range(size))
    answer = _Answer(
        part, as_attachment=not shown, filename=name, content_type=mime_type,
        status=200 if wanted is None else 206, headers=HEADERS,
    )  # fmt: skip
    answer["Content-Length"] = str(len(wanted or range(size)))
    if wanted is not None:
        answer["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return answer


class _Answer(FileResponse):
    block_size = PIECE_BYTES


class _Part:
    """Some of the bytes of a file, to be read once."""

    def __init__(self, file: File[Any], wanted: range) -> None:
        self.file, self.left = file, len(wanted)
        if wanted.start:
            file.seek(wanted.start)

    def read(self, size: int) -> bytes:
        content: bytes = self.file.read(min(size, self.left))
        self.left -= len(content)
        return content

    def close(self) -> None:
        self.file.close()


def _open(path: str) -> File[Any]:
    try:
        return default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404 from error


def _wanted(request: HttpRequest | Request, size: int) -> range | None:
    """Return the bytes that are asked for: None for all of them, an empty range for none of ours.

    Several ranges at once, and conditions on them, are answered with the whole file.
    """
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()) or "If-Range" in request.headers:
        return None
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None  # no range at all, which is to be ignored
    return range(int(first), min(int(last) + 1, size) if last else size)

"""Pictures for tests, made on the spot."""

import struct
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture_bytes(
    kind: str = "JPEG", *, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object
) -> bytes:
    content = BytesIO()
    Image.new(mode, size).save(content, kind, **options)
    return content.getvalue()


def notes(*, orientation: int = 1) -> Image.Exif:
    """Return what a phone writes into its pictures: how it was held, and where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Anns kitchen"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def huge_claim() -> bytes:
    """Return the head of a PNG of 60000 x 60000 pixels, and nothing behind it."""
    return b"\x89PNG\r\n\x1a\n" + _chunk(
        b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    )


def bomb() -> bytes:
    """Return a whole PNG of 10000 x 10000 pixels in some kilobytes."""
    line = b"\0" + b"\0" * 1250
    pixels = zlib.compress(line * 10000, 9)
    head = struct.pack(">IIBBBBB", 10000, 10000, 1, 0, 0, 0, 0)
    parts = _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def upload(content: bytes | None = None, name: str = "tea.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes() if content is None else content)

"""Pictures: what is accepted, without what they tell about their maker, smaller and as WebP."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

# Pillow reads dozens of formats, some of them seldom looked at by anybody; these are enough.
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
EXTENSIONS = ("jpg", "jpeg", "png", "webp")
MOST_PIXELS = 25_000_000
JPEG_QUALITY, WEBP_QUALITY = 90, 82
KEPT_NOTES = ("icc_profile", "transparency")  # what colours mean; all others are about people


def check_picture(file: File[Any]) -> None:
    """Refuse what is no whole picture of an accepted format and size. Raises ValidationError."""
    with _picture(file) as picture:
        picture.load()


def clean_picture(file: File[Any]) -> tuple[bytes, str]:
    """Return the picture's bytes without EXIF and other notes, upright, and its file extension.

    Raises ValidationError for what ``check_picture`` refuses.
    """
    with _picture(file) as picture:
        kind = picture.format or ""
        upright = ImageOps.exif_transpose(picture)
        return _encode(upright, kind), FORMATS[kind]


def shrink(file: IO[bytes], *, longest_side: int) -> bytes:
    """Return a WebP of the picture whose sides are at most so many pixels; it never grows."""
    with Image.open(file, formats=list(FORMATS)) as picture:
        picture.thumbnail((longest_side, longest_side))
        return _encode(picture, "WEBP")


@contextmanager
def _picture(file: File[Any]) -> Iterator[Image.Image]:
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(FORMATS)) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise ValidationError(_("The picture has too many pixels."), code="too_large")
                yield picture
    except (
        UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:  # fmt: skip
        message = _("Upload a valid picture: JPEG, PNG or WebP.")
        raise ValidationError(message, code="invalid_image") from error
    finally:
        file.seek(0)


def _encode(picture: Image.Image, kind: str) -> bytes:
    if kind == "JPEG" and picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("RGB")
    if kind == "WEBP" and picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    content = BytesIO()
    bare = picture.copy()
    bare.info = {name: bare.info[name] for name in KEPT_NOTES if name in bare.info}
    quality = WEBP_QUALITY if kind == "WEBP" else JPEG_QUALITY
    bare.save(content, kind, **({} if kind == "PNG" else {"quality": quality}))
    return content.getvalue()

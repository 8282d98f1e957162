"""Pictures: what is accepted, without what they tell about their maker, smaller and as WebP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from typing import IO, Any, ParamSpec, TypeVar

import structlog
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger(__name__)

# Pillow reads dozens of formats, some of them seldom looked at by anybody; these are enough.
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
EXTENSIONS = ("jpg", "jpeg", "png", "webp")
MOST_PIXELS = 25_000_000
AT_ONCE = 2  # a picture of so many pixels takes 200 MB of memory while it is worked on
JPEG_QUALITY, WEBP_QUALITY = 90, 82
KEPT_NOTES = ("icc_profile", "transparency")  # what colours mean; all others are about people
SEVERAL_JPEGS = "MPO"  # what Pillow calls a JPEG that has further ones behind it, as phones make
TURNS = {  # what a camera that was held like this needs
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
SHRUNK_AS_THEY_ARE = ("L", "RGB", "RGBA", "CMYK")  # palettes and bits would lose their shades


@dataclass(frozen=True)
class CleanPicture:
    """The bytes of a picture and what they are: file extension, pixels wide and high."""

    content: bytes
    extension: str
    width: int
    height: int


# Threads of their own, not a semaphore: what a thread has freed of large blocks, the allocator may
# keep for that thread.
_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures")


def on_few_threads(work: Callable[P, R]) -> Callable[P, R]:
    """Have at most ``AT_ONCE`` pictures worked on at a time, by whoever calls."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return _workers.submit(work, *args, **kwargs).result()

    return run


@on_few_threads
def check_picture(file: File[Any]) -> None:
    """Refuse what is no whole picture of an accepted format and size. Raises ValidationError."""
    with _picture(file) as picture:
        picture.load()


@on_few_threads
def clean_picture(file: File[Any] | IO[bytes]) -> CleanPicture:
    """Return the picture without EXIF and other notes, upright; of several frames, the first.

    Raises ValidationError for what ``check_picture`` refuses.
    """
    with _picture(file) as picture:
        kind = "JPEG" if picture.format == SEVERAL_JPEGS else picture.format or ""
        upright = _turn(picture)
        content = _encode(upright, kind)
        return CleanPicture(content, FORMATS[kind], upright.width, upright.height)


@on_few_threads
def shrink(file: File[Any] | IO[bytes], *, longest_side: int) -> bytes:
    """Return a WebP of the picture whose sides are at most so many pixels; it never grows.

    Raises ValidationError for what ``check_picture`` refuses.
    """
    with _picture(file) as picture:
        seen = picture if picture.mode in SHRUNK_AS_THEY_ARE else _as_seen(picture)
        seen.thumbnail((longest_side, longest_side))
        return _encode(seen, "WEBP")


@contextmanager
def _picture(file: File[Any] | IO[bytes]) -> Iterator[Image.Image]:
    file.seek(0)
    try:
        with Image.open(file, formats=list(FORMATS)) as picture:  # reads the head, not the pixels
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(_("The picture has too many pixels."), code="too_large")
            yield picture
    except (ValidationError, MemoryError):
        raise
    except Exception as error:
        # Anything: Pillow meets broken files with whatever its code runs into first.
        log.info("picture.unreadable", error=type(error).__name__)
        message = _("Upload a valid picture: JPEG, PNG or WebP.")
        raise ValidationError(message, code="invalid_image") from error
    finally:
        file.seek(0)


def _turn(picture: Image.Image) -> Image.Image:
    """Turn the picture as its notes say. No other note is read, so that odd ones do no harm."""
    turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def _encode(picture: Image.Image, kind: str) -> bytes:
    if kind == "JPEG" and picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("RGB")
    if kind == "WEBP" and picture.mode not in ("RGB", "RGBA"):
        picture = _as_seen(picture)
    content = BytesIO()
    picture.load()  # before its notes go: they say how to read it
    picture.info = {name: picture.info[name] for name in KEPT_NOTES if name in picture.info}
    quality = {} if kind == "PNG" else {"quality": JPEG_QUALITY if kind == "JPEG" else WEBP_QUALITY}
    picture.save(content, kind, **quality)
    return content.getvalue()


def _as_seen(picture: Image.Image) -> Image.Image:
    """Return the picture in red, green and blue, with its transparency if it has any."""
    if picture.mode.startswith("I"):  # 16 bits of grey, whose upper eight are what a screen shows
        return picture.convert("I").point(lambda grey: grey / 256).convert("L").convert("RGB")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")

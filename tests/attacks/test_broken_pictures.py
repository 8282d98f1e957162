"""A picture that is broken in a way nobody thought of is refused, and is no fault."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from tradepost.kit.images import clean_picture, shrink


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png_in_colours_of_a_palette(*others: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 3, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0\0\0\0" * 4))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(others) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("make", [clean_picture, lambda file: shrink(file, longest_side=2)])
def test_a_picture_whose_palette_is_missing_is_refused_or_made(make):
    file = ContentFile(png_in_colours_of_a_palette(), name="tea.png")

    try:
        made = make(file)
    except ValidationError as refusal:
        made = refusal

    assert made


def test_memory_that_is_short_is_not_the_pictures_fault(monkeypatch):
    def run_short(*args: object) -> None:
        raise MemoryError

    monkeypatch.setattr("tradepost.kit.images._turn", run_short)
    palette = chunk(b"PLTE", bytes(768))
    file = ContentFile(png_in_colours_of_a_palette(palette), name="tea.png")

    with pytest.raises(MemoryError):
        clean_picture(file)


def test_however_many_send_pictures_two_are_worked_on_at_a_time(monkeypatch):
    at_work: list[int] = []
    most: list[int] = []

    def turn(picture: Any) -> Any:
        at_work.append(1)
        sleep(0.02)
        most.append(len(at_work))
        at_work.pop()
        return picture

    monkeypatch.setattr("tradepost.kit.images._turn", turn)
    content = png_in_colours_of_a_palette(chunk(b"PLTE", bytes(768)))

    with ThreadPoolExecutor(8) as senders:
        made = list(senders.map(clean_picture, [ContentFile(content) for _ in range(8)]))

    assert len(made) == 8
    assert max(most) == 2

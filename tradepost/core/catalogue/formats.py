"""The formats in which a catalogue comes and goes."""

from collections.abc import Iterator
from enum import StrEnum
from io import TextIOWrapper
from typing import IO, TextIO

from tradepost.core.catalogue.stream import RawRow, UnreadableRow, read_rows
from tradepost.core.catalogue.table import read_table


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"

    @classmethod
    def by_name(cls, filename: str) -> "Format":
        """Return the format that the ending of a file's name means: JSON but for ``.csv``."""
        return cls.CSV if filename.lower().endswith(".csv") else cls.JSON


def open_catalogue(file: IO[bytes]) -> TextIOWrapper:
    """Return the text of a file: UTF-8 with or without a byte order mark, line ends as they are.

    Bytes that are no UTF-8 become halves of characters, which no row may have.
    """
    return TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")


def read_as(format: Format, *, stream: TextIO) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of a catalogue as they are read.

    Raises NotACatalogue before the first row, CatalogueBreaksOff behind it.
    """
    return read_table(stream=stream) if format is Format.CSV else read_rows(stream=stream)

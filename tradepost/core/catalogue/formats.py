"""The formats in which a catalogue comes and goes."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TextIO

from tradepost.core.catalogue.stream import RawRow, read_rows
from tradepost.core.catalogue.table import read_table
from tradepost.kit.tables import UnreadableRow


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"

    @classmethod
    def by_name(cls, filename: str) -> "Format":
        """Return the format that the ending of a file's name means: JSON but for ``.csv``."""
        return cls.CSV if filename.lower().endswith(".csv") else cls.JSON


def read_as(format: Format, *, stream: TextIO) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of a catalogue as they are read.

    Raises NotACatalogue before the first row, CatalogueBreaksOff behind it.
    """
    return read_table(stream=stream) if format is Format.CSV else read_rows(stream=stream)

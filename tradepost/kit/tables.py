"""Tables in CSV with a header, read row by row: memory does not grow with the file.

A row that cannot be read is one bad row. Where its end cannot be found the table breaks off, and
what stood in front of it has been read.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO, TextIO

from tradepost.kit.errors import Invalid

LONGEST_ROW = 2_000_000  # characters; what is longer is taken for a row that never ends
DELIMITERS = ",;"

# A cell may be longer than the module's own limit. Rows are limited here, see _Lines.
csv.field_size_limit(LONGEST_ROW)


class NotATable(Invalid):
    """A file in which no row can be found."""

    code = "not_a_table"
    message = "This is not a table."


class TableBreaksOff(Invalid):
    """A file that is a table up to a place (``line 7``), from where it cannot be read."""

    code = "table_breaks_off"

    def __init__(self, *, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(frozen=True)
class TableRow:
    """What stands under each of the columns that were asked for. ``place`` is where it begins."""

    place: str
    cells: dict[str, str]


@dataclass(frozen=True)
class UnreadableRow:
    """A row that cannot be read, in a file whose other rows may be."""

    place: str
    reason: str


class _TooLong(Exception):
    """A row that never ends."""


class _Lines:
    """The lines of a text, counted; a row may take only so many characters of them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.count = 0
        self.taken = 0
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.stream.readline(LONGEST_ROW)
        self.count += 1
        self.taken += len(line)
        if self.taken >= LONGEST_ROW:
            raise _TooLong
        if not line:
            self.ended = True
            raise StopIteration
        return line


def open_text(file: IO[bytes]) -> TextIOWrapper:
    """Return the text of a file: UTF-8 with or without a byte order mark, line ends as they are.

    Bytes that are no UTF-8 become halves of characters, which no row may have.
    """
    return TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")


def read_table(
    *, stream: TextIO, columns: Collection[str], required: Sequence[str]
) -> Iterator[TableRow | UnreadableRow]:
    """Yield the rows below the header, with those of ``columns`` that it has; blank rows are
    passed over.

    Raises NotATable before the first row, also when the header lacks one that is ``required``, and
    TableBreaksOff behind it.
    """
    lines = _Lines(stream)
    try:
        header, delimiter = _read_header(lines, columns, required)
    except (UnicodeDecodeError, _TooLong) as error:
        raise NotATable from error
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken, number = 0, lines.count + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if lines.ended:
                raise _broken(number, "the text ends early") from error
            yield UnreadableRow(f"line {number}", f"is not CSV: {error}")
            continue
        except _TooLong as error:
            raise _broken(number, "the row has no end") from error
        except UnicodeDecodeError as error:
            raise _broken(number, "the text is not UTF-8") from error
        if cells is None:
            return
        if any(cells):
            yield _row(f"line {number}", header, cells, columns)


def _read_header(
    lines: _Lines, columns: Collection[str], required: Sequence[str]
) -> tuple[list[str], str]:
    """Return the names of the columns and what stands between cells."""
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise NotATable("The file is empty.")
    for delimiter in DELIMITERS:
        [cells] = csv.reader([first], delimiter=delimiter)
        names = [cell.strip().lower() for cell in cells]
        known = [name for name in names if name in columns]
        if set(known) >= set(required) and len(known) == len(set(known)):
            return names, delimiter
    raise NotATable(
        "The first line of a table must name its columns, each once: "
        f"at least {', '.join(required)}."
    )


def _row(
    place: str, header: Sequence[str], cells: Sequence[str], columns: Collection[str]
) -> TableRow | UnreadableRow:
    if len(cells) != len(header):
        return UnreadableRow(place, f"has {len(cells)} cells, and the header {len(header)}")
    named = zip(header, cells, strict=True)
    return TableRow(place, {name: cell for name, cell in named if name in columns})


def _broken(number: int, reason: str) -> TableBreaksOff:
    return TableBreaksOff(place=f"line {number}", reason=reason)

"""A catalogue as a table: CSV with a header, read row by row.

Spreadsheets take a cell that begins with ``=`` and the like for a formula, and run it. Such a cell
is written with an apostrophe in front, which reading takes away again; so is one that begins with
apostrophes and then such a sign, and every text comes back as it was.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TextIO

from tradepost.core.catalogue.stream import LONGEST_ROW, RawRow, UnreadableRow
from tradepost.core.errors import CatalogueBreaksOff, NotACatalogue

COLUMNS = ("sku", "title", "category", "brand", "price", "stock", "tags", "description")
REQUIRED = frozenset({"title", "category", "price", "stock"})
READ = frozenset({*COLUMNS, "id"})
DELIMITERS = ",;"
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PROTECTED = re.compile(r"''*[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_TAG_PART = re.compile(r"\\[\\|]|.", re.DOTALL)

# A description may be longer than the module's own limit. Rows are limited here, see _Lines.
csv.field_size_limit(LONGEST_ROW)


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


def read_table(*, stream: TextIO) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of a table below its header; blank rows are passed over.

    Raises NotACatalogue before the first row, CatalogueBreaksOff behind it.
    """
    lines = _Lines(stream)
    try:
        header, delimiter = _read_header(lines)
    except (UnicodeDecodeError, _TooLong) as error:
        raise NotACatalogue from error
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
            yield _row(f"line {number}", header, cells)


def _read_header(lines: _Lines) -> tuple[list[str], str]:
    """Return the names of the columns and what stands between cells."""
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise NotACatalogue("The file is empty.")
    for delimiter in DELIMITERS:
        [cells] = csv.reader([first], delimiter=delimiter)
        names = [cell.strip().lower() for cell in cells]
        known = [name for name in names if name in READ]
        if set(known) >= REQUIRED and len(known) == len(set(known)):
            return names, delimiter
    raise NotACatalogue(
        "The first line of a table must name its columns, each once: "
        f"at least {', '.join(name for name in COLUMNS if name in REQUIRED)}."
    )


def _row(place: str, header: Sequence[str], cells: Sequence[str]) -> RawRow | UnreadableRow:
    if len(cells) != len(header):
        return UnreadableRow(place, f"has {len(cells)} cells, and the header {len(header)}")
    named = zip(header, cells, strict=True)
    return RawRow(place, {name: _value(name, cell) for name, cell in named if name in READ})


def _value(name: str, cell: str) -> object:
    """Return what the cell says, in the types of JSON; what is no number stays a text."""
    text = cell[1:] if _PROTECTED.match(cell) else cell
    if name == "tags":
        return split_labels(text)
    if name == "price" and _NUMBER.fullmatch(text.strip()):
        return Decimal(text.strip())
    if name == "stock" and _WHOLE.fullmatch(text.strip()):
        return int(text)
    return (text or None) if name in ("id", "sku") else text


def _broken(number: int, reason: str) -> CatalogueBreaksOff:
    return CatalogueBreaksOff(place=f"line {number}", reason=reason)


def protect(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def join_labels(labels: Sequence[str]) -> str:
    """Return the labels in one cell, with bars between them."""
    return "|".join(label.replace("\\", "\\\\").replace("|", "\\|") for label in labels)


def split_labels(text: str) -> list[str]:
    """Return the labels that were joined; none of an empty cell."""
    if not text.strip():
        return []
    labels = [""]
    for part in _TAG_PART.findall(text):
        if part == "|":
            labels.append("")
        else:
            labels[-1] += part[-1]
    return labels

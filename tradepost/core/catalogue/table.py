"""A catalogue as a table: CSV with a header, read row by row.

Spreadsheets take a cell that begins with ``=`` and the like for a formula, and run it. Such a cell
is written with an apostrophe in front, which reading takes away again; so is one that begins with
apostrophes and then such a sign, and every text comes back as it was.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TextIO

from tradepost.core.catalogue.stream import RawRow
from tradepost.core.errors import CatalogueBreaksOff, NotACatalogue
from tradepost.kit import tables
from tradepost.kit.tables import UnreadableRow

COLUMNS = ("sku", "title", "category", "brand", "price", "stock", "tags", "description")
REQUIRED = ("title", "category", "price", "stock")
READ = frozenset({*COLUMNS, "id"})
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PROTECTED = re.compile(r"''*[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_TAG_PART = re.compile(r"\\[\\|]|.", re.DOTALL)


def read_table(*, stream: TextIO) -> Iterator[RawRow | UnreadableRow]:
    """Yield the rows of a table below its header; blank rows are passed over.

    Raises NotACatalogue before the first row, CatalogueBreaksOff behind it.
    """
    try:
        for row in tables.read_table(stream=stream, columns=READ, required=REQUIRED):
            yield row if isinstance(row, UnreadableRow) else _raw(row)
    except tables.NotATable as error:
        said = str(error)
        raise NotACatalogue(None if said == error.message else said) from error
    except tables.TableBreaksOff as error:
        raise CatalogueBreaksOff(place=error.place, reason=str(error)) from error


def _raw(row: tables.TableRow) -> RawRow:
    return RawRow(row.place, {name: _value(name, cell) for name, cell in row.cells.items()})


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

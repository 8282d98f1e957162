"""Sorting out the rows of a file, a batch at a time: which can go in, which cannot, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tradepost.core.catalogue.rows import GoodRow, understand
from tradepost.core.catalogue.stream import RawRow
from tradepost.core.errors import CatalogueBreaksOff
from tradepost.kit.batches import cut
from tradepost.kit.row_values import BadRow
from tradepost.kit.tables import UnreadableRow

Row = RawRow | UnreadableRow


@dataclass(frozen=True)
class Batch:
    """Rows that follow each other in the file, parted; each part keeps the file's order."""

    good: Sequence[GoodRow]
    bad: Sequence[BadRow]


def sort_into_batches(*, rows: Iterator[Row], size: int) -> Iterator[Batch]:
    """Yield the rows of a catalogue, ``size`` at a time; a product's second row is a bad one.

    Raises NotACatalogue before the first batch, or CatalogueBreaksOff behind the batch with the
    last rows that could be read.
    """
    known: set[str] = set()
    for some in cut(rows, size=size, broken_by=CatalogueBreaksOff):
        yield _sort_out(some, known)


def _sort_out(rows: Sequence[Row], known: set[str]) -> Batch:
    """Part the rows that can go in from the bad ones; ``known`` grows by who is in the file."""
    good: list[GoodRow] = []
    bad: list[BadRow] = []
    for raw in rows:
        row = understand(raw)
        if isinstance(row, BadRow):
            bad.append(row)
        elif row.product.identity in known:
            bad.append(row.refuse("is in the file already"))
        else:
            known.add(row.product.identity)
            good.append(row)
    return Batch(good, bad)

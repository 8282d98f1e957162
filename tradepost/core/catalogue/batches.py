"""Sorting out the rows of a file, a batch at a time: which can go in, which cannot, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tradepost.core.catalogue.rows import GoodRow, understand
from tradepost.core.catalogue.stream import RawRow
from tradepost.core.errors import CatalogueBreaksOff
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
    for some in _cut(rows, size):
        yield _sort_out(some, known)


def _cut(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    """Yield full batches, then the rest, and only then the error that ended the rows, if any."""
    batch: list[Row] = []
    broken = None
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch = []
    except CatalogueBreaksOff as error:
        broken = error
    if batch:
        yield batch
    if broken is not None:
        raise broken


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

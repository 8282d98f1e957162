"""Taking in a whole catalogue: ``stream`` finds the rows, ``rows`` understands them, an action
writes them batch by batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from tradepost.core.actions.imports import Tally, import_batch
from tradepost.core.errors import CatalogueBreaksOff
from tradepost.core.imports.rows import BadRow, GoodRow, understand
from tradepost.core.imports.stream import RawRow, UnreadableRow, read_rows

ROWS_PER_TRANSACTION = 500

Row = RawRow | UnreadableRow


@dataclass(frozen=True)
class Step:
    """A batch is in: the tally so far, and the rows of this batch that stayed out."""

    tally: Tally
    bad_rows: Sequence[BadRow]


def import_products(*, stream: TextIO) -> Iterator[Step]:
    """Import the catalogue in ``stream``, a transaction per batch, and yield after each.

    Not one transaction: the shop stays open, and what went in stays in when the file turns out to
    be broken further on. Nothing happens until the steps are iterated. Raises NotACatalogue before
    anything is written, or CatalogueBreaksOff after the rows in front of the break went in. Open
    the stream with ``errors="surrogateescape"``, and a byte that is no UTF-8 costs one row only.
    """
    tally = Tally()
    known: set[str] = set()
    for rows, broken in _in_batches(read_rows(stream=stream)):
        good, bad = _sort_out(rows, known)
        tally = tally.plus(import_batch(rows=good)).plus(Tally(bad=len(bad)))
        yield Step(tally, bad)
        if broken is not None:
            raise broken


def _in_batches(rows: Iterator[Row]) -> Iterator[tuple[list[Row], CatalogueBreaksOff | None]]:
    """Yield full batches, then the rest with the error that ended it, if one did."""
    batch: list[Row] = []
    broken = None
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == ROWS_PER_TRANSACTION:
                yield batch, None
                batch = []
    except CatalogueBreaksOff as error:
        broken = error
    if batch or broken:
        yield batch, broken


def _sort_out(rows: Sequence[Row], known: set[str]) -> tuple[list[GoodRow], list[BadRow]]:
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
    return good, bad

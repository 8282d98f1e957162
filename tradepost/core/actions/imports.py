"""Taking in a whole catalogue, batch by batch.

A row is known by its SKU; a row without one by its title among the products of its collection that
have no SKU either. What a row says is written over what the shop has, its stock included; what it
leaves out (brand, description, tags) stays. Nothing is ever deleted: products and reviews that are
no longer in the file remain, and only tags are made exactly what the row says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from django.db import IntegrityError

from tradepost.core.catalogue.batches import sort_into_batches
from tradepost.core.catalogue.formats import Format, read_as
from tradepost.core.catalogue.rows import GoodRow
from tradepost.kit.batches import Outcome, Tally
from tradepost.kit.row_values import BadRow
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.store.actions.upserts import Upserted, upsert_products
from tradepost.store.errors import ChangedMeanwhile
from tradepost.store.models import Product
from tradepost.store.stamps import CATALOGUE
from tradepost.tags.actions.tagging import set_tags
from tradepost.tags.queries import read_labels

ROWS_PER_TRANSACTION = 500


@dataclass(frozen=True)
class Step:
    """A batch is in: the tally so far, and the rows of this batch that stayed out."""

    tally: Tally
    bad_rows: Sequence[BadRow]


def import_products(  # house: allow A1 because every batch is a transaction of its own
    *, stream: TextIO, format: Format = Format.JSON
) -> Iterator[Step]:
    """Import the catalogue in ``stream``, a transaction per batch, and yield after each.

    Not one transaction: the shop stays open, and what went in stays in when the file turns out to
    be broken further on. Nothing happens until the steps are iterated. Raises NotACatalogue before
    anything is written, or CatalogueBreaksOff after the rows in front of the break went in. Open
    the stream by ``open_text``, and a byte that is no UTF-8 costs one row only.
    """
    tally = Tally()
    rows = read_as(format, stream=stream)
    for batch in sort_into_batches(rows=rows, size=ROWS_PER_TRANSACTION):
        tally = tally.plus(_import_at_last(batch.good)).plus(Tally(bad=len(batch.bad)))
        yield Step(tally, batch.bad)


def _import_at_last(rows: Sequence[GoodRow]) -> Tally:
    """Import a batch, once more if somebody else took a key meanwhile.

    Two imports that bring the same new SKU for different collections hold no lock in common, and
    a slug may be taken between the look and the write. The unique constraint stops the second
    one, after the first has committed: now its product is seen and changed. A product may also
    have been moved between the look at its collection and the lock.
    """
    try:
        return import_batch(rows=rows)
    except (IntegrityError, ChangedMeanwhile):
        return import_batch(rows=rows)


@atomic
def import_batch(*, rows: Sequence[GoodRow]) -> Tally:
    """Make or change the products of these rows, with reviews and tags, in a fixed number of
    queries."""
    results = upsert_products(entries=[row.product for row in rows])
    retagged = _set_labels(rows, results)
    outcomes = [
        Outcome.UPDATED
        if result.outcome is Outcome.UNCHANGED and result.product_id in retagged
        else result.outcome
        for result in results
    ]
    return Tally.of(outcomes)


def _set_labels(rows: Sequence[GoodRow], results: Sequence[Upserted]) -> set[int]:
    """Tag the products and return the ids of those whose tags changed."""
    wanted = {
        result.product_id: row.labels
        for row, result in zip(rows, results, strict=True)
        if row.labels is not None
    }
    known = [r.product_id for r in results if r.outcome is not Outcome.CREATED]
    present = read_labels(model=Product, ids=known) if known else {}
    changed = {pk: labels for pk, labels in wanted.items() if labels != {*present.get(pk, ())}}
    if changed:
        set_tags(model=Product, labels_by_id=changed)
        raise_stamp(CATALOGUE)
    return set(changed)

"""Filling the catalogue with made-up products, in any number."""

from collections.abc import Iterator

from tradepost.core.actions.imports import ROWS_PER_TRANSACTION
from tradepost.core.demo.seeds import describe_seed
from tradepost.kit.batches import Tally
from tradepost.store.actions.upserts import upsert_products


def seed_catalogue(  # house: allow A1 because every batch is a transaction of its own
    *, products: int
) -> Iterator[Tally]:
    """Make the first ``products`` made-up products and their collections, and yield the tally
    after each batch.

    They are known by their SKUs: a second time makes none again, and gives those that were changed
    meanwhile their title, price and stock back. Nothing happens until the tallies are iterated.
    """
    tally = Tally()
    for start in range(0, products, ROWS_PER_TRANSACTION):
        numbers = range(start, min(start + ROWS_PER_TRANSACTION, products))
        results = upsert_products(entries=[describe_seed(number) for number in numbers])
        tally = tally.plus(Tally.of([result.outcome for result in results]))
        yield tally

"""What version stamps add to a write: staff changes a price, with and without raising the stamp.

Run as a program in a filled database of Tradepost, with Django's settings chosen. No server: in one
process, through the action. Portions with and without take turns, and the one in the middle of each
counts. With several threads each changes products of its own, so that they can only wait for
each other at the stamp (and at the disk).
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from statistics import median
from unittest import mock

import django

from benchmarks import data
from benchmarks.databases import Databases, run_program, tradepost_environment

KEY = "stamps"
MOST_TIMES = 1.5
WRITERS = {"sqlite": (1,), "postgres": (1, 4)}  # SQLite has one writer at a time by design
PORTIONS_PER_REPEAT = 3
CHANGES = 40  # of each writer in a portion
WITH, WITHOUT = "with", "without"


@dataclass(frozen=True)
class Cost:
    """Milliseconds per change of a price, of the portion in the middle; by wall clock, so that
    with several writers it is the time between two changes."""

    writers: int
    with_ms: float
    without_ms: float

    @property
    def times(self) -> float:
        return self.with_ms / self.without_ms


def title(cost: Cost) -> str:
    """Return what a cost is called in tables and verdicts."""
    return f"change of a price, {cost.writers} writer{'s' if cost.writers > 1 else ''}"


def measure_stamps(databases: Databases, *, repeats: int) -> list[Cost]:
    """Measure in a process of its own, on the database of ours."""
    env = tradepost_environment(database=databases.ours, data_dir=databases.data_dir)
    arguments = (repeats * PORTIONS_PER_REPEAT, *WRITERS[databases.engine])
    return [Cost(**said) for said in json.loads(run_program(__name__, *arguments, env=env))]


def main(portions: int, *writers: int) -> None:
    """Print the costs as JSON."""
    django.setup()
    print(json.dumps([_measure(portions, number) for number in writers]))


def _measure(portions: int, writers: int) -> Mapping[str, float]:
    took: dict[str, list[float]] = {WITH: [], WITHOUT: []}
    cents = count(100)  # a price that no product had before in this process
    with ThreadPoolExecutor(writers) as pool:
        for number in range(-1, portions):
            for kind in (WITH, WITHOUT) if number % 2 else (WITHOUT, WITH):
                milliseconds = _time_portion(pool, writers, kind, cents)
                if number >= 0:  # before that, all is warming up
                    took[kind].append(milliseconds)
    return {
        "writers": writers,
        "with_ms": median(took[WITH]),
        "without_ms": median(took[WITHOUT]),
    }


def _time_portion(pool: ThreadPoolExecutor, writers: int, kind: str, cents: Iterator[int]) -> float:
    """Return milliseconds per change."""
    from tradepost.kit.stamps import read_stamp
    from tradepost.store.stamps import CATALOGUE

    before = read_stamp(CATALOGUE)
    price = Decimal(next(cents)).scaleb(-2)
    with _stamping(kind):
        started = time.perf_counter()
        done = [pool.submit(_change_prices, number, writers, price) for number in range(writers)]
        for writer in done:
            writer.result()
        elapsed = time.perf_counter() - started
    if (read_stamp(CATALOGUE) != before) != (kind == WITH):
        raise RuntimeError(f"the portion {kind} stamps was not that")
    return elapsed / (writers * CHANGES) * 1000


def _stamping(kind: str) -> AbstractContextManager[object]:
    if kind == WITH:
        return nullcontext()
    return mock.patch("tradepost.store.actions.products.raise_stamp", lambda name: None)


def _change_prices(writer: int, writers: int, price: Decimal) -> None:
    from tradepost.store.actions.products import change_product

    step = data.PRODUCTS // CHANGES // writers
    for number in range(CHANGES):
        pk = 1 + step * (number * writers + writer)
        change_product(product_id=pk, changes={"unit_price": price})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

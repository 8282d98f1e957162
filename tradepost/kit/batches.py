"""Long imports go in by batches, each a transaction: others can write meanwhile, and what went in
stays in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

Row = TypeVar("Row")


class Outcome(Enum):
    """What became of a row that went in."""

    CREATED = auto()
    UPDATED = auto()
    UNCHANGED = auto()


@dataclass(frozen=True)
class Tally:
    """How many rows had which end."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0

    @property
    def imported(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def rows(self) -> int:
        return self.imported + self.bad

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Tally:
        """Count the ends of rows that went in."""
        return cls(
            created=outcomes.count(Outcome.CREATED),
            updated=outcomes.count(Outcome.UPDATED),
            unchanged=outcomes.count(Outcome.UNCHANGED),
        )

    def plus(self, other: Tally) -> Tally:
        return Tally(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            bad=self.bad + other.bad,
        )

    def __str__(self) -> str:
        return (
            f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged, "
            f"{self.bad} bad rows left out."
        )


def cut(rows: Iterable[Row], *, size: int, broken_by: type[Exception]) -> Iterator[list[Row]]:
    """Yield full batches, then the rest, and only then the error that ended the rows, if any."""
    batch: list[Row] = []
    broken = None
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch = []
    except broken_by as error:
        broken = error
    if batch:
        yield batch
    if broken is not None:
        raise broken

"""Calendars: days as months of weeks that begin on Mondays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Generic, Protocol, TypeVar

A_WEEK = 7  # days
DECEMBER = 12


class Dated(Protocol):
    """Something of one day."""

    @property
    def date(self) -> date:
        """The day."""


Day = TypeVar("Day", bound=Dated)


@dataclass(frozen=True)
class Month(Generic[Day]):
    """A month as rows of seven; None where another month has the day."""

    first: date
    weeks: Sequence[Sequence[Day | None]]


def months_of(days: Iterable[Day]) -> list[Month[Day]]:
    """Return the months of these days, which follow each other from the first of a month on."""
    return [
        Month(first, _weeks(list(some)))
        for first, some in groupby(days, lambda d: month_of(d.date))
    ]


def month_of(day: date) -> date:
    """Return the first day of its month."""
    return day.replace(day=1)


def months_later(first: date, number: int) -> date:
    """Return the first day of the month that comes so many months after another."""
    years, month = divmod(first.year * DECEMBER + first.month - 1 + number, DECEMBER)
    return date(years, month + 1, 1)


def read_month(text: str, *, earliest: date, latest: date) -> date:
    """Return the first day of a month that is written as 2027-03; the nearest one that may be
    shown, the earliest for what is no month."""
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        wanted = month_of(earliest)
    return min(max(wanted, month_of(earliest)), month_of(latest))


def last_day_of(first: date) -> date:
    """Return the last day of the month that begins then."""
    return months_later(first, 1) - timedelta(days=1)


def _weeks(days: Sequence[Day]) -> list[list[Day | None]]:
    before: list[Day | None] = [None] * days[0].date.weekday()
    cells = [*before, *days]
    cells += [None] * (-len(cells) % A_WEEK)
    return [cells[start : start + A_WEEK] for start in range(0, len(cells), A_WEEK)]

"""Times as cron has them, in UTC: ``30 7 * * mon`` is Monday, half past seven."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
LOOK_BACK = timedelta(hours=1)  # what was missed for longer is left out
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# Minute, hour, day of the month, month, day of the week (0 is Sunday).
LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


@dataclass(frozen=True)
class Crontab:
    """Minutes that fit all five fields: a day must fit as a date and as a day of the week."""

    fields: tuple[frozenset[int], ...]

    def fits(self, moment: datetime) -> bool:
        """Return whether the minute of ``moment`` is meant."""
        weekday = moment.isoweekday() % 7
        parts = (moment.minute, moment.hour, moment.day, moment.month, weekday)
        return all(part in field for part, field in zip(parts, self.fields, strict=True))

    def last_before(self, now: datetime) -> datetime | None:
        """Return the latest minute that is meant, in the hour until ``now``."""
        minute = now.replace(second=0, microsecond=0)
        while minute > now - LOOK_BACK:
            if self.fits(minute):
                return minute
            minute -= MINUTE
        return None


def parse_crontab(text: str) -> Crontab:
    """Return what ``text`` means: five fields of ``*``, ``7``, ``1-5``, ``mon,fri`` or ``*/15``.

    Raises ValueError.
    """
    fields = text.lower().split()
    if len(fields) != len(LIMITS):
        raise ValueError(f"{text!r} has not the five fields of a crontab")
    return Crontab(
        tuple(_parse_field(f, *limits) for f, limits in zip(fields, LIMITS, strict=True))
    )


def _parse_field(field: str, low: int, high: int) -> frozenset[int]:
    numbers = frozenset().union(*(_parse_range(part, low, high) for part in field.split(",")))
    if not numbers or min(numbers) < low or max(numbers) > high:
        raise ValueError(f"{field!r} is not between {low} and {high}")
    return numbers


def _parse_range(part: str, low: int, high: int) -> range:
    span, _, step = part.partition("/")
    first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
    return range(_number(first), _number(last or first) + 1, int(step or 1))


def _number(word: str) -> int:
    return WEEKDAYS.index(word) if word in WEEKDAYS else int(word)

"""What somebody looks for, taken apart.

A ``Shape`` says which conditions there are, and goes with values that only fill them in: so a query
is built once for each shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tradepost.stays.cells import MOST_RANGES, Bounds, ranges_of
from tradepost.stays.checks import FURTHEST_DAYS
from tradepost.stays.errors import DateOutOfReach, EndsBeforeStart, NoSuchAmenity
from tradepost.stays.models import Amenity
from tradepost.stays.models.properties import LONGEST_LEAD
from tradepost.stays.zones import NO_ZONES, zones_by_shift

NO_RANGE = (1, 0)
SIMPLE = ("guests", "min_price", "max_price", "room_type")
ORDERINGS: Mapping[str, tuple[str, ...]] = {
    "newest": ("-id",),
    "-id": ("-id",),
    "price": ("price", "id"),
    "-price": ("-price", "-id"),
    "rating": ("rating", "id"),
    "-rating": ("-rating", "-id"),
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody looks for, from ``start`` to the morning of ``end``; whatever is not said does
    not matter."""

    start: date | None = None
    end: date | None = None
    guests: int | None = None
    bounds: Bounds | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    amenities: Sequence[str] = ()
    room_type: str | None = None
    is_instant: bool | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which conditions there are.

    ``ranges`` counts those of cells, none where places are walked through; ``is_soon`` and
    ``is_far`` say that it depends on the place, and its date of today, whether the stay starts too
    soon or ends too late.
    """

    simple: frozenset[str] = frozenset()
    is_instant: bool | None = None
    has_bounds: bool = False
    crosses_date_line: bool = False
    ranges: int = 0
    amenities: int = 0
    has_stay: bool = False
    is_soon: bool = False
    is_far: bool = False
    text: str = ""


@dataclass(frozen=True)
class Question:
    """A shape, and what fills it in."""

    shape: Shape
    values: Mapping[str, Any]

    def walking(self) -> "Question":
        """Return the same without its cells: the coordinates say it all."""
        return Question(replace(self.shape, ranges=0), self.values)


def question_of(*, wish: Wish, now: datetime) -> Question:
    """Return what is asked for, by the clocks of this moment.

    Raises NoSuchAmenity, EndsBeforeStart, or DateOutOfReach for what no place on earth can offer.
    """
    said = {name: getattr(wish, name) for name in SIMPLE}
    values = {name: value for name, value in said.items() if value is not None}
    shape = Shape(
        simple=frozenset(values),
        is_instant=wish.is_instant,
        amenities=len(set(wish.amenities)),
        text=wish.text,
    )
    slugs = sorted(set(wish.amenities))
    if slugs and Amenity.objects.filter(pk__in=slugs).count() != len(slugs):
        raise NoSuchAmenity(field="amenities")
    values |= {f"amenity{number}": slug for number, slug in enumerate(slugs)}
    question = Question(shape, values)
    if wish.bounds is not None:
        question = _on_map(question, wish.bounds)
    if wish.start is not None and wish.end is not None:
        question = _on_dates(question, wish.start, wish.end, now)
    return question


def _on_map(question: Question, bounds: Bounds) -> Question:
    ranges = ranges_of(bounds)
    crosses = bounds.west > bounds.east
    # As many as there may be: how many there are makes no other query.
    ranges += [NO_RANGE] * (MOST_RANGES * (1 + crosses) - len(ranges))
    values = {name: getattr(bounds, name) for name in ("west", "south", "east", "north")}
    for number, (first, last) in enumerate(ranges):
        values |= {f"first{number}": first, f"last{number}": last}
    shape = replace(question.shape, has_bounds=True, crosses_date_line=crosses, ranges=len(ranges))
    return Question(shape, {**question.values, **values})


def _on_dates(question: Question, start: date, end: date, now: datetime) -> Question:
    today, zones = now.astimezone(UTC).date(), zones_by_shift(now)
    _check_dates(start, end, today, zones)
    days_left, beyond = (start - today).days, (end - today).days - FURTHEST_DAYS
    shape = replace(
        question.shape, has_stay=True, is_soon=days_left <= LONGEST_LEAD, is_far=beyond >= 0
    )
    values = {"start": start, "end": end, "nights": (end - start).days}
    if shape.is_soon or shape.is_far:
        values |= {"zones_behind": zones[-1], "zones_ahead": zones[1]}
        values |= {"days_left": days_left, "beyond": beyond}
    return Question(shape, {**question.values, **values})


def _check_dates(start: date, end: date, today: date, zones: Mapping[int, str]) -> None:
    if end <= start:
        raise EndsBeforeStart("A stay must end after it starts.", field="to")
    if start < today - timedelta(days=zones[-1] != NO_ZONES):
        raise DateOutOfReach("This day is over.", field="from")
    if end > today + timedelta(days=FURTHEST_DAYS + (zones[1] != NO_ZONES)):
        message = f"Stays can be booked {FURTHEST_DAYS} days ahead at most."
        raise DateOutOfReach(message, field="to")

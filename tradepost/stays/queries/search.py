"""Places that somebody who looks for one could book just so.

What is asked for is taken apart: a ``Shape`` says which conditions there are, and goes with values
that only fill them in. So a query is built once for each shape.

There are two ways to what lies on a piece of the map. Where few places do, the index of cells finds
them all, and they are put in order. Where many do, places are walked through in order until a page
is full: that is soon, because many fit. Which it is, ``near_places`` is counted for, up to ``FEW``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThanOrEqual

from tradepost.stays.cells import MOST_RANGES, Bounds, ranges_of
from tradepost.stays.checks import FURTHEST_DAYS
from tradepost.stays.errors import DateOutOfReach, EndsBeforeStart, NoSuchAmenity
from tradepost.stays.models import Amenity, Night, Property
from tradepost.stays.models.properties import LONGEST_LEAD
from tradepost.stays.models.search import PROPERTY_TEXTS
from tradepost.stays.zones import NO_ZONES, zones_by_shift

FEW = 1000  # places: to put as many in order costs about what walking through all does
NO_RANGE = (1, 0)
COMPARED = {  # each by the name of its value
    "min_price": "price__gte",
    "max_price": "price__lte",
    "room_type": "room_type",
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


class DaysLater(Func):
    """The date so many days after another."""

    output_field = DateField()
    arity = 2
    template = "(%(expressions)s DAY)"
    arg_joiner = " + INTERVAL "

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(%(expressions)s)"
        return self.as_sql(compiler, connection, template=template, arg_joiner="::date + ")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "date(%(expressions)s || ' days')"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", '+' || ")


def question_of(*, wish: Wish, now: datetime) -> Question:
    """Return what is asked for, by the clocks of this moment.

    Raises NoSuchAmenity, EndsBeforeStart, or DateOutOfReach for what no place on earth can offer.
    """
    said = {name: getattr(wish, name) for name in ("guests", *COMPARED)}
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


def matching_places(*, shape: Shape, **values: Any) -> QuerySet[Property]:
    """Return what fits, in no order yet."""
    places = near_places(shape=shape, **values)
    simple = [Q(**{COMPARED[name]: values[name]}) for name in shape.simple & COMPARED.keys()]
    if "guests" in shape.simple:
        simple.append(Q(capacity__gte=_number(values["guests"])))
    if shape.is_instant is not None:
        simple.append(Q(is_instant=shape.is_instant))
    places = places.filter(*simple)
    if shape.has_bounds:
        places = places.filter(_in_rectangle(shape, values))
    if shape.amenities:
        places = _having(places, [values[f"amenity{n}"] for n in range(shape.amenities)])
    if shape.has_stay:
        places = _free(places.filter(_taking(shape, values)), values["start"], values["end"])
    return PROPERTY_TEXTS.matching(places, shape.text, ranked=False)


def near_places(*, shape: Shape, **values: Any) -> QuerySet[Property]:
    """Return what lies within the ranges of cells; everything without any."""
    cells = [
        Q(cell__gte=values[f"first{number}"], cell__lte=values[f"last{number}"])
        for number in range(shape.ranges)
    ]
    return Property.objects.public().filter(reduce(or_, cells, Q())).order_by()


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


def _in_rectangle(shape: Shape, values: Mapping[str, Any]) -> Q:
    height = Q(latitude__gte=values["south"], latitude__lte=values["north"])
    west, east = Q(longitude__gte=values["west"]), Q(longitude__lte=values["east"])
    return height & (west | east if shape.crosses_date_line else west & east)


def _having(places: QuerySet[Property], slugs: Sequence[Any]) -> QuerySet[Property]:
    links = Property.amenities.through.objects.filter(property=OuterRef("pk"))
    asked = links.filter(amenity__in=slugs).order_by().values("property")
    number = asked.annotate(number=Count("pk")).values("number")  # type: ignore[misc]
    return places.alias(amenities_found=Subquery(number)).filter(amenities_found=len(slugs))


def _taking(shape: Shape, values: Mapping[str, Any]) -> Q:
    """What takes a stay of such length on these dates, as ``check_stay``."""
    nights = _number(values["nights"])
    takes = Q(minimum_nights__lte=nights, maximum_nights__gte=nights)
    if shape.is_soon:
        days_left = _number(values["days_left"])
        needed = F("lead_days") + _days_ahead_of_utc(values)
        takes &= Q(lead_days__lt=days_left) | Q(LessThanOrEqual(needed, days_left))
    if shape.is_far:
        takes &= Q(GreaterThanOrEqual(_days_ahead_of_utc(values), _number(values["beyond"])))
    return takes


def _days_ahead_of_utc(values: Mapping[str, Any]) -> Case:
    """Return how many days the date of a place is ahead of that of UTC."""
    zone = Concat(Value(","), F("time_zone"), Value(","))
    behind, ahead = (
        GreaterThan(StrIndex(Value(values[zones], TextField()), zone), 0)
        for zones in ("zones_behind", "zones_ahead")
    )
    return Case(When(behind, then=-1), When(ahead, then=1), default=0, output_field=IntegerField())


def _free(places: QuerySet[Property], start: Any, end: Any) -> QuerySet[Property]:
    """Keep those where no night is taken, and no guest arrives in the empty ones afterwards.

    Each place has its nights looked up when its turn comes: as a value, because what databases make
    of NOT EXISTS may begin by reading all nights of these dates.
    """
    taken = Night.objects.filter(property=OuterRef("pk")).order_by().values("night")
    during = taken.filter(night__gte=start, night__lt=end)
    gap_end = DaysLater(Value(end, DateField()), OuterRef("buffer_nights"))
    guests = taken.filter(booking__isnull=False, is_buffer=False)
    after = guests.filter(night__gte=end, night__lt=gap_end)
    return places.alias(taken=Subquery(during[:1]), next_guest=Subquery(after[:1])).filter(
        Q(buffer_nights=0) | Q(next_guest__isnull=True), taken__isnull=True
    )


def _number(value: int) -> Value:
    return Value(value, IntegerField())

"""Places that somebody who looks for one could book just so.

There are two ways to what lies on a piece of the map. Where few places do, the index of cells finds
them all, and they are put in order. Where many do, places are walked through in order until a page
is full: that is soon, because many fit. ``count_near`` says which it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Case,
    Count,
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
from django.db.models.sql.compiler import SQLCompiler

from tradepost.kit.money import MoneyField
from tradepost.kit.planning import WithoutIndex, often
from tradepost.stays.models import Night, Property
from tradepost.stays.models.search import PROPERTY_TEXTS
from tradepost.stays.queries.wishes import Question, Shape

FEW = 1500  # places: to put as many in order costs about what walking through all does
BY_INDEX = ("price", "rating")  # orders of published places
ALL = 2_000_000_000  # with a limit, a query in brackets is one by itself
NIGHTS, PLACES = Night._meta.db_table, Property._meta.db_table
DAYS_LATER = {  # the end of the empty nights after a stay
    "postgresql": "%(end)s::date + buffer_nights",
    "sqlite": "date(%(end)s, '+' || buffer_nights || ' days')",
    "": "%(end)s + INTERVAL buffer_nights DAY",
}


class LiesInCells(Func):
    """Whether a place, of this key and cell, lies in one of some ranges: first, last, and so on."""

    output_field = BooleanField()
    conditional = True

    def as_sql(  # type: ignore[override] # it has no template to be given
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        (_, _), (cell, _), *ends = [compiler.compile(part) for part in self.source_expressions]
        ranges = zip(ends[::2], ends[1::2], strict=True)
        parts = [f"{cell} >= {first} AND {cell} <= {last}" for (first, _), (last, _) in ranges]
        return f"({' OR '.join(parts)})", tuple(value for _, some in ends for value in some)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """Have the index asked range by range, as SQLite would not do by itself."""
        (key, _), (_, _), *ends = [compiler.compile(part) for part in self.source_expressions]
        values = tuple(value for _, some in ends for value in some)
        near = _near_sql(len(ends) // 2, shown="id")
        return f"{key} IN ({near})", (*values, Property.Status.PUBLISHED)


def matching_places(*, shape: Shape, sorted_by: str = "", **values: Any) -> QuerySet[Property]:
    """Return what fits, in no order yet; whether the nights are free is for ``free_places``.

    ``sorted_by`` is the column that they will be sorted by.
    """
    walks = sorted_by in BY_INDEX and not (shape.ranges or shape.text)
    places = _published(by_index=walks).filter(*_simple(shape, sorted_by, values))
    if shape.ranges:
        ends = [values[f"{end}{n}"] for n in range(shape.ranges) for end in ("first", "last")]
        places = places.filter(LiesInCells("pk", "cell", *map(Value, ends)))
    if shape.has_bounds:
        lies_within = _in_rectangle(shape, values)
        places = places.filter(lies_within if shape.ranges else often(lies_within))
    if shape.amenities:
        places = _having(places, [values[f"amenity{n}"] for n in range(shape.amenities)])
    if shape.has_stay:
        places = places.filter(_taking(shape, values))
    return PROPERTY_TEXTS.matching(places, shape.text, ranked=False)


def _published(*, by_index: bool) -> QuerySet[Property]:
    """Return the published places; the indexes of orders are for who walks through them."""
    if by_index:
        return Property.objects.public()
    places = Property.objects.alias(status_told=WithoutIndex("status"))
    return places.filter(status_told=Property.Status.PUBLISHED)


def _simple(shape: Shape, sorted_by: str, values: Mapping[str, Any]) -> Iterator[Any]:
    price = F("price") if sorted_by == "price" else WithoutIndex("price")
    if "min_price" in shape.simple:
        yield GreaterThanOrEqual(price, Value(values["min_price"], MoneyField()))
    if "max_price" in shape.simple:
        yield LessThanOrEqual(price, Value(values["max_price"], MoneyField()))
    if "room_type" in shape.simple:
        yield Q(room_type=values["room_type"])
    if "guests" in shape.simple:
        yield Q(capacity__gte=_number(values["guests"]))
    if shape.is_instant is not None:
        yield Q(is_instant=shape.is_instant)


def free_places(*, places: str, order: str, vendor: str) -> str:
    """Return SQL for the first of some places, which is SQL too, that have all nights free and no
    guest who arrives in the empty ones afterwards.

    ``order`` is that of the places again, as text, and empty where a planner does not see that they
    have it; ``%(start)s``, ``%(end)s`` and ``%(limit)s`` are
    to be filled in. A place has its nights looked up when its turn comes, and only then: they are
    asked around the sorted places, each as a value. What databases make of NOT EXISTS, or of a
    condition among the others, may begin with all nights of these dates.
    """
    gap_ends = DAYS_LATER.get(vendor, DAYS_LATER[""])
    during = "night >= %(start)s AND night < %(end)s"
    guests = "booking_id IS NOT NULL AND NOT is_buffer"
    after = f"night >= %(end)s AND night < {gap_ends} AND {guests}"
    return f"""
        SELECT * FROM ({places} LIMIT {ALL}) AS place
        WHERE {_has_no_night(during)} AND (buffer_nights = 0 OR {_has_no_night(after)})
        {order} LIMIT %(limit)s
    """  # noqa: S608 - words of ours


def _has_no_night(condition: str) -> str:
    nights = f"SELECT night FROM {NIGHTS} WHERE property_id = place.id AND {condition} LIMIT 1"  # noqa: S608
    return f"CASE WHEN ({nights}) IS NULL THEN TRUE ELSE FALSE END"  # as often() does


def count_near(*, question: Question) -> int:
    """Return how many published places lie within the ranges of cells, up to ``FEW`` and one.

    Range by range, from the index alone: one condition of all ranges would have their rows read.
    """
    numbers = range(question.shape.ranges)
    ranges = [question.values[f"{end}{n}"] for n in numbers for end in ("first", "last")]
    with connection.cursor() as cursor:
        near = _near_sql(len(numbers), shown="1")
        counted = f"SELECT COUNT(*) FROM ({near} LIMIT %s) AS found"  # noqa: S608 - words of ours
        cursor.execute(counted, [*ranges, Property.Status.PUBLISHED, FEW + 1])
        [count] = cursor.fetchone()
    return int(count)


@cache
def _near_sql(ranges: int, *, shown: str) -> str:
    """Return SQL for the published places in so many ranges, each looked up in the index."""
    some = " UNION ALL ".join(["SELECT %s, %s"] * ranges)
    return f"""
        WITH near (first, last) AS ({some})
        SELECT {shown} FROM near CROSS JOIN {PLACES}
        WHERE status = %s AND cell >= first AND cell <= last
    """  # noqa: S608 - words of ours


def _in_rectangle(shape: Shape, values: Mapping[str, Any]) -> Q:
    height = Q(latitude__gte=values["south"], latitude__lte=values["north"])
    west, east = Q(longitude__gte=values["west"]), Q(longitude__lte=values["east"])
    return height & (west | east if shape.crosses_date_line else west & east)


def _having(places: QuerySet[Property], slugs: Sequence[Any]) -> QuerySet[Property]:
    links = Property.amenities.through.objects.filter(property=OuterRef("pk"))
    asked = links.filter(amenity__in=slugs).order_by().values("property")
    number = asked.annotate(number=Count("pk")).values("number")  # type: ignore[misc]
    found = places.alias(amenities_found=Subquery(number))
    return found.filter(often(Q(amenities_found=len(slugs))))


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


def _number(value: int) -> Value:
    return Value(value, IntegerField())

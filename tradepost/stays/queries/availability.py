"""Which nights of a place somebody could have, and what they cost."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tradepost.stays.checks import FURTHEST_DAYS
from tradepost.stays.errors import DateOutOfReach, EndsBeforeStart
from tradepost.stays.models import Night, Property
from tradepost.stays.quotes import nights_between, tariff_of

USUAL_DAYS = 90


@dataclass(frozen=True)
class Day:
    """A night of a place; why one is not available is not for everybody."""

    date: date
    available: bool
    price: Decimal
    minimum_nights: int


def list_days(*, place: Property, start: date | None, end: date | None, now: datetime) -> list[Day]:
    """Return the nights from ``start`` (today, as it is there) to the day before ``end``, in two
    queries.

    Raises EndsBeforeStart, or DateOutOfReach for too many.
    """
    today = place.today(now)
    start = today if start is None else start
    end = start + timedelta(days=USUAL_DAYS) if end is None else end
    _check_range(start, end)
    soonest = today + timedelta(days=place.lead_days)
    last = today + timedelta(days=FURTHEST_DAYS - 1)
    nights = Night.objects.filter(property=place, night__gte=start, night__lt=end)
    taken, tariff = set(nights.values_list("night", flat=True)), tariff_of(place)
    return [
        Day(
            night,
            available=soonest <= night <= last and night not in taken,
            price=tariff.price_of(night),
            minimum_nights=place.minimum_nights,
        )
        for night in nights_between(start, end)
    ]


def _check_range(start: date, end: date) -> None:
    if end <= start:
        raise EndsBeforeStart(field="to")
    if (end - start).days > FURTHEST_DAYS:
        raise DateOutOfReach(f"At most {FURTHEST_DAYS} days at once.", field="to")

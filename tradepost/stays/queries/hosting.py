"""What a host looks at: what waits, who comes, what came in, and a month of nights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from tradepost.accounts.models import User
from tradepost.kit.money import MoneyField
from tradepost.payments.models import Payment
from tradepost.stays.models import Block, Booking, Property, Season
from tradepost.stays.months import Month, last_day_of, month_of, months_later, months_of
from tradepost.stays.queries.calendar import list_taken_nights
from tradepost.stays.quotes import NIGHT, NOTHING, Tariff, nights_between

SHOWN = 20  # requests, and arrivals
MONTHS = 12  # of income
SOON = timedelta(days=30)


@dataclass(frozen=True)
class MonthOfIncome:
    """What guests paid in a month (of UTC), less what went back to them of it."""

    first: date
    amount: Decimal


@dataclass(frozen=True)
class HostDay:
    """A night as its host sees it: ``reason`` says by what it is taken, and is empty if it is free;
    ``is_past`` when nobody can come any more."""

    date: date
    reason: str
    booking_id: int | None
    price: Decimal
    is_past: bool


def list_requests(*, host: User) -> list[Booking]:
    """Return the stays that wait for the host's word, those that end soonest first; one query."""
    waiting = Q(status=Booking.Status.PENDING, accepted_at=None)
    return list(_in_places_of(host).filter(waiting).order_by("hold_until", "id")[:SHOWN])


def list_arrivals(*, host: User, now: datetime) -> list[Booking]:
    """Return who is there now or comes within 30 days, the first first; one query."""
    coming = Q(status=Booking.Status.CONFIRMED, ends_at__gt=now, starts_at__lt=now + SOON)
    return list(_in_places_of(host).filter(coming).order_by("starts_at", "id")[:SHOWN])


def list_income(*, host: User, now: datetime) -> list[MonthOfIncome]:
    """Return the last twelve months, this one last, with what stays brought; one query."""
    this = month_of(now.astimezone(UTC).date())
    months = [months_later(this, number) for number in range(1 - MONTHS, 1)]
    came = Payment.objects.filter(
        booking__property__host=host,
        currency=settings.CURRENCY,
        created_at__gte=datetime(months[0].year, months[0].month, 1, tzinfo=UTC),
    ).exclude(captured=NOTHING)
    by_month = came.annotate(month=TruncMonth("created_at", tzinfo=UTC)).order_by().values("month")
    amount = Sum(F("captured") - F("refunded"), output_field=MoneyField())
    sums = {row["month"].date(): row["came"] for row in by_month.annotate(came=amount)}
    return [MonthOfIncome(first, sums.get(first, NOTHING)) for first in months]


def list_offered(*, host: User) -> QuerySet[Property]:
    """Return what somebody offers, drafts too, with photos: one query more for all."""
    return Property.objects.filter(host=host).prefetch_related("photos")


def read_month(
    place: Property, first: date, *, seasons: Sequence[Season], now: datetime
) -> Month[HostDay]:
    """Return the nights of the month that begins then; one query."""
    after = last_day_of(first) + NIGHT
    taken = {night.night: night for night in list_taken_nights(place, first, after)}
    today = place.today(now)
    tariff = Tariff(price=place.price, weekend_price=place.weekend_price, seasons=seasons)
    days = [
        HostDay(
            date=night,
            reason=taken[night].reason if night in taken else "",
            booking_id=taken[night].booking_id if night in taken else None,
            price=tariff.price_of(night),
            is_past=night < today,
        )
        for night in nights_between(first, after)
    ]
    return months_of(days)[0]


def list_blocks(place: Property, *, now: datetime) -> list[Block]:
    """Return the blocks of a place that are not over; one query."""
    today = place.today(now)
    return list(place.blocks.filter(end_date__gt=today).order_by("start_date", "id"))


def list_seasons(place: Property) -> list[Season]:
    """Return all seasons of a place; one query."""
    return list(place.seasons.order_by("start_date", "id"))


def _in_places_of(host: User) -> QuerySet[Booking]:
    return Booking.objects.filter(property__host=host).select_related("property", "user")

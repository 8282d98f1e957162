"""What a stay would cost, what was promised that it would, and what comes back of one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from tradepost.accounts.models import User
from tradepost.kit.money import half_up
from tradepost.stays.checks import check_free, check_may_change, check_stay
from tradepost.stays.errors import BadQuote, TotalChanged
from tradepost.stays.models import Booking, PriceLine, Property
from tradepost.stays.policies import FULL, percent_back, refund_of, terms_of
from tradepost.stays.queries.bookings import lines_of
from tradepost.stays.queries.calendar import is_free
from tradepost.stays.quotes import (
    NOTHING,
    Line,
    Price,
    Quote,
    Stay,
    price_stay,
    read_quote,
    sign_quote,
    sum_of,
    tariff_of,
)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a stay costs, and whether its nights are free; with ``token`` it is booked at that."""

    price: Quote
    is_available: bool
    token: str
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """What comes back of a booking that somebody cancels, and what is kept of it."""

    refund: Decimal
    kept: Decimal


def quote_stay(*, place: Property, stay: Stay) -> Quote:
    """Return what a stay costs today."""
    lines, rounding = price_stay(tariff_of(place), stay.start_date, stay.end_date)
    return Quote(
        property_id=place.pk,
        start_date=stay.start_date,
        end_date=stay.end_date,
        guests=stay.guests,
        lines=lines,
        terms=terms_of(place.cancellation_policy),
        rounding=rounding,
    )


def offer_stay(*, place: Property, stay: Stay, now: datetime) -> Offer:
    """Say what a stay costs, and give a signed word that it will for a while.

    Raises what ``check_stay`` refuses; nights that are taken are no reason not to say it.
    """
    check_stay(place, stay, now=now)
    price = quote_stay(place=place, stay=stay)
    until = now + timedelta(minutes=settings.STAY_QUOTE_MINUTES)
    return Offer(
        price=price,
        is_available=is_free(place, stay.start_date, stay.end_date),
        token=sign_quote(price, until=until),
        valid_until=until,
    )


def agree_price(
    *,
    place: Property,
    stay: Stay,
    quote: str | None,
    expected_total: Decimal | None,
    now: datetime,
) -> Quote:
    """Return the price that was promised or, without a ``quote``, today's.

    Raises BadQuote, QuoteExpired, or TotalChanged when it is not the expected one.
    """
    price = quote_stay(place=place, stay=stay) if quote is None else read_quote(quote, now=now)
    if not price.is_for(place.pk, stay):
        raise BadQuote(field="quote")
    if expected_total is not None and expected_total != price.total:
        raise TotalChanged(total=price.total)
    return price


def price_change(*, booking: Booking, stay: Stay, actor: User, now: datetime) -> Price:
    """Return what a changed stay would cost in all, at today's prices.

    Of what a guest gives up, the terms say what is kept: a line of its own, with what was kept of
    earlier changes.
    """
    new = quote_stay(place=booking.property, stay=stay)
    kept = sum_of(line for line in lines_of(booking) if line.kind == PriceLine.Kind.KEPT)
    less = booking.total - kept - new.total
    if less > 0 and actor.pk == booking.user_id:
        percent = percent_back(booking.terms, starts_at=booking.starts_at, now=now)
        kept += half_up(less * (FULL - percent) / FULL)
    more = (Line(PriceLine.Kind.KEPT, kept),) if kept else ()
    return Price(lines=(*new.lines, *more))


def preview_change(*, booking: Booking, stay: Stay, actor: User, now: datetime) -> Price:
    """Return what a changed stay would cost in all, if it could be had at all.

    Raises what ``check_may_change`` refuses, or DatesTaken.
    """
    check_may_change(booking, stay, now=now)
    check_free(booking.property, stay, empty_after=booking.buffer_nights, apart_from=booking.pk)
    return price_change(booking=booking, stay=stay, actor=actor, now=now)


def cancellation_of(*, booking: Booking, actor: User, now: datetime) -> Cancellation:
    """Return what comes back if the actor cancels now: to a guest what the terms say, else all.

    Of what is not confirmed, nothing was taken.
    """
    if booking.status != Booking.Status.CONFIRMED:
        return Cancellation(refund=NOTHING, kept=NOTHING)
    back = booking.total
    if actor.pk == booking.user_id:
        lines = lines_of(booking)
        back = refund_of(lines, booking.terms, starts_at=booking.starts_at, now=now)
    return Cancellation(refund=back, kept=booking.total - back)

"""What a stay costs, line by line, and a word that it will.

Everything is computed in whole cents: a line is rounded half-up where it becomes one (the discount,
the tax), and the total is the sum of the lines. ``Quote.rounding`` is what that added.

A signed quote is text that names a stay with its lines and terms and until when they hold. Whoever
books with it pays that, whatever the prices are by then.
"""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import orjson
from django.core.signing import BadSignature, Signer

from tradepost.kit.money import from_minor, half_up, to_minor
from tradepost.stays.errors import BadQuote, QuoteExpired
from tradepost.stays.models import Booking, BookingChange, PriceLine, Property, Season

WEEKEND = (4, 5)  # the nights of Friday and Saturday
WEEK, MONTH = 7, 28  # nights, from which on a discount counts
NIGHT = timedelta(days=1)
HUNDRED = 100
SIGNER = Signer(salt="tradepost.stays.quotes")
Kind = PriceLine.Kind
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """A line of a price; ``rate`` is in per cent."""

    kind: str
    amount: Decimal
    quantity: int = 1
    unit_price: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A stay that somebody wants: from one date to the morning of another."""

    start_date: date
    end_date: date
    guests: int


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a stay costs, line by line."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum_of(self.lines)


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What a place costs, as it is at one moment."""

    price: Decimal
    weekend_price: Decimal | None = None
    seasons: Sequence[Season] = ()
    cleaning_fee: Decimal = NOTHING
    weekly_discount: Decimal = NOTHING
    monthly_discount: Decimal = NOTHING
    tax: Decimal = NOTHING

    def price_of(self, night: date) -> Decimal:
        """Return the price of a night: a season's before the usual one, a weekend's if there is."""
        prices: Season | Tariff = self
        for season in self.seasons:
            if season.start_date <= night < season.end_date:
                prices = season
        if night.weekday() in WEEKEND and prices.weekend_price is not None:
            return prices.weekend_price
        return prices.price

    def discount_for(self, nights: int) -> Decimal:
        """Return the discount for so many nights, in per cent: the larger one that counts."""
        weekly = self.weekly_discount if nights >= WEEK else NOTHING
        return max(weekly, self.monthly_discount) if nights >= MONTH else weekly


@dataclass(frozen=True, kw_only=True)
class Quote(Price):
    """What a stay costs. ``rounding`` is the total less what it would be without rounding."""

    property_id: int
    start_date: date
    end_date: date
    guests: int
    terms: dict[str, Any]
    rounding: Decimal = NOTHING

    def is_for(self, property_id: int, stay: Stay) -> bool:
        """Return whether it was made for this very stay."""
        return (property_id, stay) == (self.property_id, stay_of(self))


def stay_of(row: Quote | Booking | BookingChange) -> Stay:
    """Return the stay that was quoted, booked, or asked for instead."""
    return Stay(start_date=row.start_date, end_date=row.end_date, guests=row.guests)


def sum_of(lines: Iterable[Line]) -> Decimal:
    """Return what these lines amount to."""
    return sum((line.amount for line in lines), NOTHING)


def nights_between(start: date, end: date) -> Iterator[date]:
    """Yield the nights of a stay that ends on the morning of ``end``."""
    for number in range((end - start).days):
        yield start + number * NIGHT


def tariff_of(place: Property) -> Tariff:
    """Return what a place costs now; one query for its seasons unless they are loaded."""
    return Tariff(
        price=place.price,
        weekend_price=place.weekend_price,
        seasons=list(place.seasons.all()),
        cleaning_fee=place.cleaning_fee,
        weekly_discount=place.weekly_discount,
        monthly_discount=place.monthly_discount,
        tax=place.tax,
    )


def price_stay(tariff: Tariff, start: date, end: date) -> tuple[tuple[Line, ...], Decimal]:
    """Return the lines of a stay, and how much rounding them added to the exact sum."""
    prices = sorted(tariff.price_of(night) for night in nights_between(start, end))
    alike = [(price, len(list(some))) for price, some in groupby(prices)]
    lines = [Line(Kind.NIGHTS, price * count, count, price) for price, count in alike]
    exact = sum(prices, NOTHING)
    if percent := tariff.discount_for(len(prices)):
        discount = exact * percent / HUNDRED
        lines.append(Line(Kind.DISCOUNT, -half_up(discount), rate=percent))
        exact -= discount
    if tariff.cleaning_fee:
        lines.append(Line(Kind.CLEANING, tariff.cleaning_fee, 1, tariff.cleaning_fee))
        exact += tariff.cleaning_fee
    if tariff.tax:
        lines.append(Line(Kind.TAX, half_up(sum_of(lines) * tariff.tax / HUNDRED), rate=tariff.tax))
        exact += exact * tariff.tax / HUNDRED
    return tuple(lines), sum_of(lines) - exact


def lines_as_json(lines: Sequence[Line]) -> list[list[Any]]:
    """Return the lines as rows of plain values, amounts in whole hundredths."""
    return [
        [
            line.kind,
            to_minor(line.amount),
            line.quantity,
            _minor(line.unit_price),
            _minor(line.rate),
        ]
        for line in lines
    ]


def lines_from_json(rows: Sequence[Sequence[Any]]) -> tuple[Line, ...]:
    """Return the lines that ``lines_as_json`` wrote."""
    return tuple(
        Line(kind, from_minor(amount), quantity, _amount(unit_price), _amount(rate))
        for kind, amount, quantity, unit_price, rate in rows
    )


def sign_quote(quote: Quote, *, until: datetime) -> str:
    """Return the quote as text that nobody else can write, good ``until`` then."""
    said = [
        quote.property_id, quote.start_date, quote.end_date, quote.guests,
        lines_as_json(quote.lines), quote.terms, int(until.timestamp()),
    ]  # fmt: skip
    packed = urlsafe_b64encode(zlib.compress(orjson.dumps(said), 9)).decode().rstrip("=")
    return SIGNER.sign(packed)


def read_quote(token: str, *, now: datetime) -> Quote:
    """Return the quote that was signed. Raises BadQuote or QuoteExpired."""
    try:
        packed = SIGNER.unsign(token)
    except BadSignature as error:
        raise BadQuote(field="quote") from error
    padding = "=" * (-len(packed) % 4)
    said = orjson.loads(zlib.decompress(urlsafe_b64decode(packed + padding)))
    property_id, start, end, guests, lines, terms, until = said
    if now.timestamp() > until:
        raise QuoteExpired
    return Quote(
        property_id=property_id,
        start_date=date.fromisoformat(start),
        end_date=date.fromisoformat(end),
        guests=guests,
        lines=lines_from_json(lines),
        terms=terms,
    )


def _minor(amount: Decimal | None) -> int | None:
    return None if amount is None else to_minor(amount)


def _amount(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else from_minor(hundredths)

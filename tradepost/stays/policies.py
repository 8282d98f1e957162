"""What comes back when a stay is canceled, as data: a booking keeps the terms it was made under.

A policy is a list of steps, each ``[hours, percent]``: up to so many hours before check-in, so many
per cent of the nights come back. Before check-in the cleaning is always given back, and of the tax
the part of what is; afterwards nothing is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tradepost.kit.money import half_up
from tradepost.stays.models import PriceLine, Property
from tradepost.stays.quotes import NOTHING, Line, sum_of

Terms = Mapping[str, Any]
DAY = 24  # hours
STEPS: Mapping[str, Sequence[tuple[int, int]]] = {
    Property.Policy.FLEXIBLE: ((1 * DAY, 100), (0, 50)),
    Property.Policy.MODERATE: ((5 * DAY, 100), (0, 50)),
    Property.Policy.STRICT: ((14 * DAY, 100), (7 * DAY, 50)),
}
Kind = PriceLine.Kind
FULL = 100  # per cent


def terms_of(policy: str) -> dict[str, Any]:
    """Return the terms that a policy has today, as a booking keeps them."""
    return {"name": str(policy), "steps": [list(step) for step in STEPS[policy]]}


def percent_back(terms: Terms, *, starts_at: datetime, now: datetime) -> int:
    """Return how much of the nights comes back, in per cent."""
    ahead = starts_at - now
    if ahead <= timedelta(0):
        return 0
    shares = (percent for hours, percent in terms["steps"] if ahead >= timedelta(hours=hours))
    return max(shares, default=0)


def refund_of(
    lines: Sequence[Line], terms: Terms, *, starts_at: datetime, now: datetime
) -> Decimal:
    """Return what comes back of these lines if the guest cancels now; rounded once, half-up."""
    total = sum_of(lines)
    percent = percent_back(terms, starts_at=starts_at, now=now)
    if starts_at <= now:
        return NOTHING
    if percent == FULL:
        return total - _sum(lines, Kind.KEPT)
    cleaning, tax = _sum(lines, Kind.CLEANING), _sum(lines, Kind.TAX)
    taxed = total - tax - _sum(lines, Kind.KEPT)
    given_back = (taxed - cleaning) * percent / FULL + cleaning
    return half_up(given_back * (taxed + tax) / taxed) if taxed else NOTHING


def _sum(lines: Sequence[Line], kind: str) -> Decimal:
    return sum_of(line for line in lines if line.kind == kind)

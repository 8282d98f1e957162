"""Terms of cancellation as pages say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tradepost.stays.policies import DAY, FULL


@dataclass(frozen=True)
class Step:
    """So much of the nights comes back until so long before check-in: days, or else hours, or until
    then; ``until`` is the moment where the stay has one."""

    percent: int
    days: int
    hours: int
    until: datetime | None

    @property
    def is_full(self) -> bool:
        return self.percent == FULL


def steps_of(terms: Mapping[str, Any], *, starts_at: datetime | None = None) -> list[Step]:
    """Return the steps of some terms, for a stay that starts then."""
    return [_step(hours, percent, starts_at) for hours, percent in terms["steps"]]


def _step(hours: int, percent: int, starts_at: datetime | None) -> Step:
    days, rest = divmod(hours, DAY)
    until = None if starts_at is None else starts_at - timedelta(hours=hours)
    return Step(percent, 0 if rest else days, hours if rest else 0, until)

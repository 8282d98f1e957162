"""Ratings: from one to five stars."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IN_WORDS: Mapping[str, Promise] = {
    "5": _("5: very good"),
    "4": _("4: good"),
    "3": _("3: fair"),
    "2": _("2: poor"),
    "1": _("1: very poor"),
}


def whole_stars(rating: Decimal) -> int:
    """Return how many stars are shown for an average."""
    return int(rating.to_integral_value(rounding=ROUND_HALF_UP))

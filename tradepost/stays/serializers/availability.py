"""The calendar of a place as everybody may see it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.stays.queries.availability import USUAL_DAYS


class AvailabilityInput(serializers.Serializer[Any]):
    """Dates are those of the place."""

    to = serializers.DateField(
        required=False, help_text=f"The day after the last; {USUAL_DAYS} days after the first."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        start = serializers.DateField(required=False, help_text="Today, if nothing is said.")
        return {"from": start, **super().get_fields()}  # a word of the language


class NightOutput(serializers.Serializer[Any]):
    """A night: whether it can be part of a stay, and what it costs."""

    date = serializers.DateField()
    available = serializers.BooleanField()
    price = MoneyNumber()
    minimum_nights = serializers.IntegerField()

"""The calendars of hosts as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.stays.models import Block, Season
from tradepost.stays.models.properties import HIGHEST_PRICE, LOWEST_PRICE

# Why a night is taken: by a stay, for a change that is asked for, to stay empty, by the host.
REASONS = [(word, word) for word in ("stay", "held", "empty", "blocked")]


class RangeInput(serializers.Serializer[Any]):
    """From one date to another, which is not included."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()


class BlockInput(RangeInput):
    reason = serializers.CharField(max_length=255, required=False, allow_blank=True)


class BlockOutput(serializers.ModelSerializer[Block]):
    class Meta:
        model = Block
        fields = ["id", "start_date", "end_date", "reason", "created_at"]
        read_only_fields = fields


class SeasonInput(RangeInput):
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    price = serializers.DecimalField(
        max_digits=7, decimal_places=2, min_value=LOWEST_PRICE, max_value=HIGHEST_PRICE
    )
    weekend_price = serializers.DecimalField(
        max_digits=7, decimal_places=2, min_value=LOWEST_PRICE, max_value=HIGHEST_PRICE,
        required=False, allow_null=True,
    )  # fmt: skip


class SeasonOutput(serializers.ModelSerializer[Season]):
    price = MoneyNumber(read_only=True)
    weekend_price = MoneyNumber(read_only=True, allow_null=True)

    class Meta:
        model = Season
        fields = ["id", "name", "start_date", "end_date", "price", "weekend_price"]
        read_only_fields = fields


class TakenNightOutput(serializers.Serializer[Any]):
    """A night that is not free, and why, for the host's eyes."""

    night = serializers.DateField(read_only=True)
    taken_by = serializers.ChoiceField(REASONS, source="reason", read_only=True)
    booking = serializers.IntegerField(source="booking_id", read_only=True, allow_null=True)
    block = serializers.IntegerField(source="block_id", read_only=True, allow_null=True)

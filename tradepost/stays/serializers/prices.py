"""What stays cost, as JSON."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.stays.models import PriceLine


class StayInput(serializers.Serializer[Any]):
    """A stay that somebody thinks of; it ends on the morning of ``end_date``."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()
    guests = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class PriceLineOutput(serializers.Serializer[Any]):
    """A line of a price; ``rate`` is in per cent, ``amount`` is what counts."""

    kind = serializers.ChoiceField(PriceLine.Kind.choices, read_only=True)
    quantity = serializers.IntegerField(read_only=True)
    unit_price = MoneyNumber(read_only=True, allow_null=True)
    rate = MoneyNumber(read_only=True, allow_null=True)
    amount = MoneyNumber(read_only=True)


class TermsOutput(serializers.Serializer[Any]):
    """What comes back of the nights: of each step, up to how many hours before check-in how many
    per cent."""

    name = serializers.CharField(read_only=True)
    steps = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()), read_only=True
    )


class QuoteOutput(serializers.Serializer[Any]):
    """What a stay costs. ``quote`` is a word that it will until ``valid_until``, to be sent with
    the booking; ``rounding`` is the total less what it would be if lines were not rounded to cents.
    """

    property = serializers.IntegerField(source="price.property_id", read_only=True)
    start_date = serializers.DateField(source="price.start_date", read_only=True)
    end_date = serializers.DateField(source="price.end_date", read_only=True)
    guests = serializers.IntegerField(source="price.guests", read_only=True)
    is_available = serializers.BooleanField(read_only=True)
    lines = PriceLineOutput(source="price.lines", many=True, read_only=True)
    total = MoneyNumber(source="price.total", read_only=True)
    currency = serializers.SerializerMethodField()
    rounding = serializers.DecimalField(
        source="price.rounding", max_digits=12, decimal_places=6, read_only=True
    )
    terms = TermsOutput(source="price.terms", read_only=True)
    quote = serializers.CharField(source="token", read_only=True)
    valid_until = serializers.DateTimeField(read_only=True)

    def get_currency(self, offer: object) -> str:
        """Return the shop's one currency."""
        return str(settings.CURRENCY)

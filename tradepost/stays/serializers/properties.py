"""Places to stay, as JSON."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.stays.models import Amenity, Property
from tradepost.stays.models.properties import (
    HIGHEST_PRICE,
    HUNDRED,
    LONGEST_BUFFER,
    LONGEST_LEAD,
    LONGEST_STAY,
    LOWEST_PRICE,
    MOST_GUESTS,
    check_time_zone,
)
from tradepost.stays.serializers.photos import PhotoOutput

LONGEST_DESCRIPTION, LONGEST_RULES = 20_000, 10_000  # characters
MOST_AMENITIES = 100  # of one place


class Degrees(serializers.FloatField):
    """A coordinate: a finite number of degrees."""

    def to_internal_value(self, data: Any) -> float:
        degrees: float = super().to_internal_value(data)
        if not math.isfinite(degrees):
            self.fail("invalid")
        return degrees


class AmenityOutput(serializers.ModelSerializer[Amenity]):
    class Meta:
        model = Amenity
        fields = ["slug", "name"]
        read_only_fields = fields


class PropertyOutput(serializers.ModelSerializer[Property]):
    """Prices are those of a night; percents go off longer stays, and ``tax`` comes on top.

    ``street`` is null for who need not know it. ``rating`` is 0.00 without any reviews.
    """

    host_id = serializers.UUIDField(read_only=True)
    host_name = serializers.CharField(source="host.first_name", read_only=True)
    street = serializers.SerializerMethodField()
    price = MoneyNumber(read_only=True)
    weekend_price = MoneyNumber(read_only=True, allow_null=True)
    cleaning_fee = MoneyNumber(read_only=True)
    weekly_discount = MoneyNumber(read_only=True)
    monthly_discount = MoneyNumber(read_only=True)
    tax = MoneyNumber(read_only=True)
    currency = serializers.SerializerMethodField()
    rating = MoneyNumber(read_only=True)
    photos = PhotoOutput(many=True, read_only=True)

    class Meta:
        model = Property
        fields = [
            "id", "host_id", "host_name", "status", "name", "description", "house_rules",
            "room_type", "street", "neighbourhood", "city", "region", "country", "latitude",
            "longitude", "time_zone", "check_in_time", "check_out_time", "capacity", "price",
            "weekend_price", "cleaning_fee", "weekly_discount", "monthly_discount", "tax",
            "currency", "minimum_nights", "maximum_nights", "lead_days", "buffer_nights",
            "is_instant", "cancellation_policy", "amenities", "rating", "ratings_count",
            "photos", "created_at", "last_update",
        ]  # fmt: skip
        read_only_fields = fields

    def get_street(self, place: Property) -> str | None:
        return place.street if self.context.get("shows_street") else None

    def get_currency(self, place: Property) -> str:
        return str(settings.CURRENCY)


def _price(**options: Any) -> serializers.DecimalField:
    bounds = {"min_value": LOWEST_PRICE, "max_value": HIGHEST_PRICE, **options}
    return serializers.DecimalField(max_digits=7, decimal_places=2, **bounds)


def _percent() -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=HUNDRED, required=False
    )


def _number(lowest: int, highest: int) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=lowest, max_value=highest, required=False)


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_blank=True)


class PropertyInput(serializers.Serializer[Any]):
    """Dates and times of a place are local ones, in its ``time_zone``. What is left out of a change
    stays as it is."""

    status = serializers.ChoiceField(Property.Status.choices, required=False)
    name = serializers.CharField(max_length=255)
    description = _text(LONGEST_DESCRIPTION)
    house_rules = _text(LONGEST_RULES)
    room_type = serializers.ChoiceField(Property.RoomType.choices, required=False)
    street = _text(255)
    neighbourhood = _text(100)
    city = serializers.CharField(max_length=100)
    region = _text(100)
    country = serializers.RegexField(
        "^[A-Z]{2}$", required=False, help_text="Two letters, as of ISO 3166."
    )
    latitude = Degrees(min_value=-90, max_value=90)
    longitude = Degrees(min_value=-180, max_value=180)
    time_zone = serializers.CharField(
        max_length=64, validators=[check_time_zone], help_text="Such as `Europe/Lisbon`."
    )
    check_in_time = serializers.TimeField(required=False)
    check_out_time = serializers.TimeField(required=False)
    capacity = _number(1, MOST_GUESTS)
    price = _price(help_text="Of a night.")
    weekend_price = _price(
        required=False, allow_null=True, help_text="Of the nights of Friday and Saturday."
    )
    cleaning_fee = _price(min_value=0, required=False)
    weekly_discount = _percent()
    monthly_discount = _percent()
    tax = _percent()
    minimum_nights = _number(1, LONGEST_STAY)
    maximum_nights = _number(1, LONGEST_STAY)
    lead_days = _number(0, LONGEST_LEAD)
    buffer_nights = _number(0, LONGEST_BUFFER)
    is_instant = serializers.BooleanField(required=False)
    cancellation_policy = serializers.ChoiceField(Property.Policy.choices, required=False)
    amenities = serializers.ListField(
        child=serializers.SlugField(max_length=50), required=False, max_length=MOST_AMENITIES,
        help_text="Slugs.",
    )  # fmt: skip

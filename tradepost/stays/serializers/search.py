"""What places are looked for by, and how they are listed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.kit.search import LONGEST_SEARCH, MOST_WORDS, words_of
from tradepost.stays.cells import BadBounds, Bounds, read_bounds
from tradepost.stays.models import Property
from tradepost.stays.models.properties import MOST_GUESTS
from tradepost.stays.queries.wishes import ORDERINGS, Wish
from tradepost.stays.quotes import tariff_of
from tradepost.stays.rows import PHOTOS_LISTED, total_of
from tradepost.stays.serializers.photos import PhotoOutput

MOST_AMENITIES = 20  # that are looked for


class BoundsField(serializers.CharField):
    """West, south, east and north in degrees; with west over east, across the date line."""

    default_error_messages = {
        "four": "Four numbers, separated by commas: west, south, east, north.",
        "off_the_map": "Longitudes are from -180 to 180, latitudes from -90 to 90.",
        "upside_down": "South must be below north, and west not the same as east.",
    }

    def to_internal_value(self, data: Any) -> Bounds:  # type: ignore[override]
        try:
            return read_bounds(super().to_internal_value(data))
        except BadBounds as error:
            self.fail(error.code)


class SlugsField(serializers.CharField):
    """Slugs with commas between them."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        parts = [part.strip() for part in super().to_internal_value(data).split(",")]
        slugs = serializers.ListField(
            child=serializers.SlugField(max_length=50), max_length=MOST_AMENITIES
        )
        return list(slugs.run_validation([part for part in parts if part]))


def _price(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, **options
    )


class SearchInput(serializers.Serializer[Any]):
    """What does not matter is left out."""

    to = serializers.DateField(
        required=False, help_text="The day of departure: its night is not part of the stay."
    )
    guests = serializers.IntegerField(min_value=1, max_value=MOST_GUESTS, required=False)
    bounds = BoundsField(required=False, help_text="A piece of the map: `west,south,east,north`.")
    min_price = _price(help_text="Of a usual night.")
    max_price = _price(help_text="Of a usual night.")
    amenities = SlugsField(required=False, help_text="All of these, as `wifi,pool`.")
    room_type = serializers.ChoiceField(Property.RoomType.choices, required=False)
    instant = serializers.BooleanField(
        required=False, help_text="Booked at once, or only on request."
    )
    search = serializers.CharField(
        required=False, max_length=LONGEST_SEARCH, help_text="All of these words."
    )
    ordering = serializers.ChoiceField(list(ORDERINGS), default="newest")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        start = serializers.DateField(required=False, help_text="The day of arrival.")
        return {"from": start, **super().get_fields()}  # a word of the language

    def validate_search(self, text: str) -> str:
        if len(words_of(text)) > MOST_WORDS:
            raise serializers.ValidationError(f"At most {MOST_WORDS} words.")
        return text

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.pop("from", None), attrs.pop("to", None)
        for missing, name in ((start, "from"), (end, "to")):
            if missing is None and start != end:
                raise serializers.ValidationError({name: ["Both days are needed, or none."]})
        lowest, highest = attrs.get("min_price"), attrs.get("max_price")
        if lowest is not None and highest is not None and lowest > highest:
            raise serializers.ValidationError({"max_price": ["Not below the lowest price."]})
        keys = ORDERINGS[attrs.pop("ordering")]
        renamed = {"is_instant": attrs.pop("instant", None), "text": attrs.pop("search", "")}
        return {"wish": Wish(start=start, end=end, **renamed, **attrs), "keys": keys}


class FoundOutput(serializers.ModelSerializer[Property]):
    """A place in a list. ``price`` is that of a usual night, ``total`` that of the stay that was
    looked for, with everything; null without dates. ``photos`` are the first ones."""

    price = MoneyNumber(read_only=True)
    rating = MoneyNumber(read_only=True)
    currency = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Property
        fields = [
            "id", "name", "city", "latitude", "longitude", "room_type", "capacity", "is_instant",
            "price", "currency", "total", "rating", "ratings_count", "photos",
        ]  # fmt: skip
        read_only_fields = fields

    def get_currency(self, place: Property) -> str:
        return str(settings.CURRENCY)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_total(self, place: Property) -> Decimal | None:
        start, end = self.context["dates"]
        return None if start is None else total_of(tariff_of(place), start, end)

    @extend_schema_field(PhotoOutput(many=True))
    def get_photos(self, place: Property) -> Any:
        first = place.photos.filter(position__lte=PHOTOS_LISTED)
        return PhotoOutput(first, many=True, context=self.context).data

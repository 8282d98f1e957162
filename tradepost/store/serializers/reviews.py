"""Reviews as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.store.models import Review
from tradepost.store.models.reviews import FEWEST_STARS, LONGEST_REVIEW, MOST_STARS


class ReviewOutput(serializers.ModelSerializer[Review]):
    class Meta:
        model = Review
        fields = ["id", "date", "name", "description", "rating"]
        read_only_fields = fields


class ReviewInput(serializers.Serializer[Any]):
    """``rating`` is from 1 to 5 stars; a review without one is only text."""

    name = serializers.CharField(max_length=255)
    description = serializers.CharField(max_length=LONGEST_REVIEW)
    rating = serializers.IntegerField(
        min_value=FEWEST_STARS, max_value=MOST_STARS, required=False, allow_null=True
    )

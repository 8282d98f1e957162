"""Reviews as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.stays.models import Review
from tradepost.stays.models.reviews import FEWEST_STARS, LONGEST_REVIEW, MOST_STARS


class GuestReviewOutput(serializers.ModelSerializer[Review]):
    """What a host said of a guest. At which place it was is not told.

    ``author`` is a first name, null when the account is closed.
    """

    author = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = ["id", "author", "rating", "comment", "released_at"]
        read_only_fields = fields

    def get_author(self, review: Review) -> str | None:
        return review.user.first_name if review.user.is_active else None


class PlaceReviewOutput(GuestReviewOutput):
    """What a guest said of a place, and the host's answer, if there is one."""

    class Meta(GuestReviewOutput.Meta):
        fields = [*GuestReviewOutput.Meta.fields, "answer", "answered_at"]
        read_only_fields = fields


class OwnStayReviewOutput(serializers.ModelSerializer[Review]):
    """What the caller said of a stay. Nobody else reads it before ``released_at``."""

    class Meta:
        model = Review
        fields = [
            "id", "booking", "property", "side", "rating", "comment", "created_at", "released_at",
            "answer", "answered_at",
        ]  # fmt: skip
        read_only_fields = fields


class StayReviewInput(serializers.Serializer[Any]):
    """``rating`` is from 1 to 5 stars."""

    rating = serializers.IntegerField(min_value=FEWEST_STARS, max_value=MOST_STARS)
    comment = serializers.CharField(max_length=LONGEST_REVIEW, required=False, allow_blank=True)


class ReviewAnswerInput(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=LONGEST_REVIEW)

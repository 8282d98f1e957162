"""Likes as JSON."""

from typing import Any

from rest_framework import serializers

MOST_IDS = 100
LARGEST_ID = 2**63 - 1


class IdList(serializers.ListField):
    """Whole numbers with commas between them, as they stand in an address."""

    child = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)

    def to_internal_value(self, data: Any) -> list[Any]:
        return super().to_internal_value(data.split(",") if isinstance(data, str) else data)


class LikesAsked(serializers.Serializer[object]):
    kind = serializers.CharField(max_length=50)
    ids = IdList(min_length=1, max_length=MOST_IDS, help_text="Such as `1,2,3`; at most 100.")


class LikeInput(serializers.Serializer[object]):
    kind = serializers.CharField(max_length=50)
    id = serializers.IntegerField(min_value=0, max_value=LARGEST_ID)


class LikesOutput(serializers.Serializer[object]):
    kind = serializers.CharField()
    id = serializers.IntegerField()
    count = serializers.IntegerField(help_text="How many people like it.")
    liked = serializers.BooleanField(help_text="Whether the caller does; false for visitors.")

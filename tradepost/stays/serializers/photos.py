"""Photos as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.pictures import FileAddress, PictureInput
from tradepost.stays.models import Photo
from tradepost.stays.models.photos import MOST_PHOTOS

LARGEST_ID = 2**63 - 1
LONGEST_CAPTION = 255


class PhotoOutput(serializers.ModelSerializer[Photo]):
    """A photo, the ``position``-th of its place from 1; its smaller forms are null for a moment
    after the upload."""

    image = FileAddress(read_only=True)
    thumbnail = FileAddress(read_only=True)
    webp = FileAddress(read_only=True)

    class Meta:
        model = Photo
        fields = [
            "id", "image", "thumbnail", "webp", "width", "height", "position", "caption",
        ]  # fmt: skip
        read_only_fields = fields


class PhotoInput(PictureInput):
    pictures = Photo

    caption = serializers.CharField(
        max_length=LONGEST_CAPTION, required=False, allow_blank=True, default=""
    )


class CaptionInput(serializers.Serializer[Any]):
    caption = serializers.CharField(max_length=LONGEST_CAPTION, allow_blank=True)


class PhotoOrderInput(serializers.Serializer[Any]):
    """All photos of the place by their ids, each once, the first to be shown first."""

    photos = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_ID), max_length=MOST_PHOTOS
    )

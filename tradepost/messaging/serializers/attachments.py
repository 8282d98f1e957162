"""Uploads as forms; ``FileOutput`` in ``messages.py`` is what is answered."""

from typing import Any

from rest_framework import serializers


class UploadInput(serializers.Serializer[Any]):
    file = serializers.FileField()

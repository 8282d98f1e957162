"""Pictures as the API takes and shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tradepost.kit.pictures.addresses import address_of
from tradepost.kit.pictures.models import AbstractPicture


@extend_schema_field(serializers.URLField(allow_null=True))
class FileAddress(serializers.FileField):
    """The whole address of a stored file, null for none. Needs ``root`` in the context."""

    def to_representation(self, value: Any) -> str | None:
        return address_of(value.name or "", root=self.context["root"])


class PictureInput(serializers.Serializer[Any]):
    # No docstring: the API would show it as that of each subclass.
    pictures: ClassVar[type[AbstractPicture]]  # the table that it is meant for

    image = serializers.FileField()

    def validate_image(self, image: UploadedFile[bytes]) -> UploadedFile[bytes]:
        for check in self.pictures._meta.get_field("image").validators:
            check(image)  # the first refusal ends it: what is too large is not even opened
        return image

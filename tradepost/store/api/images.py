"""Pictures, below their product."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.paths import NUMBER, root_of
from tradepost.kit.http.permissions import IsAdminOrReadOnly
from tradepost.kit.http.two_forms import TwoForms
from tradepost.kit.http.uploads_first import UploadsFirst
from tradepost.store.actions.images import (
    delete_image,
    keep_image,
    replace_image,
    stored_picture,
)
from tradepost.store.models import Product, ProductImage
from tradepost.store.serializers.catalogue import ImageInput, ImageOutput


class ImageViewSet(
    UploadsFirst, IdempotentPosts, TwoForms, viewsets.ReadOnlyModelViewSet[ProductImage]
):
    """The pictures of a product, sent as the part ``image`` of a form. Staff keep them."""

    input_class = ImageInput
    output_class = ImageOutput
    queryset = ProductImage.objects.none()
    permission_classes = [IsAdminOrReadOnly]
    parser_classes = [MultiPartParser]
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[ProductImage]:
        product = get_object_or_404(
            Product.objects.public().only("pk"), pk=self.kwargs["product_pk"]
        )
        return ProductImage.objects.public().filter(product=product).order_by("id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "root": root_of(self.request)}

    def store_upload(
        self, request: Request, **kwargs: Any
    ) -> AbstractContextManager[Mapping[str, Any]]:
        return stored_picture(product_id=int(kwargs["product_pk"]), file=_read(request))

    @extend_schema(responses={201: ImageOutput})
    def create(self, request: Request, product_pk: str, **kwargs: Any) -> Response:
        image = keep_image(product_id=int(product_pk), picture=self.upload)
        return created(request, _show(request, image), pk=image.pk)

    @extend_schema(responses=ImageOutput)
    def update(self, request: Request, product_pk: str, pk: str, **kwargs: Any) -> Response:
        image = replace_image(product_id=int(product_pk), image_id=int(pk), file=_read(request))
        return Response(_show(request, image))

    @extend_schema(responses=ImageOutput)
    def partial_update(self, request: Request, product_pk: str, pk: str, **kwargs: Any) -> Response:
        """Do what PUT does: a picture has no other part."""
        return self.update(request, product_pk, pk)

    def destroy(self, request: Request, product_pk: str, pk: str, **kwargs: Any) -> Response:
        delete_image(product_id=int(product_pk), image_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _read(request: Request) -> UploadedFile[bytes]:
    file: UploadedFile[bytes] = read_body(request, ImageInput)["image"]
    return file


def _show(request: Request, image: ProductImage) -> Any:
    return ImageOutput(image, context={"root": root_of(request)}).data

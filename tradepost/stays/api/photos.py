"""Photos, below their place."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller, caller_or_none
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.paths import NUMBER, root_of
from tradepost.kit.http.two_forms import TwoForms
from tradepost.kit.http.uploads_first import UploadsFirst
from tradepost.stays.actions.photos import (
    change_caption,
    delete_photo,
    keep_photo,
    order_photos,
    stored_photo,
)
from tradepost.stays.limits import Uploads
from tradepost.stays.models import Photo, Property
from tradepost.stays.serializers.photos import (
    CaptionInput,
    PhotoInput,
    PhotoOrderInput,
    PhotoOutput,
)


class PhotoViewSet(UploadsFirst, IdempotentPosts, TwoForms, viewsets.ReadOnlyModelViewSet[Photo]):
    """The photos of a place, in the order in which they are shown. Its host keeps them."""

    queryset = Photo.objects.none()
    input_class = PhotoInput
    output_class = PhotoOutput
    permission_classes = [IsAuthenticatedOrReadOnly]
    throttle_classes = [Uploads]
    pagination_class = None
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Photo]:
        places = Property.objects.visible_to(caller_or_none(self.request)).only("pk")
        place = get_object_or_404(places, pk=self.kwargs["property_pk"])
        return place.photos.order_by("position")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "root": root_of(self.request)}

    def store_upload(
        self, request: Request, **kwargs: Any
    ) -> AbstractContextManager[Mapping[str, Any]]:
        asked = read_body(request, PhotoInput)
        return stored_photo(
            keeper=caller(request), property_id=int(kwargs["property_pk"]),
            file=asked["image"], caption=asked["caption"],
        )  # fmt: skip

    @extend_schema(request={"multipart/form-data": PhotoInput}, responses={201: PhotoOutput})
    def create(self, request: Request, property_pk: str, **kwargs: Any) -> Response:
        """Show one more photo, sent as the part `image` of a form, behind all others."""
        photo = keep_photo(
            keeper=caller(request), property_id=int(property_pk), columns=self.upload
        )
        return created(request, _show(request, photo), pk=photo.pk)

    @extend_schema(request=CaptionInput, responses=PhotoOutput)
    def partial_update(
        self, request: Request, property_pk: str, pk: str, **kwargs: Any
    ) -> Response:
        """Write something else below a photo."""
        photo = change_caption(
            keeper=caller(request), property_id=int(property_pk), photo_id=int(pk),
            **read_body(request, CaptionInput),
        )  # fmt: skip
        return Response(_show(request, photo))

    def destroy(self, request: Request, property_pk: str, pk: str, **kwargs: Any) -> Response:
        """Take a photo away; those behind it move up."""
        delete_photo(keeper=caller(request), property_id=int(property_pk), photo_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=PhotoOrderInput, responses=PhotoOutput(many=True))
    @action(["put"], detail=False)
    def order(self, request: Request, property_pk: str) -> Response:
        """Show the photos in another order. 409 when they are others by now."""
        asked = read_body(request, PhotoOrderInput)
        order_photos(
            keeper=caller(request), property_id=int(property_pk), photo_ids=asked["photos"]
        )
        return Response([_show(request, photo) for photo in self.get_queryset()])


def _show(request: Request, photo: Photo) -> Any:
    return PhotoOutput(photo, context={"root": root_of(request)}).data

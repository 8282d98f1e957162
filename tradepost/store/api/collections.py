"""Collections."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.paths import NUMBER
from tradepost.kit.http.permissions import IsAdminOrReadOnly
from tradepost.kit.http.two_forms import TwoForms
from tradepost.store.actions.collections import (
    change_collection,
    create_collection,
    delete_collection,
)
from tradepost.store.models import Collection
from tradepost.store.serializers.catalogue import CollectionInput, CollectionOutput


class CollectionViewSet(IdempotentPosts, TwoForms, viewsets.ReadOnlyModelViewSet[Collection]):
    """The collections, each with the number of its products. Staff keep them."""

    input_class = CollectionInput
    output_class = CollectionOutput
    queryset = Collection.objects.public().with_products_count().order_by("title", "id")
    permission_classes = [IsAdminOrReadOnly]
    lookup_value_regex = NUMBER

    @extend_schema(responses={201: CollectionOutput})
    def create(self, request: Request, **kwargs: Any) -> Response:
        collection = create_collection(**_read(request))
        place = {"Location": request.build_absolute_uri(f"{collection.pk}/")}
        return Response(_show(collection.pk), status=status.HTTP_201_CREATED, headers=place)

    @extend_schema(responses=CollectionOutput)
    def update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        change_collection(collection_id=int(pk), changes=_read(request))
        return Response(_show(int(pk)))

    @extend_schema(responses=CollectionOutput)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        change_collection(collection_id=int(pk), changes=_read(request, partial=True))
        return Response(_show(int(pk)))

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        delete_collection(collection_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _read(request: Request, *, partial: bool = False) -> dict[str, Any]:
    asked = CollectionInput(data=request.data, partial=partial)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _show(pk: int) -> Any:
    shown = get_object_or_404(Collection.objects.public().with_products_count(), pk=pk)
    return CollectionOutput(shown).data

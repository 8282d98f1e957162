"""Collections."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.http.bodies import created, read_body
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
        collection = create_collection(**read_body(request, CollectionInput))
        return created(request, _show(collection.pk), pk=collection.pk)

    @extend_schema(responses=CollectionOutput)
    def update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        change_collection(collection_id=int(pk), changes=read_body(request, CollectionInput))
        return Response(_show(int(pk)))

    @extend_schema(responses=CollectionOutput)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        change_collection(
            collection_id=int(pk), changes=read_body(request, CollectionInput, partial=True)
        )
        return Response(_show(int(pk)))

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        delete_collection(collection_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _show(pk: int) -> Any:
    shown = get_object_or_404(Collection.objects.public().with_products_count(), pk=pk)
    return CollectionOutput(shown).data

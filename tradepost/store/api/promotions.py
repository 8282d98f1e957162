"""Promotions."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import ArrayOrKeysetPages
from tradepost.kit.http.paths import NUMBER
from tradepost.kit.http.permissions import IsAdminOrReadOnly
from tradepost.kit.http.two_forms import TwoForms
from tradepost.store.actions.promotions import (
    change_promotion,
    create_promotion,
    delete_promotion,
)
from tradepost.store.models import Promotion
from tradepost.store.serializers.catalogue import PromotionInput, PromotionOutput


class PromotionViewSet(IdempotentPosts, TwoForms, viewsets.ReadOnlyModelViewSet[Promotion]):
    """All promotions, also those to come and those that are over. Staff keep them."""

    input_class = PromotionInput
    output_class = PromotionOutput
    queryset = Promotion.objects.public().order_by("description", "id")
    permission_classes = [IsAdminOrReadOnly]
    pagination_class = ArrayOrKeysetPages
    lookup_value_regex = NUMBER

    @extend_schema(responses={201: PromotionOutput})
    def create(self, request: Request, **kwargs: Any) -> Response:
        promotion = create_promotion(fields=read_body(request, PromotionInput), now=timezone.now())
        return created(request, PromotionOutput(promotion).data, pk=promotion.pk)

    @extend_schema(responses=PromotionOutput)
    def update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return _change(int(pk), read_body(request, PromotionInput))

    @extend_schema(responses=PromotionOutput)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return _change(int(pk), read_body(request, PromotionInput, partial=True))

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        delete_promotion(promotion_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _change(pk: int, changes: dict[str, Any]) -> Response:
    promotion = change_promotion(promotion_id=pk, changes=changes, now=timezone.now())
    return Response(PromotionOutput(promotion).data)

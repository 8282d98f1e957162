"""Reviews, below their product."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import ArrayOrKeysetPages
from tradepost.kit.http.paths import NUMBER
from tradepost.kit.http.two_forms import TwoForms
from tradepost.store.actions.reviews import change_review, delete_review, write_review
from tradepost.store.models import Product, Review
from tradepost.store.serializers.reviews import ReviewInput, ReviewOutput


class ReviewViewSet(IdempotentPosts, TwoForms, viewsets.ReadOnlyModelViewSet[Review]):
    """What people think of a product, newest first. Who has bought it may write one."""

    input_class = ReviewInput
    output_class = ReviewOutput
    queryset = Review.objects.none()
    permission_classes = [IsAuthenticatedOrReadOnly]
    pagination_class = ArrayOrKeysetPages
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Review]:
        product = get_object_or_404(
            Product.objects.public().only("pk"), pk=self.kwargs["product_pk"]
        )
        return Review.objects.public().filter(product=product).order_by("-date", "-id")

    @extend_schema(responses={201: ReviewOutput})
    def create(self, request: Request, product_pk: str, **kwargs: Any) -> Response:
        review = write_review(
            author=caller(request), product_id=int(product_pk), **read_body(request, ReviewInput)
        )
        return created(request, ReviewOutput(review).data, pk=review.pk)

    @extend_schema(responses=ReviewOutput)
    def update(self, request: Request, product_pk: str, pk: str, **kwargs: Any) -> Response:
        return _change(request, product_pk, pk, read_body(request, ReviewInput))

    @extend_schema(responses=ReviewOutput)
    def partial_update(self, request: Request, product_pk: str, pk: str, **kwargs: Any) -> Response:
        return _change(request, product_pk, pk, read_body(request, ReviewInput, partial=True))

    def destroy(self, request: Request, product_pk: str, pk: str, **kwargs: Any) -> Response:
        delete_review(editor=caller(request), product_id=int(product_pk), review_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _change(request: Request, product_pk: str, pk: str, changes: dict[str, Any]) -> Response:
    review = change_review(
        editor=caller(request), product_id=int(product_pk), review_id=int(pk), changes=changes
    )
    return Response(ReviewOutput(review).data)

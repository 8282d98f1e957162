"""Reviews: of a place, below it; of a stay, by who took part in it; of a guest, for hosts."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller, caller_or_none
from tradepost.kit import clock
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import NUMBER
from tradepost.stays.actions.reviews import answer_review, delete_review, write_review
from tradepost.stays.models import Property, Review
from tradepost.stays.queries.reviews import list_reviews_of_guest
from tradepost.stays.serializers.reviews import (
    GuestReviewOutput,
    OwnStayReviewOutput,
    PlaceReviewOutput,
    ReviewAnswerInput,
    StayReviewInput,
)


class LatestReleased(KeysetPages):
    ordering = ("-released_at", "-id")
    filled = ("released_at",)  # of blind reviews there is no list


class PropertyReviewViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Review]
):
    """What guests said of a place, the latest released first."""

    queryset = Review.objects.none()
    serializer_class = PlaceReviewOutput
    permission_classes = [IsAuthenticatedOrReadOnly]
    pagination_class = LatestReleased
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Review]:
        places = Property.objects.visible_to(caller_or_none(self.request))
        place = get_object_or_404(places.only("pk"), pk=self.kwargs["property_pk"])
        return Review.objects.public().filter(property=place).select_related("user")

    def destroy(self, request: Request, property_pk: str, pk: str, **kwargs: Any) -> Response:
        """Take a review away, for holders of ``stays.delete_review``."""
        delete_review(moderator=caller(request), property_id=int(property_pk), review_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ReviewAnswerInput, responses=PlaceReviewOutput)
    @action(["put"], detail=True)
    def answer(self, request: Request, property_pk: str, pk: str, **kwargs: Any) -> Response:
        """Answer a guest as the host, or change the answer."""
        review = answer_review(
            host=caller(request),
            property_id=int(property_pk),
            review_id=int(pk),
            now=clock.now(),
            **read_body(request, ReviewAnswerInput),
        )
        return Response(PlaceReviewOutput(review).data)


class BookingReviewView(IdempotentPosts, APIView):
    """The caller's own review of a stay."""

    @extend_schema(responses=OwnStayReviewOutput)
    def get(self, request: Request, booking_pk: int) -> Response:
        mine = caller(request).stay_reviews.filter(booking=booking_pk)
        return Response(OwnStayReviewOutput(get_object_or_404(mine)).data)

    @extend_schema(request=StayReviewInput, responses={201: OwnStayReviewOutput})
    def post(self, request: Request, booking_pk: int) -> Response:
        """Review the place as its guest, or the guest as the host. It is read by others when both
        have written, or can write no more."""
        review = write_review(
            author=caller(request),
            booking_id=booking_pk,
            now=clock.now(),
            **read_body(request, StayReviewInput),
        )
        shown = OwnStayReviewOutput(review).data
        place = {"Location": request.build_absolute_uri()}
        return Response(shown, status=status.HTTP_201_CREATED, headers=place)


class GuestReviewsView(generics.ListAPIView[Review]):
    """What hosts said of somebody: for that person, and for hosts at whose places they stay."""

    serializer_class = GuestReviewOutput
    pagination_class = LatestReleased
    queryset = Review.objects.none()

    def get_queryset(self) -> QuerySet[Review]:
        guest_id: UUID = self.kwargs["user_pk"]
        return list_reviews_of_guest(guest_id=guest_id, reader=caller(self.request))

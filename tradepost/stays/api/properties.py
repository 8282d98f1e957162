"""Places to stay."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller, caller_or_none
from tradepost.kit import clock
from tradepost.kit.http.bodies import created, read_body, read_query
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import NUMBER, root_of
from tradepost.kit.http.two_forms import TwoForms
from tradepost.kit.replica import reads_from_replica
from tradepost.stays.actions.properties import change_property, create_property, delete_property
from tradepost.stays.api.pages import FoundPages
from tradepost.stays.models import Amenity, Property
from tradepost.stays.queries.availability import list_days
from tradepost.stays.queries.properties import knows_street, list_amenities, list_own, with_details
from tradepost.stays.queries.wishes import question_of
from tradepost.stays.serializers.availability import AvailabilityInput, NightOutput
from tradepost.stays.serializers.properties import AmenityOutput, PropertyInput, PropertyOutput
from tradepost.stays.serializers.search import FoundOutput, SearchInput


class PropertyViewSet(IdempotentPosts, TwoForms, viewsets.GenericViewSet[Property]):
    """Places to stay. Hosts keep their own; a draft is theirs alone."""

    input_class = PropertyInput
    output_class = PropertyOutput
    queryset = Property.objects.none()
    permission_classes = [IsAuthenticatedOrReadOnly]
    pagination_class = FoundPages
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Property]:
        return Property.objects.visible_to(caller_or_none(self.request))

    @extend_schema(parameters=[SearchInput], responses=FoundOutput(many=True))
    @reads_from_replica
    def list(self, request: Request) -> Response:
        """Look for a place that can be booked just so, among all that are published."""
        asked = read_query(request, SearchInput)
        question = question_of(wish=asked["wish"], now=clock.now())
        return FoundPages().answer(request, question=question, **asked)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(_show(request, int(pk)))

    @extend_schema(responses={201: PropertyOutput})
    def create(self, request: Request) -> Response:
        """Offer a place; only hosts do. It is a draft unless it is said to be published."""
        fields = read_body(request, PropertyInput)
        place = create_property(
            host=caller(request), amenities=fields.pop("amenities", ()), fields=fields
        )
        return created(request, _show(request, place.pk), pk=place.pk)

    @extend_schema(responses=PropertyOutput)
    def update(self, request: Request, pk: str) -> Response:
        return _change(request, int(pk), read_body(request, PropertyInput))

    @extend_schema(responses=PropertyOutput)
    def partial_update(self, request: Request, pk: str) -> Response:
        return _change(request, int(pk), read_body(request, PropertyInput, partial=True))

    def destroy(self, request: Request, pk: str) -> Response:
        delete_property(editor=caller(request), property_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=PropertyOutput(many=True))
    @action(
        ["get"], detail=False, permission_classes=[IsAuthenticated], pagination_class=KeysetPages
    )
    def mine(self, request: Request) -> Response:
        """The caller's own places, drafts too, newest first."""
        places = self.paginate_queryset(list_own(host=caller(request)))
        context = {"shows_street": True, "root": root_of(request)}
        return self.get_paginated_response(PropertyOutput(places, many=True, context=context).data)

    @extend_schema(parameters=[AvailabilityInput], responses=NightOutput(many=True), filters=False)
    @action(["get"], detail=True, pagination_class=None)
    def availability(self, request: Request, pk: str) -> Response:
        """The nights of a place, day by day."""
        place = get_object_or_404(self.get_queryset(), pk=pk)
        asked = read_query(request, AvailabilityInput)
        days = list_days(place=place, start=asked.get("from"), end=asked.get("to"), now=clock.now())
        return Response(NightOutput(days, many=True).data)


class AmenityViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Amenity]):
    """What places may have; properties name amenities by their slugs."""

    queryset = list_amenities()
    serializer_class = AmenityOutput
    permission_classes = [AllowAny]
    pagination_class = None


def _change(request: Request, pk: int, changes: dict[str, Any]) -> Response:
    amenities = changes.pop("amenities", None)
    change_property(editor=caller(request), property_id=pk, changes=changes, amenities=amenities)
    return Response(_show(request, pk))


def _show(request: Request, pk: int) -> Any:
    viewer = caller_or_none(request)
    place = get_object_or_404(with_details(Property.objects.visible_to(viewer)), pk=pk)
    knows = knows_street(user=viewer, place=place)
    context = {"shows_street": knows, "root": root_of(request)}
    return PropertyOutput(place, context=context).data

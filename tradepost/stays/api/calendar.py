"""The calendar of a place, for those who keep it."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.kit import clock
from tradepost.kit.errors import Invalid
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.paths import NUMBER
from tradepost.stays.actions.calendar import (
    add_season,
    block_dates,
    change_season,
    delete_season,
    unblock_dates,
)
from tradepost.stays.models import Block, Property, Season
from tradepost.stays.queries.calendar import list_taken_nights
from tradepost.stays.serializers.calendar import (
    BlockInput,
    BlockOutput,
    RangeInput,
    SeasonInput,
    SeasonOutput,
    TakenNightOutput,
)

MOST_DAYS = 731


def kept_place(request: Request, property_pk: str) -> Property:
    """Return a place that the caller keeps; 404 for any other."""
    keeper = caller(request)
    return get_object_or_404(Property.objects.visible_to(keeper).kept_by(keeper), pk=property_pk)


class BlockViewSet(IdempotentPosts, mixins.ListModelMixin, viewsets.GenericViewSet[Block]):
    """Dates that the host keeps free of guests."""

    queryset = Block.objects.none()
    serializer_class = BlockOutput
    pagination_class = None
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Block]:
        place = kept_place(self.request, self.kwargs["property_pk"])
        return place.blocks.order_by("start_date", "id")

    @extend_schema(request=BlockInput, responses={201: BlockOutput})
    def create(self, request: Request, property_pk: str) -> Response:
        """Block dates; 409 where guests stay."""
        fields = read_body(request, BlockInput)
        block = block_dates(
            host=caller(request), property_id=int(property_pk), now=clock.now(), **fields
        )
        return created(request, BlockOutput(block).data, pk=block.pk)

    def destroy(self, request: Request, property_pk: str, pk: str) -> Response:
        """Open the dates again."""
        unblock_dates(host=caller(request), property_id=int(property_pk), block_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SeasonViewSet(IdempotentPosts, mixins.ListModelMixin, viewsets.GenericViewSet[Season]):
    """What nights cost from one date to another."""

    queryset = Season.objects.none()
    serializer_class = SeasonOutput
    pagination_class = None
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Season]:
        place = kept_place(self.request, self.kwargs["property_pk"])
        return place.seasons.order_by("start_date", "id")

    @extend_schema(request=SeasonInput, responses={201: SeasonOutput})
    def create(self, request: Request, property_pk: str) -> Response:
        """Add a season; 409 where there is one already."""
        fields = read_body(request, SeasonInput)
        season = add_season(host=caller(request), property_id=int(property_pk), fields=fields)
        return created(request, SeasonOutput(season).data, pk=season.pk)

    @extend_schema(request=SeasonInput, responses=SeasonOutput)
    def partial_update(self, request: Request, property_pk: str, pk: str) -> Response:
        """Change a season; 409 where there is another one."""
        season = change_season(
            host=caller(request),
            property_id=int(property_pk),
            season_id=int(pk),
            changes=read_body(request, SeasonInput, partial=True),
        )
        return Response(SeasonOutput(season).data)

    def destroy(self, request: Request, property_pk: str, pk: str) -> Response:
        """Let its nights cost what others do."""
        delete_season(host=caller(request), property_id=int(property_pk), season_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class NightsView(APIView):
    """Which nights are taken, and why, for the host."""

    @extend_schema(parameters=[RangeInput], responses=TakenNightOutput(many=True))
    def get(self, request: Request, property_pk: str, **kwargs: Any) -> Response:
        """List the nights that are taken between two dates, at most two years apart."""
        place = kept_place(request, property_pk)
        today = place.today(clock.now())
        asked = RangeInput(
            data={
                "start_date": request.query_params.get("start_date", today),
                "end_date": request.query_params.get("end_date", today + timedelta(days=90)),
            }
        )
        asked.is_valid(raise_exception=True)
        start, end = asked.validated_data["start_date"], asked.validated_data["end_date"]
        if not timedelta(0) < end - start <= timedelta(days=MOST_DAYS):
            raise Invalid("It must be after the first date, two years at most.", field="end_date")
        return Response(TakenNightOutput(list_taken_nights(place, start, end), many=True).data)

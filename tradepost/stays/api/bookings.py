"""Bookings."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from tradepost.accounts.caller import caller
from tradepost.kit import clock
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import NUMBER
from tradepost.messaging.queries.conversations import read_conversation
from tradepost.messaging.serializers.conversations import ConversationOutput
from tradepost.stays.actions.bookings import accept_booking, book_stay, decline_booking
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.changes import (
    agree_to_change,
    ask_for_change,
    end_change,
)
from tradepost.stays.actions.conversations import open_booking_conversation
from tradepost.stays.checks import check_may_change
from tradepost.stays.filters import BookingFilter
from tradepost.stays.limits import OF_BOOKINGS
from tradepost.stays.models import Booking
from tradepost.stays.queries.bookings import list_timeline, with_details
from tradepost.stays.queries.offers import cancellation_of, price_change
from tradepost.stays.quotes import Stay
from tradepost.stays.serializers.bookings import (
    BookingMomentOutput,
    BookingOutput,
    BookInput,
    CancelInput,
    CancellationOutput,
    ChangeInput,
    ChangePriceOutput,
)


class BookingViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                     viewsets.GenericViewSet[Booking]):  # fmt: skip
    """Stays: those of a guest, those in the places of a host, all for ``stays.view_booking``."""

    queryset = Booking.objects.none()
    serializer_class = BookingOutput
    pagination_class = KeysetPages
    filter_backends = [DjangoFilterBackend]
    filterset_class = BookingFilter
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Booking]:
        return with_details(Booking.objects.visible_to(caller(self.request)))

    def get_throttles(self) -> list[BaseThrottle]:
        return [limit() for limit in OF_BOOKINGS.get(self.action, ())]

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "reader": self.request.user}

    @extend_schema(request=BookInput, responses={201: BookingOutput})
    def create(self, request: Request) -> Response:
        """Book a stay, and hold its nights until it is paid; 409 when they are taken."""
        fields = read_body(request, BookInput)
        booking = book_stay(
            guest=caller(request),
            property_id=fields.pop("property"),
            stay=_stay_in(fields),
            now=clock.now(),
            **fields,
        )
        return created(request, _shown(request, booking.pk), pk=booking.pk)

    @extend_schema(request=None, responses=BookingOutput)
    @action(["post"], detail=True)
    def accept(self, request: Request, pk: str) -> Response:
        """Agree to a stay that was asked for, as its host."""
        accept_booking(host=caller(request), booking_id=int(pk), now=clock.now())
        return Response(_shown(request, int(pk)))

    @extend_schema(request=None, responses=BookingOutput)
    @action(["post"], detail=True)
    def decline(self, request: Request, pk: str) -> Response:
        """Say no to a stay that was asked for, as its host."""
        decline_booking(host=caller(request), booking_id=int(pk), now=clock.now())
        return Response(_shown(request, int(pk)))

    @extend_schema(request=CancelInput, responses=BookingOutput)
    @action(["post"], detail=True)
    def cancel(self, request: Request, pk: str) -> Response:
        """Call a stay off; what comes back is what ``cancellation`` says."""
        fields = read_body(request, CancelInput)
        cancel_booking(actor=caller(request), booking_id=int(pk), now=clock.now(), **fields)
        return Response(_shown(request, int(pk)))

    @extend_schema(responses=CancellationOutput)
    @action(["get"], detail=True)
    def cancellation(self, request: Request, pk: str) -> Response:
        """Say what would come back if the caller canceled now."""
        booking = get_object_or_404(self.get_queryset(), pk=pk)
        said = cancellation_of(booking=booking, actor=caller(request), now=clock.now())
        shown = {"refund": said.refund, "kept": said.kept, "currency": booking.currency}
        return Response(CancellationOutput(shown).data)

    @extend_schema(methods=["GET"], parameters=[ChangeInput], responses=ChangePriceOutput)
    @extend_schema(methods=["POST"], request=ChangeInput, responses=BookingOutput)
    @extend_schema(methods=["DELETE"], responses=BookingOutput)
    @action(["get", "post", "delete"], detail=True)
    def change(self, request: Request, pk: str) -> Response:
        """Other dates or guests: say what they would cost, ask for them, or end the asking."""
        if request.method == "GET":
            return self._price_change(request, pk)
        if request.method == "DELETE":
            end_change(actor=caller(request), booking_id=int(pk), now=clock.now())
            return Response(_shown(request, int(pk)))
        fields = read_body(request, ChangeInput)
        ask_for_change(
            actor=caller(request),
            booking_id=int(pk),
            stay=_stay_in(fields),
            now=clock.now(),
            **fields,
        )
        return Response(_shown(request, int(pk)))

    @extend_schema(request=None, responses=BookingOutput)
    @action(["post"], detail=True, url_path="change/agree")
    def agree(self, request: Request, pk: str) -> Response:
        """Agree to the change that the other side asked for."""
        agree_to_change(actor=caller(request), booking_id=int(pk), now=clock.now())
        return Response(_shown(request, int(pk)))

    @extend_schema(responses=BookingMomentOutput(many=True))
    @action(["get"], detail=True, pagination_class=None, filterset_class=None)
    def timeline(self, request: Request, pk: str) -> Response:
        """Show what happened to a booking, oldest first."""
        moments = list_timeline(get_object_or_404(self.get_queryset(), pk=pk))
        return Response(BookingMomentOutput(moments, many=True).data)

    @extend_schema(request=None, responses=ConversationOutput)
    @action(["post"], detail=True)
    def conversation(self, request: Request, pk: str) -> Response:
        """Open the conversation of this booking; a second time gives the same one."""
        booking = get_object_or_404(self.get_queryset(), pk=pk)
        talk = open_booking_conversation(booking=booking, opener=caller(request))
        shown: Any = read_conversation(user=caller(request), conversation_id=talk.pk)
        return Response(shown)

    def _price_change(self, request: Request, pk: str) -> Response:
        booking = get_object_or_404(self.get_queryset(), pk=pk)
        asked = ChangeInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        stay, now = _stay_in(dict(asked.validated_data)), clock.now()
        check_may_change(booking, stay, now=now)
        price = price_change(booking=booking, stay=stay, actor=caller(request), now=now)
        shown = {
            "lines": price.lines,
            "total": price.total,
            "difference": price.total - booking.total,
            "currency": booking.currency,
        }
        return Response(ChangePriceOutput(shown).data)


def _stay_in(fields: dict[str, Any]) -> Stay:
    """Take what describes the stay out of the fields."""
    return Stay(**{name: fields.pop(name) for name in ("start_date", "end_date", "guests")})


def _shown(request: Request, pk: int) -> Any:
    rows = with_details(Booking.objects.visible_to(caller(request)))
    return BookingOutput(rows.get(pk=pk), context={"reader": caller(request)}).data

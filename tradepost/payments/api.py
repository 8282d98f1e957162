"""Payments, what can be paid with, and the door for the providers' events."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from tradepost.accounts.caller import caller
from tradepost.kit import clock
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import UUID_TEXT
from tradepost.kit.http.permissions import holder_of
from tradepost.payments.actions.events import take_event
from tradepost.payments.actions.payments import cancel_payment, confirm_payment, start_payment
from tradepost.payments.actions.refunds import refund_payment
from tradepost.payments.filters import PaymentFilter
from tradepost.payments.limits import Attempts
from tradepost.payments.models import Payment
from tradepost.payments.providers import list_offers
from tradepost.payments.serializers import (
    ConfirmInput,
    OfferOutput,
    PaymentOutput,
    RefundInput,
    StartPaymentInput,
)


class PaymentViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                     viewsets.GenericViewSet[Payment]):  # fmt: skip
    """Payments: one's own, or all of them for holders of ``payments.view_payment``.

    What is begun here goes on in the background: ask again how it stands, or listen to the feed.
    """

    queryset = Payment.objects.none()
    serializer_class = PaymentOutput
    pagination_class = KeysetPages
    filterset_class = PaymentFilter
    lookup_value_regex = UUID_TEXT

    def get_queryset(self) -> QuerySet[Payment]:
        return Payment.objects.visible_to(caller(self.request)).prefetch_related("refunds")

    def get_permissions(self) -> list[BasePermission]:
        """Let only holders of the permission refund; others are told so before any look-up."""
        refunds = self.action == "refund"
        return [holder_of("payments.refund_payment")() if refunds else IsAuthenticated()]

    def get_throttles(self) -> list[BaseThrottle]:
        return [Attempts()] if self.action == "create" else []

    @extend_schema(request=StartPaymentInput, responses={201: PaymentOutput})
    def create(self, request: Request) -> Response:
        """Begin to pay; 409 when nothing is due, or what is due is under way."""
        asked = read_body(request, StartPaymentInput)
        payment = start_payment(payer=caller(request), now=clock.now(), **asked)
        return created(request, self._shown(payment), pk=payment.pk)

    @extend_schema(request=ConfirmInput, responses=PaymentOutput)
    @action(["post"], detail=True)
    def confirm(self, request: Request, pk: str) -> Response:
        """Go on after the second step that ``next_action`` asks the payer for."""
        code = read_body(request, ConfirmInput)["code"]
        payment = confirm_payment(payer=caller(request), payment_id=UUID(pk), code=code)
        return Response(self._shown(payment))

    @extend_schema(request=None, responses=PaymentOutput)
    @action(["post"], detail=True)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give up one's own attempt; if it brings the money nevertheless, that counts."""
        payment = cancel_payment(payer=caller(request), payment_id=UUID(pk), now=clock.now())
        return Response(self._shown(payment))

    @extend_schema(request=RefundInput, responses=PaymentOutput)
    @action(["post"], detail=True)
    def refund(self, request: Request, pk: str) -> Response:
        """Give back a part of a payment, or all that is left of it."""
        asked = read_body(request, RefundInput)
        now = clock.now()
        payment = refund_payment(payment_id=UUID(pk), actor=caller(request), now=now, **asked)
        return Response(self._shown(payment))

    @extend_schema(responses=OfferOutput(many=True))
    @action(["get"], detail=False, pagination_class=None, filterset_class=None)
    def methods(self, request: Request) -> Response:
        """Say who takes payments here, the usual one first, and what their forms need to know."""
        return Response(OfferOutput(list_offers(), many=True).data)

    def _shown(self, payment: Payment) -> Any:
        return self.get_serializer(payment).data


class EventView(APIView):
    """Where providers tell what has happened. Who they are, their signature says."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(request=OpenApiTypes.OBJECT, responses={204: None})
    def post(self, request: Request, provider: str) -> Response:
        """Keep an event; 400 for one that is not signed as the provider signs."""
        body = request.body
        if len(body) > settings.MAX_EVENT_BYTES:
            raise RequestDataTooBig
        take_event(provider=provider, headers=request.headers, body=body, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

"""Orders."""

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.downloads import AnyAccept, download
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import NUMBER
from tradepost.kit.http.permissions import FullDjangoModelPermissions
from tradepost.messaging.queries.conversations import read_conversation
from tradepost.messaging.serializers.conversations import ConversationOutput
from tradepost.store.actions.conversations import open_order_conversation
from tradepost.store.actions.order_changes import cancel_order, delete_order, set_payment_status
from tradepost.store.actions.orders import place_order
from tradepost.store.invoices import make_invoice
from tradepost.store.models import Order
from tradepost.store.models.orders import with_products
from tradepost.store.queries import list_timeline
from tradepost.store.serializers.orders import (
    ChangeOrderInput,
    OrderMomentOutput,
    OrderOutput,
    PlaceOrderInput,
)

BACK_OFFICE = {"partial_update", "destroy"}


class OrderPages(KeysetPages):
    ordering = ("-placed_at", "-id")


class OrderViewSet(IdempotentPosts, mixins.ListModelMixin, mixins.RetrieveModelMixin,
                   viewsets.GenericViewSet[Order]):  # fmt: skip
    """Orders: one's own, or all of them for holders of ``store.view_order``."""

    queryset = Order.objects.none()
    serializer_class = OrderOutput
    pagination_class = OrderPages
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[Order]:
        return Order.objects.visible_to(caller(self.request)).with_items()

    def get_permissions(self) -> list[BasePermission]:
        """Let only the back office change and delete; who may not is told so before any look-up."""
        return [FullDjangoModelPermissions() if self.action in BACK_OFFICE else IsAuthenticated()]

    @extend_schema(request=PlaceOrderInput, responses={201: OrderOutput})
    def create(self, request: Request) -> Response:
        order = place_order(buyer=caller(request), **read_body(request, PlaceOrderInput))
        return created(request, _shown(order), pk=order.pk)

    @extend_schema(request=ChangeOrderInput, responses=OrderOutput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the payment status; 409 for a change that the present one does not allow."""
        wanted = read_body(request, ChangeOrderInput)["payment_status"]
        order = set_payment_status(order_id=int(pk), status=wanted, actor=caller(request))
        return Response(_shown(order))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete an order that was never paid; its goods go back into stock."""
        delete_order(order_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=OrderOutput)
    @action(["post"], detail=True)
    def cancel(self, request: Request, pk: str) -> Response:
        """Call an order off that is not paid: its buyer, or holders of ``store.cancel_order``."""
        order = cancel_order(order_id=int(pk), actor=caller(request), now=timezone.now())
        return Response(_shown(order))

    @extend_schema(responses=OrderMomentOutput(many=True))
    @action(["get"], detail=True, pagination_class=None)
    def timeline(self, request: Request, pk: str) -> Response:
        """Show what happened to an order, oldest first."""
        visible = Order.objects.visible_to(caller(request)).select_related("customer__user")
        moments = list_timeline(get_object_or_404(visible, pk=pk))
        return Response(OrderMomentOutput(moments, many=True).data)

    @extend_schema(responses={(200, "application/pdf"): bytes})
    @action(["get"], detail=True, pagination_class=None, content_negotiation_class=AnyAccept)
    def invoice(self, request: Request, pk: str) -> HttpResponse:
        """Give the invoice as a PDF."""
        order = get_object_or_404(self.get_queryset().select_related("customer__user"), pk=pk)
        name = f"invoice-{order.pk}.pdf"
        return download(make_invoice(order), name=name, mime_type="application/pdf")

    @extend_schema(request=None, responses=ConversationOutput)
    @action(["post"], detail=True)
    def conversation(self, request: Request, pk: str) -> Response:
        """Open the conversation about this order; a second time gives the same one."""
        visible = Order.objects.visible_to(caller(request)).select_related("customer__user")
        order = get_object_or_404(visible, pk=pk)
        conversation = open_order_conversation(order=order, opener=caller(request))
        shown: Any = read_conversation(user=caller(request), conversation_id=conversation.pk)
        return Response(shown)


def _shown(order: Order) -> object:
    prefetch_related_objects([order], with_products())
    return OrderOutput(order).data

"""Orders."""

from django.db.models import QuerySet, prefetch_related_objects
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.paths import NUMBER
from tradepost.messaging.queries import read_conversation
from tradepost.messaging.serializers import ConversationOutput
from tradepost.store.actions.conversations import open_order_conversation
from tradepost.store.actions.orders import place_order
from tradepost.store.models import Order
from tradepost.store.models.orders import with_products
from tradepost.store.serializers.orders import OrderOutput, PlaceOrderInput


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

    @extend_schema(request=PlaceOrderInput, responses={201: OrderOutput})
    def create(self, request: Request) -> Response:
        asked = PlaceOrderInput(data=request.data)
        asked.is_valid(raise_exception=True)
        order = place_order(buyer=caller(request), **asked.validated_data)
        prefetch_related_objects([order], with_products())
        shown = OrderOutput(order).data
        place = {"Location": request.build_absolute_uri(f"{order.pk}/")}
        return Response(shown, status=status.HTTP_201_CREATED, headers=place)

    @extend_schema(request=None, responses=ConversationOutput)
    @action(["post"], detail=True)
    def conversation(self, request: Request, pk: str) -> Response:
        """Open the conversation about this order; a second time gives the same one."""
        visible = Order.objects.visible_to(caller(request)).select_related("customer__user")
        order = get_object_or_404(visible, pk=pk)
        conversation = open_order_conversation(order=order, opener=caller(request))
        shown = read_conversation(user=caller(request), conversation_id=conversation.pk)
        return Response(ConversationOutput(shown).data)

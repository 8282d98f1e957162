from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import PermissionDenied
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.mixins import CreateModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet, ModelViewSet, ReadOnlyModelViewSet

from benchmarks.plain.models import (
    Cart,
    CartItem,
    Collection,
    Conversation,
    Message,
    Order,
    Product,
)
from benchmarks.plain.serializers import (
    AddCartItemSerializer,
    CartSerializer,
    CollectionSerializer,
    ConversationSerializer,
    CreateOrderSerializer,
    MessageSerializer,
    OrderSerializer,
    ProductSerializer,
)


class ProductViewSet(ModelViewSet):
    queryset = Product.objects.prefetch_related("images")
    serializer_class = ProductSerializer
    filter_backends = [DjangoFilterBackend, SearchFilter, OrderingFilter]
    filterset_fields = {"collection_id": ["exact"], "unit_price": ["gt", "lt"]}
    search_fields = ["title", "description"]
    ordering_fields = ["unit_price", "last_update"]


class CollectionViewSet(ReadOnlyModelViewSet):
    queryset = Collection.objects.all()
    serializer_class = CollectionSerializer
    pagination_class = None


class CartViewSet(CreateModelMixin, GenericViewSet):
    queryset = Cart.objects.all()
    serializer_class = CartSerializer


class CartItemViewSet(CreateModelMixin, GenericViewSet):
    queryset = CartItem.objects.all()
    serializer_class = AddCartItemSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return {"cart_id": self.kwargs["cart_pk"]}


class OrderViewSet(ModelViewSet):
    permission_classes = [IsAuthenticated]
    serializer_class = OrderSerializer

    def get_queryset(self) -> QuerySet[Order]:
        orders = Order.objects.prefetch_related("items__product")
        return orders.filter(customer=self.request.user)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = CreateOrderSerializer(data=request.data, context={"user": request.user})
        serializer.is_valid(raise_exception=True)
        order = self.get_queryset().get(pk=serializer.save().pk)
        return Response(OrderSerializer(order).data, status=201)


class ConversationViewSet(ReadOnlyModelViewSet):
    permission_classes = [IsAuthenticated]
    serializer_class = ConversationSerializer

    def get_queryset(self) -> QuerySet[Conversation]:
        mine = Conversation.objects.filter(participants=self.request.user)
        return mine.prefetch_related("participants", "messages__sender")


class MessageViewSet(ModelViewSet):
    permission_classes = [IsAuthenticated]
    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        mine = Message.objects.filter(conversation__participants=self.request.user)
        return mine.select_related("sender")

    def perform_create(self, serializer: BaseSerializer) -> None:
        conversation = serializer.validated_data["conversation"]
        if not conversation.participants.filter(pk=self.request.user.pk).exists():
            raise PermissionDenied
        serializer.save(sender=self.request.user)
        conversation.save()  # moves updated_at

"""The API door to the shop."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import filters, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from tradepost.accounts.caller import caller
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.pagination import KeysetPages, NumberedPages
from tradepost.kit.http.paths import NUMBER, UUID_TEXT
from tradepost.kit.http.search import Search
from tradepost.messaging.queries import read_conversation
from tradepost.messaging.serializers import ConversationOutput
from tradepost.store.actions.carts import (
    add_to_cart,
    create_cart,
    delete_cart,
    remove_from_cart,
    set_quantity,
)
from tradepost.store.actions.conversations import open_order_conversation
from tradepost.store.actions.orders import place_order
from tradepost.store.filters import ProductFilter
from tradepost.store.limits import AnonymousCarts
from tradepost.store.models import Cart, CartItem, Collection, Order, Product
from tradepost.store.models.orders import with_products
from tradepost.store.rows import product_rows, products_as_json
from tradepost.store.serializers import (
    AddItemInput,
    CartItemChanged,
    CartItemOutput,
    CartOutput,
    ChangeItemInput,
    CollectionOutput,
    OrderOutput,
    PlaceOrderInput,
    ProductOutput,
)


class ProductViewSet(viewsets.ReadOnlyModelViewSet[Product]):
    """The catalogue: filter, search, order, page."""

    queryset = Product.objects.public()
    serializer_class = ProductOutput
    permission_classes = [AllowAny]
    pagination_class = NumberedPages
    filter_backends = [DjangoFilterBackend, Search, filters.OrderingFilter]
    filterset_class = ProductFilter
    search_fields = ["title", "description", "collection__title"]
    ordering_fields = ["unit_price", "last_update", "title"]
    lookup_value_regex = NUMBER

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        products = self.filter_queryset(self.get_queryset())
        rows = self.paginate_queryset(product_rows(products))
        return self.get_paginated_response(products_as_json(rows or []))


class CollectionViewSet(viewsets.ReadOnlyModelViewSet[Collection]):
    """The collections, each with the number of its products."""

    queryset = Collection.objects.public().with_products_count().order_by("title", "id")
    serializer_class = CollectionOutput
    permission_classes = [AllowAny]
    lookup_value_regex = NUMBER


class CartViewSet(IdempotentPosts, viewsets.GenericViewSet[Cart]):
    """Carts, open to whoever knows their id. There is no list."""

    queryset = Cart.objects.none()
    serializer_class = CartOutput
    permission_classes = [AllowAny]
    lookup_value_regex = UUID_TEXT

    def get_queryset(self) -> QuerySet[Cart]:
        return Cart.objects.public().with_items()

    def get_throttles(self) -> list[BaseThrottle]:
        return [AnonymousCarts()] if self.action == "create" else []

    @extend_schema(request=None, responses={201: CartOutput})
    def create(self, request: Request) -> Response:
        return Response(CartOutput(create_cart()).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(CartOutput(get_object_or_404(self.get_queryset(), pk=pk)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_cart(cart_id=UUID(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CartItemViewSet(IdempotentPosts, viewsets.GenericViewSet[CartItem]):
    """The lines of one cart."""

    queryset = CartItem.objects.none()
    serializer_class = CartItemOutput
    permission_classes = [AllowAny]
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[CartItem]:
        cart = get_object_or_404(Cart.objects.public(), pk=self.kwargs["cart_pk"])
        return cart.items.select_related("product").order_by("id")

    def list(self, request: Request, cart_pk: str) -> Response:
        return Response(CartItemOutput(self.get_queryset(), many=True).data)

    def retrieve(self, request: Request, cart_pk: str, pk: str) -> Response:
        return Response(CartItemOutput(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(request=AddItemInput, responses={201: CartItemChanged})
    def create(self, request: Request, cart_pk: str) -> Response:
        asked = AddItemInput(data=request.data)
        asked.is_valid(raise_exception=True)
        item = add_to_cart(cart_id=UUID(cart_pk), **asked.validated_data)
        return Response(CartItemChanged(item).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ChangeItemInput, responses=CartItemChanged)
    def partial_update(self, request: Request, cart_pk: str, pk: str) -> Response:
        asked = ChangeItemInput(data=request.data)
        asked.is_valid(raise_exception=True)
        item = set_quantity(cart_id=UUID(cart_pk), item_id=int(pk), **asked.validated_data)
        return Response(CartItemChanged(item).data)

    def destroy(self, request: Request, cart_pk: str, pk: str) -> Response:
        remove_from_cart(cart_id=UUID(cart_pk), item_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


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

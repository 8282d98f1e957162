"""Carts and their lines."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from tradepost.accounts.caller import caller, caller_or_none
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.paths import NUMBER, UUID_TEXT
from tradepost.store.actions.carts import (
    accept_changes,
    add_to_cart,
    claim_cart,
    create_cart,
    delete_cart,
    remove_from_cart,
    set_quantity,
)
from tradepost.store.limits import AnonymousCarts
from tradepost.store.models import Cart, CartItem
from tradepost.store.serializers.carts import (
    AddItemInput,
    CartItemChanged,
    CartItemOutput,
    CartOutput,
    ChangeItemInput,
)


class CartViewSet(IdempotentPosts, viewsets.GenericViewSet[Cart]):
    """Carts, open to whoever knows their id until somebody claims them. There is no list."""

    queryset = Cart.objects.none()
    serializer_class = CartOutput
    permission_classes = [AllowAny]
    lookup_value_regex = UUID_TEXT

    def get_queryset(self) -> QuerySet[Cart]:
        return Cart.objects.visible_to(caller_or_none(self.request)).with_items()

    def get_throttles(self) -> list[BaseThrottle]:
        return [AnonymousCarts()] if self.action == "create" else []

    @extend_schema(request=None, responses={201: CartOutput})
    def create(self, request: Request) -> Response:
        return Response(CartOutput(create_cart()).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(CartOutput(get_object_or_404(self.get_queryset(), pk=pk)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_cart(cart_id=UUID(pk), user=caller_or_none(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=CartOutput)
    @action(["post"], detail=True, permission_classes=[IsAuthenticated])
    def claim(self, request: Request, pk: str) -> Response:
        """Make a cart one's own, or put its lines into one's own; nobody else finds it then."""
        cart = claim_cart(cart_id=UUID(pk), user=caller(request))
        return self.retrieve(request, pk=str(cart.pk))

    @extend_schema(request=None, responses=CartOutput)
    @action(["post"], detail=True)
    def accept(self, request: Request, pk: str) -> Response:
        """Note that the changed prices and the products that are gone were seen; what is short of
        stock stays a problem."""
        accept_changes(cart_id=UUID(pk), user=caller_or_none(request))
        return self.retrieve(request, pk=pk)

    @extend_schema(responses=CartOutput)
    @action(["get"], detail=False, permission_classes=[IsAuthenticated])
    def mine(self, request: Request) -> Response:
        """Show the cart that the caller has claimed; 404 without one."""
        cart = get_object_or_404(self.get_queryset(), owner=caller(request))
        return Response(CartOutput(cart).data)


class CartItemViewSet(IdempotentPosts, viewsets.GenericViewSet[CartItem]):
    """The lines of one cart."""

    queryset = CartItem.objects.none()
    serializer_class = CartItemOutput
    permission_classes = [AllowAny]
    lookup_value_regex = NUMBER

    def get_queryset(self) -> QuerySet[CartItem]:
        cart = get_object_or_404(
            Cart.objects.visible_to(caller_or_none(self.request)), pk=self.kwargs["cart_pk"]
        )
        return cart.items.select_related("product").order_by("id")

    def list(self, request: Request, cart_pk: str) -> Response:
        return Response(CartItemOutput(self.get_queryset(), many=True).data)

    def retrieve(self, request: Request, cart_pk: str, pk: str) -> Response:
        return Response(CartItemOutput(get_object_or_404(self.get_queryset(), pk=pk)).data)

    @extend_schema(request=AddItemInput, responses={201: CartItemChanged})
    def create(self, request: Request, cart_pk: str) -> Response:
        asked = read_body(request, AddItemInput)
        item = add_to_cart(cart_id=UUID(cart_pk), user=caller_or_none(request), **asked)
        return Response(CartItemChanged(item).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ChangeItemInput, responses=CartItemChanged)
    def partial_update(self, request: Request, cart_pk: str, pk: str) -> Response:
        asked = read_body(request, ChangeItemInput)
        item = set_quantity(
            cart_id=UUID(cart_pk), item_id=int(pk), user=caller_or_none(request), **asked
        )
        return Response(CartItemChanged(item).data)

    def destroy(self, request: Request, cart_pk: str, pk: str) -> Response:
        remove_from_cart(cart_id=UUID(cart_pk), item_id=int(pk), user=caller_or_none(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

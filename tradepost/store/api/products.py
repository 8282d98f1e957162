"""Products."""

from typing import Any

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.errors import NotFound
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.ordering import Ordering
from tradepost.kit.http.pagination import NumberedOrKeysetPages, PagesByOrder
from tradepost.kit.http.paths import NUMBER, root_of
from tradepost.kit.http.permissions import IsAdminOrReadOnly
from tradepost.kit.http.search import IndexedSearch
from tradepost.kit.http.two_forms import TwoForms
from tradepost.kit.money import from_minor
from tradepost.messaging.queries.conversations import read_conversation
from tradepost.messaging.serializers.conversations import ConversationOutput
from tradepost.store.actions.conversations import open_product_conversation
from tradepost.store.actions.products import change_product, create_product, delete_product
from tradepost.store.filters import ORDERED_BY, ProductFilter
from tradepost.store.models import Product
from tradepost.store.models.search import CATALOGUE_TEXTS
from tradepost.store.rows import (
    HUNDREDTHS,
    PLAIN,
    Row,
    product_as_json,
    product_rows,
    products_as_json,
)
from tradepost.store.serializers.catalogue import ProductInput, ProductOutput


class RowPages(PagesByOrder):
    """Pages of ``product_rows``."""

    def value_of(self, row: Row, name: str) -> Any:
        value = row[(PLAIN + HUNDREDTHS).index(name)]
        return from_minor(value) if name in HUNDREDTHS else value


class ProductPages(NumberedOrKeysetPages):
    keyset_class = RowPages


class ProductViewSet(IdempotentPosts, TwoForms, viewsets.GenericViewSet[Product]):
    """The catalogue: filter, search, order, page. Staff keep it."""

    input_class = ProductInput
    output_class = ProductOutput
    queryset = Product.objects.public()
    permission_classes = [IsAdminOrReadOnly]
    pagination_class = ProductPages
    filter_backends = [DjangoFilterBackend, IndexedSearch, Ordering]
    filterset_class = ProductFilter
    search_fields = CATALOGUE_TEXTS.fields
    ordering_fields = ORDERED_BY
    lookup_value_regex = NUMBER

    def list(self, request: Request, **kwargs: Any) -> Response:
        products = self.filter_queryset(self.get_queryset())
        rows = self.paginate_queryset(product_rows(products))
        return self.get_paginated_response(products_as_json(rows or [], root=root_of(request)))

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return Response(_show(request, int(pk)))

    @extend_schema(responses={201: ProductOutput})
    def create(self, request: Request, **kwargs: Any) -> Response:
        fields = read_body(request, ProductInput)
        product = create_product(promotion_ids=fields.pop("promotion_ids", ()), fields=fields)
        return created(request, _show(request, product.pk), pk=product.pk)

    @extend_schema(responses=ProductOutput)
    def update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return _change(request, int(pk), read_body(request, ProductInput))

    @extend_schema(responses=ProductOutput)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return _change(request, int(pk), read_body(request, ProductInput, partial=True))

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        delete_product(product_id=int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ConversationOutput)
    @action(["post"], detail=True, permission_classes=[IsAuthenticated])
    def conversation(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Ask the shop about this product; a second time gives the same conversation."""
        product = get_object_or_404(Product.objects.public(), pk=pk)
        talk = open_product_conversation(product=product, asker=caller(request))
        shown: Any = read_conversation(user=caller(request), conversation_id=talk.pk)
        return Response(shown)


def _change(request: Request, pk: int, changes: dict[str, Any]) -> Response:
    promotion_ids = changes.pop("promotion_ids", None)
    change_product(product_id=pk, changes=changes, promotion_ids=promotion_ids)
    return Response(_show(request, pk))


def _show(request: Request, pk: int) -> dict[str, object]:
    shown = product_as_json(pk, root=root_of(request))
    if shown is None:
        raise NotFound
    return shown

"""Products."""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.kit.errors import NotFound
from tradepost.kit.http.pagination import NumberedPages
from tradepost.kit.http.paths import NUMBER
from tradepost.kit.http.search import Search
from tradepost.store.filters import ProductFilter
from tradepost.store.models import Product
from tradepost.store.rows import product_as_json, product_rows, products_as_json
from tradepost.store.serializers.catalogue import ProductOutput


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
        root = request.build_absolute_uri("/").rstrip("/")
        return self.get_paginated_response(products_as_json(rows or [], root=root))

    def retrieve(self, request: Request, pk: str) -> Response:
        shown = product_as_json(int(pk), root=request.build_absolute_uri("/").rstrip("/"))
        if shown is None:
            raise NotFound
        return Response(shown)

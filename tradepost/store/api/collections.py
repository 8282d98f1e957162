"""Collections."""

from rest_framework import viewsets
from rest_framework.permissions import AllowAny

from tradepost.kit.http.paths import NUMBER
from tradepost.store.models import Collection
from tradepost.store.serializers.catalogue import CollectionOutput


class CollectionViewSet(viewsets.ReadOnlyModelViewSet[Collection]):
    """The collections, each with the number of its products."""

    queryset = Collection.objects.public().with_products_count().order_by("title", "id")
    serializer_class = CollectionOutput
    permission_classes = [AllowAny]
    lookup_value_regex = NUMBER

"""The API door to what joins apps: the tags of products."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradepost.core.actions.products import MOST_TAGS, tag_product
from tradepost.kit.http.bodies import read_body
from tradepost.kit.http.pagination import KeysetPages
from tradepost.kit.http.search import Search
from tradepost.store.models import Product
from tradepost.tags.models import Tag

LONGEST_LABEL = 255


class ProductTags(serializers.Serializer[object]):
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_LABEL), max_length=MOST_TAGS
    )


class TagOutput(serializers.ModelSerializer[Tag]):
    products_count = serializers.IntegerField(source="uses", read_only=True)

    class Meta:
        model = Tag
        fields = ["id", "label", "products_count"]
        read_only_fields = fields


class TagsOfProductView(APIView):
    """The tags of a product, for the staff."""

    permission_classes = [IsAdminUser]

    @extend_schema(request=ProductTags, responses=ProductTags)
    def put(self, request: Request, pk: str) -> Response:
        """Give the product exactly these tags."""
        labels = sorted(set(read_body(request, ProductTags)["tags"]))
        tag_product(product_id=int(pk), labels=labels)
        return Response({"tags": labels})


class TagPages(KeysetPages):
    ordering = ("label",)


class TagsView(generics.ListAPIView[Tag]):
    """The tags that products have, with the number of these."""

    queryset = Tag.objects.none()
    serializer_class = TagOutput
    permission_classes = [AllowAny]
    pagination_class = TagPages
    filter_backends = [Search]
    search_fields = ["label"]

    def get_queryset(self) -> QuerySet[Tag]:
        return Tag.objects.public().on(Product)

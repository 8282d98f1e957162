"""What is for sale, as JSON."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.extras import tags
from tradepost.store.models import Collection, Product, ProductImage
from tradepost.store.rows import address_of


class CollectionOutput(serializers.ModelSerializer[Collection]):
    products_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Collection
        fields = ["id", "title", "products_count", "featured_product"]
        read_only_fields = fields


@extend_schema_field(serializers.URLField(allow_null=True))
class FileAddress(serializers.FileField):
    """The whole address of a stored file, null for none. Needs ``root`` in the context."""

    def to_representation(self, value: Any) -> str | None:
        return address_of(value.name or "", root=self.context["root"])


class ImageOutput(serializers.ModelSerializer[ProductImage]):
    """A picture; its smaller forms are null for a moment after the upload."""

    image = FileAddress(read_only=True)
    thumbnail = FileAddress(read_only=True)
    webp = FileAddress(read_only=True)

    class Meta:
        model = ProductImage
        fields = ["id", "image", "thumbnail", "webp", "width", "height"]
        read_only_fields = fields


class ProductOutput(serializers.ModelSerializer[Product]):
    """``unit_price`` is the list price, ``price`` what one costs now, less the ``discount`` (per
    cent) of the best promotion. ``rating`` is 0.00 without any stars."""

    unit_price = MoneyNumber(read_only=True)
    price_with_tax = MoneyNumber(read_only=True)
    price = MoneyNumber(read_only=True)
    discount = MoneyNumber(read_only=True)
    rating = MoneyNumber(read_only=True)
    images = ImageOutput(many=True, read_only=True)
    tags = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = [
            "id", "title", "description", "slug", "inventory", "unit_price", "price_with_tax",
            "collection", "images", "price", "discount", "brand", "tags", "rating",
            "reviews_count", "last_update",
        ]  # fmt: skip
        read_only_fields = fields

    def get_tags(self, product: Product) -> list[str]:
        labels: Mapping[int, list[str]] = tags.read([product.pk])
        return labels.get(product.pk, [])


class ProductBrief(serializers.ModelSerializer[Product]):
    """A product as carts and orders show it: ``unit_price`` is its list price of today."""

    unit_price = MoneyNumber(read_only=True)

    class Meta:
        model = Product
        fields = ["id", "title", "unit_price"]
        read_only_fields = fields

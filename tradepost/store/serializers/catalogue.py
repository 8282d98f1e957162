"""What is for sale, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.kit.http.pictures import FileAddress, PictureInput
from tradepost.store.extras import tags
from tradepost.store.models import Collection, Product, ProductImage, Promotion
from tradepost.store.models.catalogue import HIGHEST_PRICE, LOWEST_PRICE
from tradepost.store.models.promotions import HIGHEST_DISCOUNT, LOWEST_DISCOUNT

LARGEST_ID = 2**63 - 1
LARGEST_STOCK = 2**31 - 1
LONGEST_DESCRIPTION = 100_000  # characters
MOST_PROMOTIONS = 100  # of one product


class CollectionOutput(serializers.ModelSerializer[Collection]):
    products_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Collection
        fields = ["id", "title", "products_count", "featured_product"]
        read_only_fields = fields


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


class ProductInput(serializers.Serializer[Any]):
    """Without a ``slug`` one is made of the title. What is left out of a change stays as it is."""

    title = serializers.CharField(max_length=255)
    slug = serializers.SlugField(max_length=50, required=False)
    description = serializers.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True, allow_null=True
    )
    unit_price = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=LOWEST_PRICE, max_value=HIGHEST_PRICE
    )
    inventory = serializers.IntegerField(min_value=0, max_value=LARGEST_STOCK)
    collection = serializers.IntegerField(min_value=0, max_value=LARGEST_ID, source="collection_id")
    brand = serializers.CharField(max_length=100, required=False, allow_blank=True)
    sku = serializers.CharField(max_length=64, required=False, allow_blank=True, allow_null=True)
    promotions = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_ID),
        required=False,
        max_length=MOST_PROMOTIONS,
        source="promotion_ids",
    )

    def validate_description(self, description: str | None) -> str:
        return description or ""

    def validate_sku(self, sku: str | None) -> str | None:
        return sku or None  # no SKU is not the same SKU


class CollectionInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=255)
    featured_product = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        source="featured_product_id",
        help_text="One of the products in the collection.",
    )


class ImageInput(PictureInput):
    pictures = ProductImage


class PromotionOutput(serializers.ModelSerializer[Promotion]):
    discount = MoneyNumber(read_only=True)

    class Meta:
        model = Promotion
        fields = ["id", "description", "discount", "starts_at", "ends_at"]
        read_only_fields = fields


class PromotionInput(serializers.Serializer[Any]):
    """``discount`` is in per cent. Without moments the promotion counts always."""

    description = serializers.CharField(max_length=255)
    discount = serializers.DecimalField(
        max_digits=4, decimal_places=2, min_value=LOWEST_DISCOUNT, max_value=HIGHEST_DISCOUNT
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)


class ProductBrief(serializers.ModelSerializer[Product]):
    """A product as carts and orders show it: ``unit_price`` is its list price of today."""

    unit_price = MoneyNumber(read_only=True)

    class Meta:
        model = Product
        fields = ["id", "title", "unit_price"]
        read_only_fields = fields

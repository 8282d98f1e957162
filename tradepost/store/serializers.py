"""The shop's JSON. Input and output apart."""

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.models import Cart, CartItem, Collection, Order, OrderItem, Product
from tradepost.store.models.carts import MOST_OF_ONE_PRODUCT


class CollectionOutput(serializers.ModelSerializer[Collection]):
    products_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Collection
        fields = ["id", "title", "products_count"]
        read_only_fields = fields


class ProductOutput(serializers.ModelSerializer[Product]):
    unit_price = MoneyNumber(read_only=True)
    price_with_tax = MoneyNumber(read_only=True)

    class Meta:
        model = Product
        fields = [
            "id", "title", "slug", "description", "brand", "inventory", "unit_price",
            "price_with_tax", "collection", "last_update",
        ]  # fmt: skip
        read_only_fields = fields


class ProductBrief(serializers.ModelSerializer[Product]):
    """A product as carts and orders show it."""

    unit_price = MoneyNumber(read_only=True)

    class Meta:
        model = Product
        fields = ["id", "title", "unit_price"]
        read_only_fields = fields


class CartItemOutput(serializers.ModelSerializer[CartItem]):
    product = ProductBrief()
    total_price = MoneyNumber(read_only=True)

    class Meta:
        model = CartItem
        fields = ["id", "product", "quantity", "total_price"]
        read_only_fields = fields


class CartOutput(serializers.ModelSerializer[Cart]):
    items = CartItemOutput(many=True)
    total_price = MoneyNumber(read_only=True)

    class Meta:
        model = Cart
        fields = ["id", "items", "total_price"]
        read_only_fields = fields


class AddItemInput(serializers.Serializer[Any]):
    product_id = serializers.IntegerField(min_value=0, max_value=2**63 - 1)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE_PRODUCT)


class ChangeItemInput(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE_PRODUCT)


class CartItemChanged(serializers.ModelSerializer[CartItem]):
    """The short form after a write."""

    class Meta:
        model = CartItem
        fields = ["id", "product_id", "quantity"]
        read_only_fields = fields


class PlaceOrderInput(serializers.Serializer[Any]):
    cart_id = serializers.UUIDField()
    expected_total = serializers.DecimalField(
        max_digits=18, decimal_places=2, required=False, min_value=0,
        help_text="The total that the buyer was shown; another one is refused with 409.",
    )  # fmt: skip


class OrderItemOutput(serializers.ModelSerializer[OrderItem]):
    product = ProductBrief()
    unit_price = MoneyNumber(read_only=True)

    class Meta:
        model = OrderItem
        fields = ["id", "product", "title", "unit_price", "quantity"]
        read_only_fields = fields


class OrderOutput(serializers.ModelSerializer[Order]):
    items = OrderItemOutput(many=True)
    total = MoneyNumber(read_only=True)

    class Meta:
        model = Order
        fields = ["id", "customer", "placed_at", "payment_status", "total", "items"]
        read_only_fields = fields

"""Carts as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.models import Cart, CartItem
from tradepost.store.models.carts import MOST_OF_ONE_PRODUCT
from tradepost.store.serializers.catalogue import ProductBrief


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

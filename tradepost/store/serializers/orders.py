"""Orders as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.models import Order, OrderItem
from tradepost.store.serializers.catalogue import ProductBrief


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

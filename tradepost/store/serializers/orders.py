"""Orders as JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from tradepost.accounts.models import User
from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.models import Order, OrderItem
from tradepost.store.serializers.catalogue import ProductBrief


class PlaceOrderInput(serializers.Serializer[Any]):
    cart_id = serializers.UUIDField()
    expected_total = serializers.DecimalField(
        max_digits=18, decimal_places=2, required=False, min_value=0,
        help_text="The total that the buyer was shown; another one is refused with 409.",
    )  # fmt: skip
    address_id = serializers.IntegerField(
        min_value=0, max_value=2**63 - 1, required=False, allow_null=True,
        help_text="One of the buyer's addresses; the order keeps a copy.",
    )  # fmt: skip


class ChangeOrderInput(serializers.Serializer[Any]):
    """The payment status and nothing else: what a body names beside it is refused."""

    payment_status = serializers.ChoiceField(Order.PaymentStatus.choices)

    def to_internal_value(self, data: Any) -> Any:
        others = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if others:
            refusal = ["This field cannot be modified."]
            raise serializers.ValidationError(dict.fromkeys(others, refusal))
        return super().to_internal_value(data)


class OrderItemOutput(serializers.ModelSerializer[OrderItem]):
    """A line as it was agreed; ``product`` shows what is sold now."""

    product = ProductBrief()
    unit_price = MoneyNumber(read_only=True)

    class Meta:
        model = OrderItem
        fields = ["id", "product", "unit_price", "quantity", "title"]
        read_only_fields = fields


class OrderOutput(serializers.ModelSerializer[Order]):
    items = OrderItemOutput(many=True)
    total = MoneyNumber(read_only=True)

    class Meta:
        model = Order
        fields = [
            "id", "customer", "placed_at", "payment_status", "items", "total", "canceled_at",
            "delivery_address",
        ]  # fmt: skip
        read_only_fields = fields


class ActorOutput(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = User
        fields = ["id", "name"]
        read_only_fields = fields


class OrderMomentOutput(serializers.Serializer[Any]):
    """Something that happened to an order; ``actor`` is null when nobody is known to have."""

    kind = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    actor = ActorOutput(read_only=True, allow_null=True)
    amount = MoneyNumber(read_only=True, allow_null=True)  # of what was refunded

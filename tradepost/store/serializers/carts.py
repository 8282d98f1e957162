"""Carts as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.models import Cart, CartItem
from tradepost.store.models.carts import MOST_OF_ONE_PRODUCT
from tradepost.store.queries import list_problems
from tradepost.store.serializers.catalogue import ProductBrief


class CartItemOutput(serializers.ModelSerializer[CartItem]):
    """A line. ``unit_price`` is what one costs now, less what a promotion takes off; the
    ``product`` shows its list price."""

    product = ProductBrief()
    unit_price = MoneyNumber(source="product.price", read_only=True)
    total_price = MoneyNumber(read_only=True)

    class Meta:
        model = CartItem
        fields = ["id", "product", "unit_price", "quantity", "total_price"]
        read_only_fields = fields


class CartProblemOutput(serializers.Serializer[Any]):
    """Why an order of the cart may not be what its owner expects. What does not belong to the
    ``code`` is null: ``price_changed`` has ``was`` and ``now``, ``short_of_stock`` has
    ``available``; ``item`` is the line, null for ``product_gone``."""

    code = serializers.ChoiceField(
        ["price_changed", "short_of_stock", "product_gone"], read_only=True
    )
    title = serializers.CharField(read_only=True)
    item = serializers.IntegerField(source="item_id", read_only=True, allow_null=True)
    was = MoneyNumber(read_only=True, allow_null=True)
    now = MoneyNumber(read_only=True, allow_null=True)
    available = serializers.IntegerField(read_only=True, allow_null=True)


class CartOutput(serializers.ModelSerializer[Cart]):
    items = CartItemOutput(many=True)
    total_price = MoneyNumber(read_only=True)
    problems = serializers.SerializerMethodField()

    class Meta:
        model = Cart
        fields = ["id", "items", "total_price", "problems"]
        read_only_fields = fields

    @extend_schema_field(CartProblemOutput(many=True))
    def get_problems(self, cart: Cart) -> Any:
        return CartProblemOutput(list_problems(cart), many=True).data


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

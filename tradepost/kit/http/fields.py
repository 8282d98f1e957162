"""Serializer fields of ours."""

from decimal import Decimal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(OpenApiTypes.DOUBLE)
class MoneyNumber(serializers.Field):
    """An amount of money as a JSON number with two decimals. For output only."""

    def to_representation(self, value: Decimal) -> Decimal:
        return value.quantize(Decimal("0.01"))

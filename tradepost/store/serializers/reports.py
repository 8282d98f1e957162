"""The sales report as JSON."""

from typing import Any

from rest_framework import serializers

from tradepost.kit.http.fields import MoneyNumber
from tradepost.store.reports import SalesReport

Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


class PeriodInput(serializers.Serializer[Any]):
    """Both days belong to the period."""

    def get_fields(self) -> Fields:
        # Not in the class: "from" is a word of Python's.
        return {
            "from": serializers.DateField(
                required=False, help_text="The first day; 30 days up to the last one if not said."
            ),
            "to": serializers.DateField(
                required=False, help_text="The last day, at most 366 in all; today if not said."
            ),
        }


class TotalsOutput(serializers.Serializer[Any]):
    """``orders`` are paid ones; the average is null without any."""

    revenue = MoneyNumber(read_only=True)
    orders = serializers.IntegerField(read_only=True)
    units = serializers.IntegerField(read_only=True)
    average_order_value = MoneyNumber(read_only=True, allow_null=True)


class DayOutput(serializers.Serializer[Any]):
    """Orders of a day by status; ``revenue`` is that of the paid ones."""

    date = serializers.DateField(read_only=True)
    revenue = MoneyNumber(read_only=True)
    orders = serializers.IntegerField(read_only=True)
    paid = serializers.IntegerField(read_only=True)
    pending = serializers.IntegerField(read_only=True)
    failed = serializers.IntegerField(read_only=True)
    canceled = serializers.IntegerField(read_only=True)


class SellerOutput(serializers.Serializer[Any]):
    product = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    units = serializers.IntegerField(read_only=True)
    revenue = MoneyNumber(read_only=True)


class BestSellersOutput(serializers.Serializer[Any]):
    by_units = SellerOutput(many=True, read_only=True)
    by_revenue = SellerOutput(many=True, read_only=True)


class SpenderOutput(serializers.Serializer[Any]):
    customer = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    orders = serializers.IntegerField(read_only=True)
    spent = MoneyNumber(read_only=True)
    last_order = serializers.IntegerField(read_only=True)


class ShortProductOutput(serializers.Serializer[Any]):
    product = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    inventory = serializers.IntegerField(read_only=True)


class ShortStockOutput(serializers.Serializer[Any]):
    """``count`` products have fewer than ``below``; the list has at most 50 of them."""

    below = serializers.IntegerField(read_only=True)
    count = serializers.IntegerField(read_only=True)
    products = ShortProductOutput(many=True, read_only=True)


class CollectionPricesOutput(serializers.Serializer[Any]):
    """Prices of now; null for a collection without products."""

    collection = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    products_count = serializers.IntegerField(read_only=True)
    lowest_price = MoneyNumber(read_only=True, allow_null=True)
    average_price = MoneyNumber(read_only=True, allow_null=True)
    highest_price = MoneyNumber(read_only=True, allow_null=True)


class SalesReportOutput(serializers.Serializer[SalesReport]):
    """What was sold from one day to another, both included."""

    def get_fields(self) -> Fields:
        return {
            "from": serializers.DateField(read_only=True, source="period.first"),
            "to": serializers.DateField(read_only=True, source="period.last"),
            **super().get_fields(),
        }

    totals = TotalsOutput(read_only=True)
    days = DayOutput(many=True, read_only=True)
    best_sellers = BestSellersOutput(read_only=True)
    customers = SpenderOutput(many=True, read_only=True)
    low_stock = ShortStockOutput(read_only=True)
    collections = CollectionPricesOutput(many=True, read_only=True)

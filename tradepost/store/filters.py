"""What the product list can be narrowed by."""

import django_filters

from tradepost.store.models import Product


class ProductFilter(django_filters.FilterSet):  # type: ignore[misc]
    collection_id = django_filters.NumberFilter(min_value=0, max_value=2**63 - 1, decimal_places=0)
    unit_price__gt = django_filters.NumberFilter(
        field_name="unit_price", lookup_expr="gt", decimal_places=2, max_digits=12
    )
    unit_price__lt = django_filters.NumberFilter(
        field_name="unit_price", lookup_expr="lt", decimal_places=2, max_digits=12
    )

    class Meta:
        model = Product
        fields = ["collection_id"]

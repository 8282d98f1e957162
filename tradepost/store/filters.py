"""What the product list can be narrowed and ordered by."""

from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import F, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from tradepost.kit.planning import WithoutIndex
from tradepost.store.extras import tags
from tradepost.store.models import Product
from tradepost.store.models.reviews import MOST_STARS

ORDERED_BY = ("unit_price", "price", "last_update", "title", "rating")
YES, NO = ("true", "True", "1"), ("false", "False", "0")


@extend_schema_field(OpenApiTypes.BOOL)
class YesNoFilter(django_filters.TypedChoiceFilter):  # type: ignore[misc]
    """``true`` or ``false``; anything else is refused, where the library's own would ignore it."""

    def __init__(self, **options: Any) -> None:
        choices = [(word, word) for word in (*YES, *NO)]
        super().__init__(choices=choices, coerce=lambda word: word in YES, **options)


class AmountFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """A number with two decimals that a column is compared with."""

    def __init__(self, **options: Any) -> None:
        super().__init__(method="compare", decimal_places=2, max_digits=12, **options)


class ProductFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``unit_price`` is the list price, compared strictly; ``price`` what one costs now."""

    _form_class: ClassVar[type[forms.Form]]

    collection_id = django_filters.NumberFilter(min_value=0, max_value=2**63 - 1, decimal_places=0)
    unit_price__gt = AmountFilter()
    unit_price__lt = AmountFilter()
    price__gte = AmountFilter()
    price__lte = AmountFilter()
    rating__gte = AmountFilter(min_value=0, max_value=MOST_STARS)
    in_stock = YesNoFilter(method="filter_stock")
    tag = django_filters.CharFilter(method="filter_tag", max_length=255)

    class Meta:
        model = Product
        fields = ["collection_id"]

    def get_form_class(self) -> type[forms.Form]:
        """Return the class of the form that checks what is asked for, made once: no field of it
        depends on who asks."""
        kind = type(self)
        if "_form_class" not in vars(kind):
            kind._form_class = super().get_form_class()
        return kind._form_class

    def compare(self, products: QuerySet[Product], name: str, value: Decimal) -> QuerySet[Product]:
        """Keep the rows whose column compares like this, such as ``price__gte``."""
        column, _, word = name.rpartition("__")
        if self._sorted_by() == column:
            return products.filter(**{name: value})
        compared = f"{name}_without_index"
        products = products.alias(**{compared: WithoutIndex(F(column))})
        return products.filter(**{f"{compared}__{word}": value})

    def filter_stock(
        self, products: QuerySet[Product], name: str, value: bool
    ) -> QuerySet[Product]:
        """Keep what can be ordered now, or what cannot."""
        return products.filter(inventory__gt=0) if value else products.filter(inventory=0)

    def filter_tag(self, products: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Keep what has this tag."""
        return (
            products.none() if tags.having is None else products.filter(pk__in=tags.having(value))
        )

    def _sorted_by(self) -> str:
        return str(self.data.get("ordering", "")).split(",")[0].strip().lstrip("-")

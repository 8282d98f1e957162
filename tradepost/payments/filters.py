"""What the list of payments can be narrowed by."""

from typing import Any

import django_filters

from tradepost.payments.models import Payment


class KeyFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """A whole number that a column of keys can hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=2**63 - 1, decimal_places=0, **options)


class PaymentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``order`` and ``booking`` are the keys of what was paid for."""

    order = KeyFilter(field_name="order_id")
    booking = KeyFilter(field_name="booking_id")
    status = django_filters.ChoiceFilter(choices=Payment.Status.choices)

    class Meta:
        model = Payment
        fields: list[str] = []

"""What lists of bookings can be narrowed by."""

import django_filters
from django.db.models import QuerySet

from tradepost.stays.models import Booking

SIDES = (("guest", "as guest"), ("host", "as host"))


class BookingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``role=host`` keeps the stays in one's own places, ``role=guest`` one's own."""

    role = django_filters.ChoiceFilter(choices=SIDES, method="filter_role")
    status = django_filters.MultipleChoiceFilter(choices=Booking.Status.choices)
    property = django_filters.NumberFilter(
        field_name="property_id", min_value=0, max_value=2**63 - 1, decimal_places=0
    )

    class Meta:
        model = Booking
        fields = ["role", "status", "property"]

    def filter_role(self, bookings: QuerySet[Booking], name: str, value: str) -> QuerySet[Booking]:
        """Keep those in which the caller has this part."""
        column = "user" if value == "guest" else "property__host"
        return bookings.filter(**{column: self.request.user})

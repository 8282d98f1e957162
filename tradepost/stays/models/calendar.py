"""Which nights are taken, by what, and what they cost in a season.

Ranges of dates are half-open: a stay from the 3rd to the 5th has the nights of the 3rd and the 4th,
and the next guest arrives on the 5th.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from tradepost.kit.money import MoneyField
from tradepost.stays.models.bookings import Booking
from tradepost.stays.models.properties import HIGHEST_PRICE, LOWEST_PRICE, Property


class Season(models.Model):
    """What nights cost from one date to another; the seasons of a property do not overlap."""

    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="seasons")
    name = models.CharField(max_length=100, blank=True, default="")
    start_date = models.DateField()
    end_date = models.DateField()
    price = MoneyField()
    weekend_price = MoneyField(null=True, blank=True)  # type: ignore[misc]

    class Meta:
        ordering = ["start_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gt=F("start_date")), name="season_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=LOWEST_PRICE)
                & Q(price__lte=HIGHEST_PRICE)
                & (
                    Q(weekend_price__isnull=True)
                    | Q(weekend_price__gte=Decimal(LOWEST_PRICE))
                    & Q(weekend_price__lte=HIGHEST_PRICE)
                ),
                name="season_prices_in_range",
            ),
            models.UniqueConstraint(
                fields=["property", "start_date"], name="one_season_starts_on_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start_date} to {self.end_date}: {self.price}"


class Block(models.Model):
    """Dates that a host keeps free of guests."""

    property = models.ForeignKey(Property, on_delete=models.CASCADE, related_name="blocks")
    start_date = models.DateField()
    end_date = models.DateField()
    reason = models.CharField(max_length=255, blank=True, default="")  # for the host's eyes
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["start_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gt=F("start_date")), name="block_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start_date} to {self.end_date}"


class Night(models.Model):
    """A night that is taken: by a booking, as the empty time after one, or by a block of the host.

    There is at most one row for a night, on every database: that is why two stays cannot overlap.
    ``change`` is set while the night is only held for a change of dates that is not agreed.
    """

    property = models.ForeignKey(
        Property,
        on_delete=models.CASCADE,
        related_name="nights",
        db_index=False,  # `night_taken_once` serves
    )
    night = models.DateField()
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="nights")
    change = models.ForeignKey(
        "BookingChange", on_delete=models.CASCADE, null=True, related_name="nights"
    )
    block = models.ForeignKey(Block, on_delete=models.CASCADE, null=True, related_name="nights")
    is_buffer = models.BooleanField(default=False)

    class Meta:
        ordering = ["night", "id"]
        constraints = [
            models.UniqueConstraint(fields=["property", "night"], name="night_taken_once"),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, block__isnull=True)
                | Q(
                    booking__isnull=True, block__isnull=False, is_buffer=False, change__isnull=True
                ),
                name="night_has_one_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.property_id}: {self.night}"

"""Prices that are lower for a while."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from tradepost.kit.money import HundredthsField

LOWEST_DISCOUNT = Decimal("0.01")
HIGHEST_DISCOUNT = Decimal("99.00")  # of the lowest price, a cent is left


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def public(self) -> PromotionQuerySet:
        return self.all()

    def active(self, now: datetime) -> PromotionQuerySet:
        """Those that lower prices at ``now``."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=now), Q(ends_at=None) | Q(ends_at__gt=now)
        )


class Promotion(models.Model):
    """So many per cent off, from ``starts_at`` until just before ``ends_at``; without them, always.

    Of several promotions of a product the largest discount counts; they do not add up. ``applied``
    says whether the prices of its products count with it at present.
    """

    description = models.CharField(max_length=255)
    discount = HundredthsField(
        validators=[MinValueValidator(LOWEST_DISCOUNT), MaxValueValidator(HIGHEST_DISCOUNT)],
        help_text="Per cent off the unit price, from 0.01 to 99.",
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    applied = models.BooleanField(default=False, editable=False)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["description", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(discount__gte=LOWEST_DISCOUNT) & Q(discount__lte=HIGHEST_DISCOUNT),
                name="discount_in_range",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
                violation_error_message="A promotion must end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description} (-{self.discount} %)"

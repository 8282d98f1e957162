"""What people think of products."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.store.models.catalogue import Product

FEWEST_STARS, MOST_STARS = 1, 5
LONGEST_REVIEW = 10_000  # characters


def today() -> date:
    """Return the date of now, in UTC."""
    return timezone.now().date()


class ReviewQuerySet(models.QuerySet["Review"]):
    def public(self) -> ReviewQuerySet:
        return self.all()

    def editable_by(self, user: User) -> ReviewQuerySet:
        """Those that a user may change or delete: one's own, and all of them for staff."""
        return self.all() if user.is_staff else self.filter(author=user)


class Review(models.Model):
    """What somebody thinks of a product; ``author`` is empty for imported reviews and when the
    account is gone. A review without a ``rating`` is only text and does not count in averages."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=255)
    description = models.TextField()
    rating = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(FEWEST_STARS), MaxValueValidator(MOST_STARS)],
    )
    date = models.DateField(default=today, editable=False)
    source = models.CharField(  # noqa: DJ001 - NULLs do not collide
        max_length=64, null=True, unique=True, editable=False
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=FEWEST_STARS) & Q(rating__lte=MOST_STARS)
                | Q(rating__isnull=True),
                name="rating_from_1_to_5",
            ),
            models.UniqueConstraint(
                fields=["product", "author"],
                name="one_review_per_author",
                violation_error_message="There is a review of this product by this person already.",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "-date", "-id"], name="reviews_of_product"),
        ]

    def __str__(self) -> str:
        return f"{self.rating or '-'}/5 by {self.name}"

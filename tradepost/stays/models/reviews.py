"""What guests say of stays, and hosts of guests."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from tradepost.accounts.models import User
from tradepost.stays.models.bookings import Booking
from tradepost.stays.models.properties import Property

FEWEST_STARS, MOST_STARS = 1, 5
LONGEST_REVIEW = 10_000  # characters


class ReviewQuerySet(models.QuerySet["Review"]):
    def public(self) -> ReviewQuerySet:
        """What guests said of places, as far as it is released."""
        return self.filter(side=Review.Side.GUEST, released_at__isnull=False)

    def released(self) -> ReviewQuerySet:
        return self.filter(released_at__isnull=False)

    def blind(self) -> ReviewQuerySet:
        """Those that nobody but their authors knows of."""
        return self.filter(released_at__isnull=True)

    def about_guest(self, guest_id: UUID) -> ReviewQuerySet:
        """What hosts said of somebody, as far as it is released."""
        return self.released().filter(side=Review.Side.HOST, booking__user=guest_id)

    def with_sides(self) -> ReviewQuerySet:
        """With those who wrote them, stayed and offered the place."""
        return self.select_related("user", "booking__user", "property__host")

    def visible_to(self, user: User) -> ReviewQuerySet:
        """One's own, what is released of the stays one took part in, and what is public; all for
        ``stays.view_review``."""
        if user.has_perm("stays.view_review"):
            return self.all()
        took_part = Q(booking__user=user) | Q(property__host=user)
        released = Q(released_at__isnull=False)
        return self.filter(Q(user=user) | released & (took_part | Q(side=Review.Side.GUEST)))


class Review(models.Model):
    """What one side of a stay says of the other, blind until both have written or time is up.

    ``user`` wrote it: the guest about the property, or the host about the guest, once.
    """

    class Side(models.TextChoices):
        GUEST = "guest", "By the guest"
        HOST = "host", "By the host"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="reviews")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="reviews")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stay_reviews"
    )
    side = models.CharField(max_length=5, choices=Side.choices)
    rating = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True, default="", max_length=LONGEST_REVIEW)
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, default="", max_length=LONGEST_REVIEW)
    answered_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-released_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "side"], name="one_review_per_stay_and_side"
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=FEWEST_STARS) & Q(rating__lte=MOST_STARS),
                name="stay_rating_from_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(side__in=["guest", "host"]), name="review_side_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(released_at__isnull=False, side="guest"),
                name="only_released_reviews_are_answered",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_at__isnull=False),
                name="answers_say_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["property", "side", "-released_at", "-id"], name="reviews_of_place"
            ),
            models.Index(
                fields=["booking"], condition=Q(released_at__isnull=True), name="blind_reviews"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 by {self.user_id}"

    def other_side(self) -> User:
        """Return whom it is for: the host of what a guest wrote, the guest of what a host wrote."""
        return self.property.host if self.side == self.Side.GUEST else self.booking.user

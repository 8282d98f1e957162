"""The shop's side of a user."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Customer(models.Model):
    class Membership(models.TextChoices):
        BRONZE = "B", "Bronze"
        SILVER = "S", "Silver"
        GOLD = "G", "Gold"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    phone = models.CharField(max_length=255, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    membership = models.CharField(
        max_length=1, choices=Membership.choices, default=Membership.BRONZE
    )

    class Meta:
        ordering = ["user__first_name", "user__last_name", "id"]
        permissions = [("view_history", "Can view history")]
        constraints = [
            models.CheckConstraint(
                condition=Q(membership__in=["B", "S", "G"]), name="membership_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.first_name} {self.user.last_name}"

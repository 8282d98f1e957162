"""The shop's side of a user."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from tradepost.accounts.models import User

MOST_ADDRESSES = 20  # of one customer


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> CustomerQuerySet:
        """All of them for those who may view customers, oneself for everybody else."""
        return self.all() if user.has_perm("store.view_customer") else self.filter(user=user)


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

    objects = CustomerQuerySet.as_manager()

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


class AddressQuerySet(models.QuerySet["Address"]):
    def visible_to(self, user: User) -> AddressQuerySet:
        """One's own; orders keep their own copy for everybody else."""
        return self.filter(customer__user=user)


class Address(models.Model):
    """Where a customer wants things sent."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    street = models.CharField(max_length=255)
    city = models.CharField(max_length=255)
    zip = models.CharField(max_length=20, blank=True, default="")

    objects = AddressQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return f"{self.street}, {self.zip} {self.city}".replace(",  ", ", ")

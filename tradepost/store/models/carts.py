"""Carts: anonymous, known by a UUID that nobody can guess."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from django.db import models
from django.db.models import Q

from tradepost.store.models.catalogue import Product

MOST_LINES = 200  # an order of all of them still takes its stock in a moment
MOST_OF_ONE_PRODUCT = 32767  # what a small integer holds


class CartQuerySet(models.QuerySet["Cart"]):
    def public(self) -> CartQuerySet:
        """Carts belong to whoever knows their id, so this is where look-ups start."""
        return self.all()

    def with_items(self) -> CartQuerySet:
        return self.prefetch_related(
            models.Prefetch("items", CartItem.objects.select_related("product").order_by("id"))
        )


class Cart(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = CartQuerySet.as_manager()

    def __str__(self) -> str:
        return f"cart of {self.created_at:%Y-%m-%d}"

    def total_price(self) -> Decimal:
        """The sum of the lines at today's prices; load the cart ``with_items()`` first."""
        return sum((item.total_price() for item in self.items.all()), Decimal("0.00"))


class CartItem(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="product_once_per_cart"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="cart_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"

    def total_price(self) -> Decimal:
        """Quantity times today's price of the loaded product."""
        return self.quantity * self.product.unit_price

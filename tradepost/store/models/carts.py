"""Carts: anonymous, known by a UUID that nobody can guess, until somebody claims theirs."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit.money import MoneyField
from tradepost.store.models.catalogue import Product

MOST_LINES = 200  # an order of all of them still takes its stock in a moment
MOST_OF_ONE_PRODUCT = 32767  # what a small integer holds


class CartQuerySet(models.QuerySet["Cart"]):
    def visible_to(self, user: User | None) -> CartQuerySet:
        """Carts that nobody has claimed belong to whoever knows their id; others to their owner."""
        unclaimed = Q(owner=None)
        return self.filter(unclaimed if user is None else unclaimed | Q(owner=user))

    def with_items(self) -> CartQuerySet:
        return self.prefetch_related(
            models.Prefetch("items", CartItem.objects.select_related("product").order_by("id")),
            models.Prefetch("dropped_lines", DroppedLine.objects.order_by("id")),
        )


class Cart(models.Model):
    """``changed_at`` moves with every change of the lines; who leaves a cart alone loses it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    objects = CartQuerySet.as_manager()

    def __str__(self) -> str:
        return f"cart of {self.created_at:%Y-%m-%d}"

    def total_price(self) -> Decimal:
        """The sum of the lines at today's prices; load the cart ``with_items()`` first."""
        return sum((item.total_price() for item in self.items.all()), Decimal("0.00"))


class CartItem(models.Model):
    """A line. ``seen_price`` is what one cost when the line was last changed."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    seen_price = MoneyField(null=True, editable=False)  # type: ignore[misc] # the stubs know no such

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="product_once_per_cart"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="cart_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"

    def total_price(self) -> Decimal:
        """Quantity times today's price of the loaded product."""
        total: Decimal = self.quantity * self.product.price
        return total


class DroppedLine(models.Model):
    """A line that vanished with its product, so that the cart can say so."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="dropped_lines")
    title = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.title

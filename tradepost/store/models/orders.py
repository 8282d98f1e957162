"""Orders, which keep what was agreed: title, price and total as they were."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from tradepost.accounts.models import User
from tradepost.kit.money import MoneyField
from tradepost.store.models.catalogue import Product
from tradepost.store.models.customers import Customer


def with_products() -> models.Prefetch[str]:
    """What loads the lines of orders, each with its product, in one query."""
    lines = OrderItem.objects.select_related("product").order_by("id")
    return models.Prefetch("items", lines)


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        """All orders for those who may view orders, their own for everybody else."""
        if user.has_perm("store.view_order"):
            return self.all()
        return self.filter(customer__user=user)

    def with_items(self) -> OrderQuerySet:
        return self.prefetch_related(with_products())


class Order(models.Model):
    class PaymentStatus(models.TextChoices):
        PENDING = "P", "Pending"
        COMPLETE = "C", "Complete"
        FAILED = "F", "Failed"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    placed_at = models.DateTimeField(auto_now_add=True)
    payment_status = models.CharField(
        max_length=1, choices=PaymentStatus.choices, default=PaymentStatus.PENDING
    )
    total = MoneyField()
    cart_id = models.UUIDField(unique=True, editable=False)  # a cart becomes at most one order

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-id"]
        permissions = [("cancel_order", "Can cancel order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(payment_status__in=["P", "C", "F"]), name="payment_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(total__gte=Decimal(0)), name="order_total_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-placed_at", "-id"], name="orders_of_customer"),
            models.Index(fields=["-placed_at", "-id"], name="orders_by_time"),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class OrderItem(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="orderitems")
    title = models.CharField(max_length=255)
    quantity = models.PositiveSmallIntegerField()
    unit_price = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "product"], name="product_once_per_order"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=Decimal(0)), name="order_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"

    def total_price(self) -> Decimal:
        """Quantity times the price agreed."""
        return self.quantity * self.unit_price

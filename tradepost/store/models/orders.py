"""Orders, which keep what was agreed: title, price and total as they were."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
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
    """``canceled_at`` is a fact beside the payment status: only what is not paid is canceled."""

    class PaymentStatus(models.TextChoices):
        PENDING = "P", "Pending"
        COMPLETE = "C", "Complete"
        FAILED = "F", "Failed"

    # What may follow what; what is complete stays so, money goes back as a refund.
    TRANSITIONS: ClassVar[Mapping[str, frozenset[str]]] = {
        PaymentStatus.PENDING: frozenset({PaymentStatus.COMPLETE, PaymentStatus.FAILED}),
        PaymentStatus.FAILED: frozenset({PaymentStatus.PENDING, PaymentStatus.COMPLETE}),
        PaymentStatus.COMPLETE: frozenset(),
    }

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    placed_at = models.DateTimeField(auto_now_add=True)
    payment_status = models.CharField(
        max_length=1, choices=PaymentStatus.choices, default=PaymentStatus.PENDING
    )
    total = MoneyField()
    delivery_address = models.CharField(max_length=600, blank=True, default="")  # as it was then
    canceled_at = models.DateTimeField(null=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(canceled_at=None) | ~Q(payment_status="C"),
                name="paid_orders_are_not_canceled",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-placed_at", "-id"], name="orders_of_customer"),
            models.Index(fields=["-placed_at", "-id"], name="orders_by_time"),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be canceled or deleted: neither paid nor canceled."""
        return self.canceled_at is None and self.payment_status != self.PaymentStatus.COMPLETE


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


class OrderEvent(models.Model):
    """Something that happened to an order after it was placed; together they are its timeline."""

    class Kind(models.TextChoices):
        PENDING = "pending", "Waiting for payment"
        PAID = "paid", "Paid"
        PAYMENT_FAILED = "payment_failed", "Payment failed"
        CANCELED = "canceled", "Canceled"
        REFUNDED = "refunded", "Refunded"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    amount = MoneyField(null=True)  # type: ignore[misc] # of a refund; the stubs know no such

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="refunded", amount__gt=Decimal(0))
                | (~Q(kind="refunded") & Q(amount=None)),
                name="refunded_amount_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_id}"

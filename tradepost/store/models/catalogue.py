"""What is for sale."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q

from tradepost.kit.money import MoneyField, with_tax

LOWEST_PRICE = Decimal("1.00")
HIGHEST_PRICE = Decimal("9999.99")


class CollectionQuerySet(models.QuerySet["Collection"]):
    def public(self) -> CollectionQuerySet:
        return self.all()

    def with_products_count(self) -> CollectionQuerySet:
        return self.annotate(products_count=Count("products"))


class Collection(models.Model):
    title = models.CharField(max_length=255)
    featured_product = models.ForeignKey(
        "Product", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["title"], name="one_collection_per_title"),
        ]

    def __str__(self) -> str:
        return self.title


class ProductQuerySet(models.QuerySet["Product"]):
    def public(self) -> ProductQuerySet:
        """What everybody may see."""
        return self.all()


class Product(models.Model):
    title = models.CharField(max_length=255)
    slug = models.SlugField()
    description = models.TextField(blank=True, default="")
    brand = models.CharField(max_length=100, blank=True, default="")
    sku = models.CharField(max_length=64, null=True, blank=True, unique=True)
    unit_price = MoneyField(
        validators=[MinValueValidator(LOWEST_PRICE), MaxValueValidator(HIGHEST_PRICE)]
    )
    inventory = models.PositiveIntegerField()
    last_update = models.DateTimeField(auto_now=True)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="products")

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_price__gte=LOWEST_PRICE) & Q(unit_price__lte=HIGHEST_PRICE),
                name="product_price_in_range",
            ),
            models.CheckConstraint(condition=Q(inventory__gte=0), name="stock_not_negative"),
        ]
        indexes = [
            models.Index(fields=["title", "id"], name="product_by_title"),
            models.Index(fields=["unit_price", "id"], name="product_by_price"),
            models.Index(fields=["last_update", "id"], name="product_by_update"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price_with_tax(self) -> Decimal:
        """The unit price plus ``settings.TAX_RATE``, rounded half-up."""
        return with_tax(self.unit_price, rate=settings.TAX_RATE)


class ReviewQuerySet(models.QuerySet["Review"]):
    def public(self) -> ReviewQuerySet:
        return self.all()


class Review(models.Model):
    """What somebody thinks of a product; ``author`` is empty for imported reviews."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(max_length=255)
    description = models.TextField()
    rating = models.PositiveSmallIntegerField()
    date = models.DateField()
    source = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULLs do not collide

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=1) & Q(rating__lte=5), name="rating_from_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 by {self.name}"

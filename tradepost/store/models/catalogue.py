"""What is for sale."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, Q, Value, When

from tradepost.kit.money import HundredthsField, MoneyField, with_tax
from tradepost.store.models.promotions import HIGHEST_DISCOUNT, Promotion
from tradepost.store.models.search import CATALOGUE_TEXTS

LOWEST_PRICE = Decimal("1.00")
HIGHEST_PRICE = Decimal("9999.99")
WHOLE = 10_000  # a hundred per cent, as the database keeps it


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
            models.UniqueConstraint(
                fields=["title"],
                name="one_collection_per_title",
                violation_error_message="A collection with this title already exists.",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="collection_has_title"),
        ]

    def __str__(self) -> str:
        return self.title


class ProductQuerySet(models.QuerySet["Product"]):
    def public(self) -> ProductQuerySet:
        """What everybody may see."""
        return self.all()

    def matching(self, text: str) -> ProductQuerySet:
        """Those that have all the words of ``text`` in title, collection or description, the
        best first. Another order takes the place of that one; an empty text changes nothing."""
        return CATALOGUE_TEXTS.matching(self, text)


class Product(models.Model):
    """``unit_price`` is what the shop asks, ``price`` what one costs now: less the ``discount`` of
    the best promotion. ``rating`` is the average number of stars, 0 without any. The database
    computes ``price`` and ``rating``; read them again after a change of what they depend on."""

    title = models.CharField(max_length=255)
    slug = models.SlugField(unique=True)
    description = models.TextField(blank=True, default="")
    brand = models.CharField(max_length=100, blank=True, default="")
    sku = models.CharField(max_length=64, null=True, blank=True, unique=True)
    unit_price = MoneyField(
        validators=[MinValueValidator(LOWEST_PRICE), MaxValueValidator(HIGHEST_PRICE)]
    )
    inventory = models.PositiveIntegerField()
    last_update = models.DateTimeField(auto_now=True)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="products")
    promotions = models.ManyToManyField(Promotion, blank=True, related_name="products")
    # Kept by actions: the discount by promotions.py, the sums of the reviews by reviews.py.
    discount = HundredthsField(default=Decimal(0), editable=False)  # per cent
    stars = models.PositiveIntegerField(default=0, editable=False)
    ratings_count = models.PositiveIntegerField(default=0, editable=False)
    reviews_count = models.PositiveIntegerField(default=0, editable=False)
    price = models.GeneratedField(  # half-up, in whole cents
        expression=(F("unit_price") * (WHOLE - F("discount")) + WHOLE // 2) / WHOLE,
        output_field=MoneyField(),
        db_persist=True,
    )
    rating = models.GeneratedField(
        expression=Case(
            When(
                ratings_count__gt=0,
                then=(F("stars") * 200 + F("ratings_count")) / (F("ratings_count") * 2),
            ),
            default=Value(0),
        ),
        output_field=HundredthsField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_price__gte=LOWEST_PRICE) & Q(unit_price__lte=HIGHEST_PRICE),
                name="product_price_in_range",
            ),
            models.CheckConstraint(condition=Q(inventory__gte=0), name="stock_not_negative"),
            models.CheckConstraint(condition=~Q(title=""), name="product_has_title"),
            models.CheckConstraint(
                condition=Q(discount__gte=Decimal(0)) & Q(discount__lte=HIGHEST_DISCOUNT),
                name="product_discount_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["title", "id"], name="product_by_title"),
            models.Index(fields=["unit_price", "id"], name="product_by_price"),
            models.Index(fields=["last_update", "id"], name="product_by_update"),
            models.Index(fields=["price", "id"], name="product_by_price_now"),
            models.Index(fields=["rating", "id"], name="product_by_rating"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price_with_tax(self) -> Decimal:
        """The price plus ``settings.TAX_RATE``, rounded half-up."""
        return with_tax(self.price, rate=settings.TAX_RATE)

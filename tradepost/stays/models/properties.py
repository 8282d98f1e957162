"""Places to stay, and what is in them."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When

from tradepost.accounts.models import User
from tradepost.kit.money import HundredthsField, MoneyField
from tradepost.stays.cells import cell_of
from tradepost.stays.models.search import PROPERTY_TEXTS

LOWEST_PRICE, HIGHEST_PRICE = Decimal("1.00"), Decimal("99999.99")
HUNDRED = Decimal(100)
LONGEST_STAY = 365  # nights
LONGEST_LEAD = 365  # days
LONGEST_BUFFER = 30  # nights
MOST_GUESTS = 50


def check_time_zone(name: str) -> None:
    """Refuse what names no time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError("%(name)s is no time zone.", "unknown_zone", {"name": name})


def _percent(**options: Any) -> HundredthsField:
    validators = [MinValueValidator(Decimal(0)), MaxValueValidator(HUNDRED)]
    return HundredthsField(default=Decimal(0), validators=validators, **options)


def _between(column: str, lowest: object, highest: object) -> Q:
    return Q(**{f"{column}__gte": lowest}) & Q(**{f"{column}__lte": highest})


class Amenity(models.Model):
    """Something a place may have, such as wifi."""

    slug = models.SlugField(primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "amenities"

    def __str__(self) -> str:
        return self.name


class PropertyQuerySet(models.QuerySet["Property"]):
    def public(self) -> PropertyQuerySet:
        """What everybody may see."""
        return self.filter(status=Property.Status.PUBLISHED)

    def visible_to(self, user: User | None) -> PropertyQuerySet:
        """What is published; one's own drafts besides, and all for holders of
        ``stays.view_property``."""
        if user is None or not user.is_authenticated:
            return self.public()
        if user.has_perm("stays.view_property"):
            return self.all()
        return self.filter(Q(status=Property.Status.PUBLISHED) | Q(host=user))

    def kept_by(self, user: User) -> PropertyQuerySet:
        """Those that a user may change: one's own, and all for ``stays.change_property``."""
        return self.all() if user.has_perm("stays.change_property") else self.filter(host=user)

    def matching(self, text: str) -> PropertyQuerySet:
        """Those that have all the words of ``text``, the best first; all for an empty one."""
        return PROPERTY_TEXTS.matching(self, text)


class Property(models.Model):
    """A place to stay. Dates and times of day are local ones, in its ``time_zone``.

    A night costs ``price``, that of a Friday or Saturday ``weekend_price`` if there is one, and
    what a season says within it. ``lead_days`` is how many days before check-in one must book,
    ``buffer_nights`` stay empty after each stay. ``rating`` is the average of its reviews.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    class RoomType(models.TextChoices):
        ENTIRE_HOME = "entire_home", "Entire home"
        PRIVATE_ROOM = "private_room", "Private room"
        SHARED_ROOM = "shared_room", "Shared room"
        HOTEL_ROOM = "hotel_room", "Hotel room"

    class Policy(models.TextChoices):
        FLEXIBLE = "flexible", "Flexible"
        MODERATE = "moderate", "Moderate"
        STRICT = "strict", "Strict"

    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="properties"
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="", max_length=20_000)
    house_rules = models.TextField(blank=True, default="", max_length=10_000)
    room_type = models.CharField(
        max_length=12, choices=RoomType.choices, default=RoomType.ENTIRE_HOME
    )
    street = models.CharField(  # told to guests whose stay is confirmed
        max_length=255, blank=True, default=""
    )
    neighbourhood = models.CharField(max_length=100, blank=True, default="")
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True, default="")
    country = models.CharField(max_length=2, default="US")  # ISO 3166
    latitude = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    cell = models.BigIntegerField(editable=False)  # kept by save(), from the coordinates
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])
    check_in_time = models.TimeField(default=time(15))
    check_out_time = models.TimeField(default=time(11))
    capacity = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(MOST_GUESTS)]
    )
    price = MoneyField(
        validators=[MinValueValidator(LOWEST_PRICE), MaxValueValidator(HIGHEST_PRICE)]
    )
    weekend_price = MoneyField(  # type: ignore[misc]
        null=True, blank=True,
        validators=[MinValueValidator(LOWEST_PRICE), MaxValueValidator(HIGHEST_PRICE)],
    )  # fmt: skip
    cleaning_fee = MoneyField(
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(HIGHEST_PRICE)],
    )
    weekly_discount = _percent()  # from 7 nights on
    monthly_discount = _percent()  # from 28 nights on
    tax = _percent()  # per cent, on nights and fees
    minimum_nights = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_STAY)]
    )
    maximum_nights = models.PositiveSmallIntegerField(
        default=LONGEST_STAY, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_STAY)]
    )
    lead_days = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(LONGEST_LEAD)]
    )
    buffer_nights = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(LONGEST_BUFFER)]
    )
    is_instant = models.BooleanField(default=True)  # booked at once, or on request
    cancellation_policy = models.CharField(
        max_length=8, choices=Policy.choices, default=Policy.MODERATE
    )
    amenities = models.ManyToManyField(Amenity, blank=True, related_name="properties")
    source = models.CharField(  # noqa: DJ001 - NULLs do not collide
        max_length=64, null=True, unique=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_update = models.DateTimeField(auto_now=True)
    # Kept by actions/reviews.py: sums over what guests said and everybody may read.
    stars = models.PositiveIntegerField(default=0, editable=False)
    ratings_count = models.PositiveIntegerField(default=0, editable=False)
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

    objects = PropertyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "properties"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published"]), name="property_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    room_type__in=["entire_home", "private_room", "shared_room", "hotel_room"]
                ),
                name="property_room_type_is_known",
            ),
            models.CheckConstraint(
                condition=Q(cancellation_policy__in=["flexible", "moderate", "strict"]),
                name="property_policy_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(city="") & ~Q(time_zone=""), name="property_is_named"
            ),
            models.CheckConstraint(
                condition=_between("latitude", -90, 90) & _between("longitude", -180, 180),
                name="property_is_on_the_map",
            ),
            models.CheckConstraint(
                condition=_between("price", LOWEST_PRICE, HIGHEST_PRICE)
                & (
                    Q(weekend_price__isnull=True)
                    | _between("weekend_price", LOWEST_PRICE, HIGHEST_PRICE)
                )
                & _between("cleaning_fee", Decimal(0), HIGHEST_PRICE),
                name="property_prices_in_range",
            ),
            models.CheckConstraint(
                condition=_between("weekly_discount", Decimal(0), HUNDRED)
                & _between("monthly_discount", Decimal(0), HUNDRED)
                & _between("tax", Decimal(0), HUNDRED),
                name="property_percents_in_range",
            ),
            models.CheckConstraint(
                condition=_between("capacity", 1, MOST_GUESTS), name="property_capacity_in_range"
            ),
            models.CheckConstraint(
                condition=_between("minimum_nights", 1, LONGEST_STAY)
                & _between("maximum_nights", 1, LONGEST_STAY)
                & Q(maximum_nights__gte=F("minimum_nights")),
                name="property_nights_in_range",
                violation_error_message="The longest stay cannot be shorter than the shortest.",
            ),
            models.CheckConstraint(
                condition=Q(lead_days__lte=LONGEST_LEAD) & Q(buffer_nights__lte=LONGEST_BUFFER),
                name="property_days_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "cell"], name="property_by_cell"),
            models.Index(fields=["status", "price", "id"], name="property_by_price"),
            models.Index(fields=["status", "rating", "id"], name="property_by_rating"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        """Write the row; its place in the index of the map follows the coordinates."""
        self.cell = cell_of(latitude=self.latitude, longitude=self.longitude)
        fields = kwargs.get("update_fields")
        if fields is not None and {"latitude", "longitude"} & set(fields):
            kwargs["update_fields"] = {*fields, "cell"}
        super().save(**kwargs)

    def today(self, now: datetime) -> date:
        """Return the date that it is there."""
        return now.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()

    def moment(self, day: date, clock: time) -> datetime:
        """Return when the clocks there show this; the earlier moment when they show it twice."""
        local = datetime.combine(day, clock, zoneinfo.ZoneInfo(self.time_zone))
        return local.astimezone(zoneinfo.ZoneInfo("UTC"))

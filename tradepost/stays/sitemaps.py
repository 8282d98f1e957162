"""What stays have for search engines."""

from datetime import datetime

from django.db.models import Max, QuerySet
from django.urls import reverse

from tradepost.kit.http.sitemaps import Section
from tradepost.stays.models import Property


class PlacePages(Section[Property]):
    def items(self) -> QuerySet[Property]:
        return Property.objects.public().only("pk", "last_update").order_by("pk")

    def lastmod(self, item: Property) -> datetime:
        return item.last_update

    def location(self, item: Property) -> str:
        return reverse("place", args=[item.pk])

    def get_latest_lastmod(self) -> datetime | None:
        newest: datetime | None = Property.objects.public().aggregate(at=Max("last_update"))["at"]
        return newest

"""What the shop has for search engines."""

from datetime import datetime

from django.db.models import Max, QuerySet
from django.urls import reverse

from tradepost.kit.http.sitemaps import Section
from tradepost.store.models import Collection, Product


class ProductPages(Section[Product]):
    def items(self) -> QuerySet[Product]:
        return Product.objects.public().only("pk", "last_update").order_by("pk")

    def lastmod(self, item: Product) -> datetime:
        return item.last_update

    def location(self, item: Product) -> str:
        return reverse("product", args=[item.pk])

    def get_latest_lastmod(self) -> datetime | None:
        return _newest_change()


class CollectionPages(Section[Collection]):
    """Those with products; a page of none says nothing."""

    def items(self) -> QuerySet[Collection]:
        changed = Collection.objects.public().annotate(changed_at=Max("products__last_update"))
        return changed.filter(changed_at__isnull=False).order_by("pk")

    def lastmod(self, item: Collection) -> datetime:
        changed_at: datetime = item.changed_at  # type: ignore[attr-defined] # annotated above
        return changed_at

    def location(self, item: Collection) -> str:
        return f"{reverse('products')}?collection={item.pk}"

    def get_latest_lastmod(self) -> datetime | None:
        return _newest_change()


def _newest_change() -> datetime | None:
    newest: datetime | None = Product.objects.public().aggregate(at=Max("last_update"))["at"]
    return newest

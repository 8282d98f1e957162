"""Products straight from queries to JSON, without model instances or serializers.

``ProductOutput`` defines the contract; a test holds this form equal to it, byte for byte.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tradepost.kit.http.json import money
from tradepost.kit.money import minor_with_tax, tax_factor
from tradepost.kit.pictures.addresses import address_of
from tradepost.kit.prepared import Prepared, PreparedIn, hundredths
from tradepost.store.extras import tags
from tradepost.store.models import Product, ProductImage

Row = tuple[Any, ...]
PLAIN = (
    "id", "title", "description", "slug", "inventory", "collection_id", "brand", "reviews_count",
    "last_update",
)  # fmt: skip
HUNDREDTHS = ("unit_price", "price", "discount", "rating")


def product_rows(products: QuerySet[Product]) -> Any:
    """Return the query that reads what ``products_as_json`` needs, as tuples."""
    return products.values_list(*PLAIN, *map(hundredths, HUNDREDTHS))


def products_as_json(rows: Iterable[Row], *, root: str) -> list[dict[str, object]]:
    """Return what ``ProductOutput`` would say about each row; two queries for all of them.

    ``root`` is the scheme and host that addresses of pictures start with.
    """
    found = list(rows)
    ids = [row[0] for row in found]
    images, labels = images_as_json(ids, root=root), tags.read(ids)
    factor = tax_factor(settings.TAX_RATE)
    return [
        {
            "id": pk,
            "title": title,
            "description": description,
            "slug": slug,
            "inventory": inventory,
            "unit_price": money(unit_price),
            "price_with_tax": money(minor_with_tax(price, factor=factor)),
            "collection": collection,
            "images": images.get(pk, []),
            "price": money(price),
            "discount": money(discount),
            "brand": brand,
            "tags": labels.get(pk, []),
            "rating": money(rating),
            "reviews_count": reviews,
            "last_update": _in_utc(last_update),
        }
        for (
            pk, title, description, slug, inventory, collection, brand, reviews, last_update,
            unit_price, price, discount, rating,
        ) in found
    ]  # fmt: skip


def _in_utc(moment: datetime) -> datetime:
    """Some drivers leave out that the moments of a database are in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _image_rows(product_ids: list[int]) -> Any:
    rows = ProductImage.objects.public().filter(product_id__in=product_ids).order_by("id")
    return rows.values_list("product_id", "id", "image", "thumbnail", "webp", "width", "height")


_images = PreparedIn(_image_rows)


def images_as_json(
    product_ids: Collection[int], *, root: str
) -> dict[int, list[dict[str, object]]]:
    """Return the pictures of each product that has any, in their order, in one query."""
    images: dict[int, list[dict[str, object]]] = defaultdict(list)
    for product_id, pk, image, thumbnail, webp, width, height in _images.run(product_ids):
        images[product_id].append(
            {
                "id": pk,
                "image": address_of(image, root=root),
                "thumbnail": address_of(thumbnail, root=root),
                "webp": address_of(webp, root=root),
                "width": width,
                "height": height,
            }
        )
    return images


def product_as_json(pk: int, *, root: str) -> dict[str, object] | None:
    """Return one product; None when there is none."""
    found = products_as_json(_product().run(pk=pk), root=root)
    return found[0] if found else None


@cache
def _product() -> Prepared:
    """Build the query of one product, when it is first asked for."""
    return Prepared(
        lambda pk: product_rows(Product.objects.public().filter(pk=pk)), places={"pk": int}
    )

"""Products straight from a query to JSON, without model instances or serializers.

``ProductOutput`` defines the contract; a test holds this form equal to it, byte for byte.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet

from tradepost.kit.http.json import encode, money
from tradepost.kit.money import minor_with_tax, tax_factor
from tradepost.store.models import Product

Row = tuple[Any, ...]


def product_rows(products: QuerySet[Product]) -> Any:
    """Return the query that reads the columns of ``products_as_json``, as tuples."""
    cents = ExpressionWrapper(F("unit_price"), output_field=BigIntegerField())
    return products.values_list(
        "id", "title", "slug", "description", "brand", "inventory", "collection_id",
        "last_update", cents,
    )  # fmt: skip


def products_as_json(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Return what ``ProductOutput`` would say about each row."""
    factor = tax_factor(settings.TAX_RATE)
    return [
        {
            "id": pk,
            "title": title,
            "slug": slug,
            "description": description,
            "brand": brand,
            "inventory": inventory,
            "unit_price": money(cents),
            "price_with_tax": money(minor_with_tax(cents, factor=factor)),
            "collection": collection,
            "last_update": last_update,
        }
        for (
            pk, title, slug, description, brand, inventory, collection, last_update, cents,
        ) in rows
    ]  # fmt: skip


def product_bytes(*, pk: str) -> bytes | None:
    """Return one product as the API's JSON; None when there is none."""
    found = products_as_json(product_rows(Product.objects.public().filter(pk=pk)))
    return encode(found[0]) if found else None

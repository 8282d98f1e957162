"""What seeding is the same in both Django projects: the shop, whose tables have the same names."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from benchmarks import data

BATCH = 2_000


def bulk(model: Any, rows: Iterable[Model]) -> None:
    """Insert rows past everything that a project does when it writes one."""
    model.objects.bulk_create(rows, batch_size=BATCH)


def fill_shop(models: Any, *, waiting: data.Waiting, **of_images: int) -> None:
    """Fill the shop; ``models`` is a project's module of them, ``of_images`` its other columns."""
    _fill_catalogue(models, of_images)
    carts = list(data.carts(waiting))
    bulk(models.Cart, [models.Cart(id=cart.id) for cart in carts])
    bulk(
        models.CartItem,
        [
            models.CartItem(cart_id=cart.id, product_id=pk, quantity=quantity)
            for cart in carts
            for pk, quantity in cart.lines.items()
        ],
    )
    move_sequences(models.Collection, models.Product, models.ProductImage)


def _fill_catalogue(models: Any, of_images: dict[str, int]) -> None:
    bulk(
        models.Collection,
        [models.Collection(id=pk, title=title) for pk, title in data.collections()],
    )
    bulk(
        models.Product,
        [
            models.Product(
                id=row.id, title=row.title, slug=row.slug, description=row.description,
                brand=row.brand, unit_price=Decimal(row.cents).scaleb(-2), inventory=row.inventory,
                collection_id=row.collection_id,
            )
            for row in data.products()
        ],
    )  # fmt: skip
    bulk(
        models.ProductImage,
        [
            models.ProductImage(id=row.id, product_id=row.product_id, image=row.name, **of_images)
            for row in data.images()
        ],
    )


def move_sequences(*models: type[Model]) -> None:
    """Let what is added later come behind the rows that have ids of ours."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in models):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )

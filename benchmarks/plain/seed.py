"""Makes the plain project's tables and fills them with the shared rows. Run as a program."""

import sys
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model

from benchmarks import data

BATCH = 2_000


def main(order_carts: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        _fill_shop(order_carts)
        _fill_messaging()
        _move_sequences()


def _bulk(model: Any, rows: Iterable[Model]) -> None:
    model.objects.bulk_create(rows, batch_size=BATCH)


def _fill_shop(order_carts: int) -> None:
    from benchmarks.plain.models import Cart, CartItem, Collection, Product, ProductImage

    _bulk(Collection, [Collection(id=pk, title=title) for pk, title in data.collections()])
    _bulk(
        Product,
        [
            Product(
                id=row.id, title=row.title, slug=row.slug, description=row.description,
                brand=row.brand, unit_price=Decimal(row.cents) / 100, inventory=row.inventory,
                collection_id=row.collection_id,
            )
            for row in data.products()
        ],
    )  # fmt: skip
    _bulk(
        ProductImage,
        [
            ProductImage(id=row.id, product_id=row.product_id, image=row.name)
            for row in data.images()
        ],
    )
    carts = list(data.carts(for_orders=order_carts))
    _bulk(Cart, [Cart(id=cart.id) for cart in carts])
    _bulk(
        CartItem,
        [
            CartItem(cart_id=cart.id, product_id=pk, quantity=quantity)
            for cart in carts
            for pk, quantity in cart.lines.items()
        ],
    )


def _fill_messaging() -> None:
    from benchmarks.plain.models import Conversation, Message, User

    _bulk(
        User,
        [
            User(
                id=row.id, username=row.username, email=row.email, first_name=row.first_name,
                last_name=row.last_name, password="!",
            )
            for row in data.users()
        ],
    )  # fmt: skip
    rows = list(data.conversations())
    _bulk(Conversation, [Conversation(id=row.id) for row in rows])
    membership = Conversation.participants.through
    _bulk(
        membership,
        [membership(conversation_id=row.id, user_id=pk) for row in rows for pk in row.people],
    )
    _bulk(
        Message,
        [
            Message(
                conversation_id=row.conversation_id, sender_id=row.sender_id,
                message_body=row.body,
            )
            for row in data.messages()
        ],
    )  # fmt: skip


def _move_sequences() -> None:
    from benchmarks.plain.models import Collection, Product

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in (Collection._meta.db_table, Product._meta.db_table):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )


if __name__ == "__main__":
    main(order_carts=int(sys.argv[1]))

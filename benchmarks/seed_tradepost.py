"""Makes Tradepost's tables and fills them. Run as a program, with Django's settings chosen.

The rows go in by bulk inserts, past the actions: this prepares a measurement, it is no deed.
Prints the access tokens of all users as JSON, because only the project itself can make them.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import django
import orjson
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
        _fill_accounts()
        _fill_messaging()
        _move_sequences()
    sys.stdout.buffer.write(orjson.dumps(_tokens()))


def _bulk(model: Any, rows: Iterable[Model]) -> None:
    model.objects.bulk_create(rows, batch_size=BATCH)


def _fill_shop(order_carts: int) -> None:
    from tradepost.kit.models import Stamp
    from tradepost.kit.money import from_minor
    from tradepost.kit.stamps import SHARDS
    from tradepost.store.models import Cart, CartItem, Collection, Product, ProductImage
    from tradepost.store.stamps import CATALOGUE

    _bulk(Stamp, [Stamp(name=CATALOGUE, shard=shard) for shard in range(SHARDS)])
    _bulk(Collection, [Collection(id=pk, title=title) for pk, title in data.collections()])
    _bulk(
        Product,
        [
            Product(
                id=row.id, title=row.title, slug=row.slug, description=row.description,
                brand=row.brand, unit_price=from_minor(row.cents), inventory=row.inventory,
                collection_id=row.collection_id,
            )
            for row in data.products()
        ],
    )  # fmt: skip
    _bulk(
        ProductImage,
        [
            ProductImage(
                id=row.id, product_id=row.product_id, image=row.name, width=800, height=600
            )
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


def _fill_accounts() -> None:
    from django.contrib.auth.models import Group

    from tradepost.accounts.models import User
    from tradepost.feed.actions.publishing import publish
    from tradepost.kit.transactions import unit_of_work
    from tradepost.store.models import Customer
    from tradepost.store.queries import CUSTOMER_SERVICE

    people = [
        User(
            id=row.id, username=row.username, email=row.email, first_name=row.first_name,
            last_name=row.last_name, password="!",
        )
        for row in data.users()
    ]  # fmt: skip
    _bulk(User, people)
    _bulk(Customer, [Customer(user=person) for person in people])
    with unit_of_work():  # everybody's feed has begun
        publish(kind="bench.ready", user_ids=[person.pk for person in people], data={})
    desk = Group.objects.get_or_create(name=CUSTOMER_SERVICE)[0]
    people[-1].groups.add(desk)  # somebody is told of each order, as in a real shop


def _fill_messaging() -> None:
    from tradepost.messaging.models import Conversation, Message, Participant

    rows = list(data.conversations())
    _bulk(
        Conversation,
        [
            Conversation(id=row.id, kind=Conversation.Kind.DIRECT, last_seq=data.MESSAGES)
            for row in rows
        ],
    )
    _bulk(
        Participant,
        [Participant(conversation_id=row.id, user_id=pk) for row in rows for pk in row.people],
    )

    def messages() -> Iterator[Message]:
        for number, row in enumerate(data.messages()):
            yield Message(
                conversation_id=row.conversation_id, seq=row.seq, sender_id=row.sender_id,
                client_id=str(number), request_hash="", body=row.body,
            )  # fmt: skip

    _bulk(Message, list(messages()))


def _move_sequences() -> None:
    from tradepost.store.models import Collection, Product

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in (Collection._meta.db_table, Product._meta.db_table):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )


def _tokens() -> dict[str, str]:
    from rest_framework_simplejwt.tokens import AccessToken

    from tradepost.accounts.models import User

    people = User.objects.order_by("username")
    return {str(person.pk): str(AccessToken.for_user(person)) for person in people}


if __name__ == "__main__":
    main(order_carts=int(sys.argv[1]))

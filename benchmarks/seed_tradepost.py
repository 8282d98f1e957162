"""Makes Tradepost's tables and fills them. Run as a program, with Django's settings chosen.

The rows go in by bulk inserts, past the actions: this prepares a measurement, it is no deed.
Prints the access tokens of all users as JSON, because only the project itself can make them.
"""

import sys
from collections.abc import Iterator

import django
import orjson
from django.core.management import call_command
from django.db import transaction

from benchmarks import data
from benchmarks.seeding import bulk, fill_shop, move_sequences


def main(waiting: data.Waiting) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        _fill_stamps()
        _fill_shop(waiting)
        fill_accounts()
        _fill_places()
        _fill_messaging()
    sys.stdout.buffer.write(orjson.dumps(tokens()))


def _fill_stamps() -> None:
    from tradepost.kit.models import Stamp
    from tradepost.kit.stamps import SHARDS
    from tradepost.stays.stamps import NIGHTS, PLACES
    from tradepost.store.stamps import CATALOGUE

    names = (CATALOGUE, PLACES, NIGHTS)
    bulk(Stamp, [Stamp(name=name, shard=shard) for name in names for shard in range(SHARDS)])


def _fill_shop(waiting: data.Waiting) -> None:
    from tradepost.store import models

    fill_shop(models, waiting=waiting, width=800, height=600)


def fill_accounts() -> None:
    """Fill the users, each with a customer and a feed that has begun."""
    from django.contrib.auth.models import Group

    from tradepost.accounts.models import User
    from tradepost.feed.actions.publishing import publish
    from tradepost.feed.kinds import register_event
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
    bulk(User, people)
    bulk(Customer, [Customer(user=person) for person in people])
    register_event("bench.ready", sentence="The measurement may begin.")
    with unit_of_work():  # everybody's feed has begun
        publish(kind="bench.ready", user_ids=[person.pk for person in people], data={})
    desk = Group.objects.get_or_create(name=CUSTOMER_SERVICE)[0]
    people[-1].groups.add(desk)  # somebody is told of each order, as in a real shop


def _fill_places() -> None:
    from tradepost.stays.cells import cell_of
    from tradepost.stays.models import Photo, Property

    rows = list(data.places())
    places = [
        Property(
            id=row.id, host_id=row.host_id, status="published", name=row.name,
            description=row.description, city="Springfield", time_zone="America/Chicago",
            price=row.price, latitude=row.latitude, longitude=row.longitude,
            cell=cell_of(latitude=row.latitude, longitude=row.longitude),
        )
        for row in rows
    ]  # fmt: skip
    bulk(Property, places)
    bulk(
        Photo,
        [
            Photo(property_id=row.id, image=row.photo, width=800, height=600, position=1)
            for row in rows
        ],
    )
    move_sequences(Property)


def _fill_messaging() -> None:
    from tradepost.messaging.models import Conversation, Message, Participant

    rows = list(data.conversations())
    bulk(
        Conversation,
        [
            Conversation(id=row.id, kind=Conversation.Kind.DIRECT, last_seq=data.MESSAGES)
            for row in rows
        ],
    )
    bulk(
        Participant,
        [Participant(conversation_id=row.id, user_id=pk) for row in rows for pk in row.people],
    )

    def messages() -> Iterator[Message]:
        for number, row in enumerate(data.messages()):
            yield Message(
                conversation_id=row.conversation_id, seq=row.seq, sender_id=row.sender_id,
                client_id=str(number), request_hash="", body=row.body,
            )  # fmt: skip

    bulk(Message, list(messages()))


def tokens() -> dict[str, str]:
    """Return an access token of each user by the id."""
    from rest_framework_simplejwt.tokens import AccessToken

    from tradepost.accounts.models import User

    people = User.objects.order_by("username")
    return {str(person.pk): str(AccessToken.for_user(person)) for person in people}


if __name__ == "__main__":
    main(data.Waiting(*map(int, sys.argv[1:])))

"""Makes Tradepost's tables and fills what the feed is measured on. Run as a program, with Django's
settings chosen and the number of users as its argument.

The first people are in ``TALKS`` conversations of ``TALK_SIZE``; the others only connect. Prints
an access token of each user, in the order of their numbers, as JSON.
"""

import sys

import django
import orjson
from django.core.management import call_command
from django.db import transaction

from benchmarks import data
from benchmarks.realtime.people import TALK_SIZE, TALKS, talk_id, user_id
from benchmarks.seeding import bulk


def main(users: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        tokens = _fill_people(users)
        _fill_talks()
    sys.stdout.buffer.write(orjson.dumps(tokens))


def _fill_people(users: int) -> list[str]:
    from rest_framework_simplejwt.tokens import AccessToken

    from tradepost.accounts.models import User
    from tradepost.store.models import Customer

    people = [
        User(
            id=user_id(number), username=f"live{number}", email=f"live{number}@example.com",
            first_name="Live", last_name=str(number), password="!",
        )
        for number in range(users)
    ]  # fmt: skip
    bulk(User, people)
    bulk(Customer, [Customer(user=person) for person in people])
    return [str(AccessToken.for_user(person)) for person in people]


def _fill_talks() -> None:
    from tradepost.messaging.models import Conversation, Participant

    kind = Conversation.Kind.GROUP
    bulk(
        Conversation,
        [
            Conversation(id=talk_id(number), kind=kind, title=data.WORDS[number % len(data.WORDS)])
            for number in range(TALKS)
        ],
    )
    bulk(
        Participant,
        [
            Participant(
                conversation_id=talk_id(number),
                user_id=user_id(number * TALK_SIZE + place),
                role=Participant.Role.MEMBER if place else Participant.Role.OWNER,
            )
            for number in range(TALKS)
            for place in range(TALK_SIZE)
        ],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))

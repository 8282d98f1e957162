"""Makes the plain project's tables and fills them with the shared rows. Run as a program."""

import sys

import django
from django.core.management import call_command
from django.db import transaction

from benchmarks import data
from benchmarks.seeding import bulk, fill_shop


def main(waiting: data.Waiting) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        _fill_shop(waiting)
        _fill_messaging()


def _fill_shop(waiting: data.Waiting) -> None:
    from benchmarks.plain import models

    fill_shop(models, waiting=waiting)


def _fill_messaging() -> None:
    from benchmarks.plain.models import Conversation, Message, User

    bulk(
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
    bulk(Conversation, [Conversation(id=row.id) for row in rows])
    membership = Conversation.participants.through
    bulk(
        membership,
        [membership(conversation_id=row.id, user_id=pk) for row in rows for pk in row.people],
    )
    bulk(
        Message,
        [
            Message(
                conversation_id=row.conversation_id, sender_id=row.sender_id,
                message_body=row.body,
            )
            for row in data.messages()
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main(data.Waiting(*map(int, sys.argv[1:])))

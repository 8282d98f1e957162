"""Makes Tradepost's tables and fills those of messaging. Run as a program, with Django's settings
chosen and the number of messages as its argument.

A million messages are written by the database itself, from a series of numbers. Meanwhile the
triggers of the table (guards, the search index) are off: nothing that is measured here searches,
and to index them takes several times as long as to write them. Prints the access tokens of all
users as JSON.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import django
import orjson
from django.core.management import call_command
from django.db import connection, transaction

from benchmarks import data
from benchmarks.seed_tradepost import fill_accounts, tokens
from benchmarks.seeding import bulk
from benchmarks.talks import rows

SENT_AT = datetime(2026, 1, 1, tzinfo=UTC)
LENGTH = 70  # of a body
ON_SQLITE = """
    WITH RECURSIVE number (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM number WHERE seq < %s)
"""
ON_POSTGRESQL = "WITH number (seq) AS (SELECT generate_series(1, %s))"
ID_ON_SQLITE = "printf('%%012x70008%%015x', %s, seq)"
ID_ON_POSTGRESQL = """
    CAST(lpad(to_hex(%s), 12, '0') || '70008' || lpad(to_hex(seq), 15, '0') AS uuid)
"""
INSERT = """
    INSERT INTO messaging_message (
        id, conversation_id, seq, sender_id, client_id, request_hash, depth, kind, body,
        has_attachments, has_link, version, sent_at
    )
    {numbers}
    SELECT {id}, {key}, seq, CASE seq %% 2 WHEN 0 THEN {key} ELSE {key} END,
        %s || seq, '', 0, 'text', substr(%s, 1 + seq * 31 %% {starts}, {length}),
        {false}, {false}, 1, %s
    FROM number
"""


def main(messages: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    talks = rows.talks_of_reader(messages)
    with transaction.atomic():
        fill_accounts()
        _fill_talks([*talks, *(talk for size in rows.GROUPS for talk in rows.groups(size))])
        _fill_thread()
    with _no_triggers():
        for number, talk in enumerate(talks, start=1):
            _fill_messages(number, talk)
    sys.stdout.buffer.write(orjson.dumps(tokens()))


def _fill_talks(talks: list[rows.Talk]) -> None:
    from tradepost.messaging.models import Conversation, Participant

    def kind(talk: rows.Talk) -> str:
        is_direct = len(talk.people) == 2
        return Conversation.Kind.DIRECT if is_direct else Conversation.Kind.GROUP

    bulk(Conversation, [Conversation(id=t.id, kind=kind(t), last_seq=t.last_seq) for t in talks])
    bulk(
        Participant,
        [
            Participant(
                conversation_id=talk.id,
                user_id=person,
                last_read_seq=talk.last_seq - (0 if place else talk.unread),
            )
            for talk in talks
            for place, person in enumerate(talk.people)
        ],
    )


def _fill_thread() -> None:
    from tradepost.messaging.models import Message

    talk = rows.talk_of_thread()
    _fill_talks([talk])
    first, *replies = rows.thread()
    bulk(
        Message,
        [
            Message(
                id=reply.id, conversation_id=talk.id, seq=reply.seq, sender_id=reply.sender_id,
                client_id=f"thread-{reply.seq}", request_hash="", body=data.TEXT[:LENGTH],
                parent_id=reply.parent.id if reply.parent else None,
                root_id=first.id if reply.parent else None, depth=reply.depth,
            )
            for reply in (first, *replies)
        ],
    )  # fmt: skip


@contextmanager
def _no_triggers() -> Iterator[None]:
    """Have the triggers of the table of messages rest, and be the same again afterwards."""
    table = "messaging_message"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        listing = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        triggers = cursor.execute(listing, [table]).fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in triggers:
            connection.connection.execute(sql)  # past Django, which would look for places in it


def _fill_messages(number: int, talk: rows.Talk) -> None:
    on_postgresql = connection.vendor == "postgresql"
    statement = INSERT.format(
        numbers=ON_POSTGRESQL if on_postgresql else ON_SQLITE,
        id=ID_ON_POSTGRESQL if on_postgresql else ID_ON_SQLITE,
        key="CAST(%s AS uuid)" if on_postgresql else "%s",
        false="false" if on_postgresql else "0",
        starts=len(data.TEXT) - LENGTH,
        length=LENGTH,
    )
    reader, other = map(_key, talk.people)
    said = [f"talk-{number}-", data.TEXT, SENT_AT if on_postgresql else "2026-01-01 00:00:00"]
    with connection.cursor() as cursor:
        cursor.execute(statement, [talk.last_seq, number, _key(talk.id), reader, other, *said])


def _key(pk: UUID) -> str:
    return pk.hex


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What a send costs the database, whole and through the API, is the same however many take part."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tradepost.accounts.models import User
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.tests.factories import say


def count_statements(api, ann, people: int, *, is_behind: bool) -> list[str]:
    """Return what the database is told for a message of ann's in a group of so many people."""
    others = User.objects.bulk_create(
        User(username=f"{people}-{n}", email=f"{people}-{n}@example.com") for n in range(people - 1)
    )
    ids = [person.pk for person in others]
    group = start_conversation(starter=ann, participant_ids=ids, title="All")
    say(ann, group)
    if is_behind:
        say(others[0], group)
    client = api(ann)
    body = {"conversation": str(group.pk), "message_body": "Hello", "client_id": f"phone-{people}"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(reverse("message-list"), body).status_code == 201
    return [sql for query in queries if "SAVEPOINT" not in (sql := query["sql"])]


# Events, counters of the feeds, pointers; or all in one; on MariaDB counters take three statements.
FEED = {"sqlite": 3, "postgresql": 1, "mysql": 5}


@pytest.mark.parametrize("people", [2, 100, 250])
@pytest.mark.parametrize(
    ("is_behind", "news"),
    [(False, 0), (True, 2)],  # of what the sender comes past: looked for with a lock, marked read
)
def test_a_send_takes_as_many_statements_whoever_takes_part(api, ann, people, is_behind, news):
    statements = count_statements(api, ann, people, is_behind=is_behind)

    # What the client_id has sent; the conversation, with its lock; who is in it; the message;
    # notifications; the conversation moves on; the sender's place does.
    assert len(statements) == 7 + news + FEED[connection.vendor]

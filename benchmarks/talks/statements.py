"""How many statements the database runs for one message, by how many people are told of it.

Run as a program in a filled database, with Django's settings chosen: through the API's door, but in
this process. The statements of the token and of the transaction's end are among them, its BEGIN and
COMMIT are not.
"""

import json
from collections.abc import Mapping
from typing import Any

import django

from benchmarks import data
from benchmarks.databases import run_program, tradepost_environment
from benchmarks.talks import rows
from benchmarks.talks.databases import TalkDatabases

KEY = "statements"
PATH = "/api/v1/messages/"
SIZES = (2, 100, 250)


def count_statements(talks: TalkDatabases) -> dict[int, int]:
    """Return by people in the conversation how many statements a message into it takes."""
    env = tradepost_environment(database=talks.few, data_dir=talks.data_dir / "few")
    said = json.loads(run_program(__name__, env=env))
    return {int(size): count for size, count in said.items()}


def main() -> None:
    """Print the counts as JSON."""
    django.setup()
    from benchmarks.seed_tradepost import tokens

    of_users = tokens()
    for size in SIZES:  # what is asked once in a process
        _count(size, of_users)
    print(json.dumps({size: _count(size, of_users) for size in SIZES}))


def _count(size: int, of_users: Mapping[str, str]) -> int:
    from django.db import connection
    from django.test import Client

    [talk, *_] = rows.groups(size)
    statements: list[str] = []

    def note(execute: Any, sql: str, *others: Any) -> Any:
        statements.append(sql)
        return execute(sql, *others)

    client = Client(
        HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"JWT {of_users[str(talk.people[0])]}"
    )
    body = {"conversation": str(talk.id), "message_body": data.TEXT[:80]}
    with connection.execute_wrapper(note):
        answer = client.post(PATH, body, content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
    return len(statements)


if __name__ == "__main__":
    main()

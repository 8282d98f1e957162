"""A dump of MariaDB brings everything back: rows, guards, and what the search is kept by."""

import subprocess
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from conftest import make_user
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.store.tests.factories import make_product

pytestmark = [
    pytest.mark.skipif(connection.vendor != "mysql", reason="about MariaDB's own tools"),
    pytest.mark.django_db(transaction=True),
]


def run(program: str, *arguments: str, given: bytes = b"") -> bytes:
    of = connection.settings_dict
    server = [f"--host={of['HOST']}", f"--port={of['PORT'] or 3306}", f"--user={of['USER']}"]
    # By its option a password would be seen by everybody who lists processes.
    secret = {"MYSQL_PWD": of["PASSWORD"]} if of["PASSWORD"] else {}
    command = [program, "--no-defaults", *server, *arguments]
    done = subprocess.run(
        command, input=given, env={**PATH, **secret}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@pytest.fixture
def restored() -> Iterator[str]:
    """The name of a database that is made of a dump of the tests'."""
    make_product(title="Café crème")
    ann = make_user("ann")
    say(ann, make_conversation(ann, make_user("bob")), "Until tomorrow")
    here, name = str(connection.settings_dict["NAME"]), f"tp_dump_{uuid4().hex[:12]}"
    dump = run("mariadb-dump", "--single-transaction", "--routines", "--triggers", here)
    run("mariadb", "-e", f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
    try:
        run("mariadb", name, given=dump)
        yield name
    finally:
        run("mariadb", "-e", f"DROP DATABASE {name}")


def test_what_was_dumped_is_there_and_is_kept_as_before(restored):
    with connection.copy().cursor() as cursor:
        cursor.execute(f"USE {restored}")
        cursor.execute("SELECT title FROM store_product_search")
        assert cursor.fetchall() == ((" cafe creme ",),)
        cursor.execute("UPDATE store_product SET title = 'Thé'")
        cursor.execute("SELECT title FROM store_product_search")
        assert cursor.fetchall() == ((" the ",),)
        with pytest.raises(IntegrityError, match="changed_message_has_history"):
            cursor.execute("UPDATE messaging_message SET body = 'Never'")


def test_our_own_command_refuses_and_says_what_to_use(tmp_path):
    with pytest.raises(CommandError, match="mariadb-dump"):
        call_command("backup", str(tmp_path / "backup.tar"))

    assert list(tmp_path.iterdir()) == []

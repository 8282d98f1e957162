import threading

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tradepost.kit.http import health


def test_a_process_that_answers_is_alive_without_a_database(client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_process_with_its_database_is_ready(client, db) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_process_without_its_database_is_not_ready(client, db, monkeypatch, error) -> None:
    def away(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as outage:
        outage.setattr(connection, "cursor", away)
        answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "no database"})


def test_a_process_that_waits_for_a_migration_is_not_ready(client, db, monkeypatch) -> None:
    monkeypatch.setattr(health, "_seen_migrated", threading.Event())
    [last] = MigrationLoader(connection).graph.leaf_nodes("kit")
    MigrationRecorder(connection).record_unapplied(*last)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "migrations are missing"})

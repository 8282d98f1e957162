"""The database of a run, made and filled, and what is read from it past Django."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

from benchmarks.databases import (
    create_database,
    drop_database,
    run_program,
    settle_statistics,
    tradepost_environment,
)

ROWS_SINCE = """
    SELECT pointer.user_id, pointer.seq, event.kind, event.data
    FROM feed_pointer pointer JOIN feed_event event ON event.id = pointer.event_id
    WHERE event.id > {place} ORDER BY pointer.user_id, pointer.seq
"""
LAST_EVENT = "SELECT coalesce(max(id), 0) FROM feed_event"
MESSAGES = "SELECT client_id, id FROM messaging_message WHERE client_id LIKE {place}"


@dataclass(frozen=True)
class FeedRow:
    """A row of somebody's feed, as the database has it; ``message`` is empty for other kinds."""

    seq: int
    kind: str
    message: str


@dataclass(frozen=True)
class Database:
    """Where it is, and the access tokens of its users in the order of their numbers."""

    engine: str
    url: str
    data_dir: Path
    tokens: list[str]

    def environment(self, **more: str) -> dict[str, str]:
        """Return what a server on it runs in."""
        return {**tradepost_environment(database=self.url, data_dir=self.data_dir), **more}

    def last_event(self) -> int:
        """Return the number of the newest event."""
        [[number]] = self._ask(LAST_EVENT)
        return int(number)

    def rows_since(self, event: int) -> dict[UUID, list[FeedRow]]:
        """Return what came into each feed with the events after this one."""
        feeds: dict[UUID, list[FeedRow]] = {}
        for person, seq, kind, said in self._ask(ROWS_SINCE, event):
            fields = json.loads(said) if isinstance(said, str) else said
            row = FeedRow(seq, kind, str(fields.get("message", "")))
            feeds.setdefault(_uuid(person), []).append(row)
        return feeds

    def messages(self, prefix: str) -> dict[str, str]:
        """Return the ids of the messages whose client_id begins so, by their client_id."""
        return {client_id: str(_uuid(pk)) for client_id, pk in self._ask(MESSAGES, f"{prefix}%")}

    def _ask(self, statement: str, *values: Any) -> list[Any]:
        if self.engine == "sqlite":
            connection = sqlite3.connect(urlsplit(self.url).path, timeout=20)
            try:
                return connection.execute(statement.format(place="?"), values).fetchall()
            finally:
                connection.close()
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.format(place="%s"), values).fetchall()


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


@contextmanager
def live_database(*, engine: str, server: str, folder: Path, users: int) -> Iterator[Database]:
    """Make a file in ``folder``, or a database on ``server`` that is dropped at the end."""
    data_dir = folder / engine
    if engine == "sqlite":
        url = f"sqlite:///{data_dir / 'db.sqlite3'}"
        yield Database(engine, url, data_dir, _seed(url, data_dir, users))
        return
    name = f"bench_live_{os.getpid()}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        create_database(admin, name)
        try:
            tokens = _seed(url, data_dir, users)
            settle_statistics(url)
            yield Database(engine, url, data_dir, tokens)
        finally:
            drop_database(admin, name)


def _seed(url: str, data_dir: Path, users: int) -> list[str]:
    env = tradepost_environment(database=url, data_dir=data_dir)
    tokens: list[str] = json.loads(run_program("benchmarks.realtime.seed", users, env=env))
    return tokens

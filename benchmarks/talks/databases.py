"""The databases of messaging: one with few messages, one with a million."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks.databases import (
    create_database,
    drop_database,
    run_program,
    settle_statistics,
    tradepost_environment,
)
from benchmarks.talks import rows


@dataclass(frozen=True)
class TalkDatabases:
    """Where they are, the folder with a data folder for each, and the tokens of all users.

    ``many`` is empty when nothing is asked of it.
    """

    few: str
    many: str
    data_dir: Path
    tokens: Mapping[str, str]


@contextmanager
def talk_databases(
    *, engine: str, server: str, folder: Path, wants_many: bool
) -> Iterator[TalkDatabases]:
    """Make databases, files in ``folder`` or on the ``server``; take them away at the end."""
    data_dir = folder / "talks"
    with ExitStack() as cleaning:
        urls = {
            name: f"sqlite:///{data_dir / name / 'db.sqlite3'}"
            if engine == "sqlite"
            else cleaning.enter_context(_on_postgres(server, name))
            for name in (("few", "many") if wants_many else ("few",))
        }
        for name, url in urls.items():
            messages = rows.FEW if name == "few" else rows.MANY
            tokens = _seed(url, data_dir / name, messages)
            if engine == "postgres":
                settle_statistics(url)
        yield TalkDatabases(
            few=urls["few"], many=urls.get("many", ""), data_dir=data_dir, tokens=tokens
        )


@contextmanager
def _on_postgres(server: str, name: str) -> Iterator[str]:
    name = f"bench_{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        create_database(admin, name)
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            drop_database(admin, name)


def _seed(database: str, data_dir: Path, messages: int) -> Mapping[str, str]:
    env = tradepost_environment(database=database, data_dir=data_dir)
    tokens: Mapping[str, str] = json.loads(run_program("benchmarks.talks.seed", messages, env=env))
    return tokens

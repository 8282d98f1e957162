"""The databases of a run: made, filled with the same rows, and taken away again."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from benchmarks.data import SECRET_KEY, Waiting

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
LONGEST_PROGRAM_SECONDS = 300


@dataclass(frozen=True)
class Databases:
    """Where each contestant's rows are, and the access tokens of all users by their id."""

    engine: str
    ours: str
    floor: str
    plain: str
    data_dir: Path
    tokens: Mapping[str, str]


def environment(**variables: str) -> dict[str, str]:
    """Return an environment for a child that nothing of the caller's shell can change."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def tradepost_environment(*, database: str, data_dir: Path) -> dict[str, str]:
    """Return the environment that both the seeding and the server of Tradepost run in."""
    return environment(
        DJANGO_SETTINGS_MODULE="config.settings.common",
        DATABASE_URL=database,
        DATA_DIR=str(data_dir),
        SECRET_KEY=SECRET_KEY,
        ALLOWED_HOSTS="127.0.0.1",
        ACCESS_TOKEN_MINUTES="600",
        DEMO="off",
        RATE_LIMITS="off",
        DJANGO_LOG_LEVEL="WARNING",
        REDIS_URL="",
        EMAIL_URL="",
    )


@contextmanager
def sqlite_databases(*, folder: Path, waiting: Waiting) -> Iterator[Databases]:
    """Make three files in ``folder``."""
    data_dir = folder / "tradepost"
    ours, floor, plain = data_dir / "db.sqlite3", folder / "floor.sqlite3", folder / "plain.sqlite3"
    tokens = _seed_tradepost(f"sqlite:///{ours}", data_dir, waiting)
    with sqlite3.connect(ours) as source, sqlite3.connect(floor) as copy:
        source.backup(copy)
    _seed_plain(f"sqlite:///{plain}", waiting)
    yield Databases(
        engine="sqlite",
        ours=f"sqlite:///{ours}",
        floor=f"sqlite:///{floor}",
        plain=f"sqlite:///{plain}",
        data_dir=data_dir,
        tokens=tokens,
    )


@contextmanager
def postgres_databases(*, server: str, folder: Path, waiting: Waiting) -> Iterator[Databases]:
    """Make three databases on ``server`` and drop them at the end, whatever happens."""
    with psycopg.connect(server, autocommit=True) as admin, ExitStack() as cleaning:
        names = {who: f"bench_{who}_{os.getpid()}" for who in ("ours", "floor", "plain")}
        urls = {who: urlsplit(server)._replace(path=f"/{n}").geturl() for who, n in names.items()}
        for name in names.values():
            cleaning.callback(drop_database, admin, name)
        create_database(admin, names["ours"])
        create_database(admin, names["plain"])
        data_dir = folder / "tradepost"
        tokens = _seed_tradepost(urls["ours"], data_dir, waiting)
        _collect_static_files(urls["ours"], data_dir)
        _seed_plain(urls["plain"], waiting)
        create_database(admin, names["floor"], template=names["ours"])
        for url in urls.values():
            settle_statistics(url)
        yield Databases(engine="postgres", data_dir=data_dir, tokens=tokens, **urls)


def postgres_answers(server: str) -> bool:
    """Tell whether a PostgreSQL server can be used for measuring."""
    try:
        psycopg.connect(server, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def run_program(module: str, *arguments: object, env: Mapping[str, str]) -> bytes:
    """Run one of our modules in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        check=True,
        timeout=LONGEST_PROGRAM_SECONDS,
        start_new_session=True,  # Ctrl-C is for us; run() ends the child
    )
    return done.stdout


def _seed_tradepost(database: str, data_dir: Path, waiting: Waiting) -> Mapping[str, str]:
    env = tradepost_environment(database=database, data_dir=data_dir)
    said = run_program("benchmarks.seed_tradepost", waiting.spread, waiting.hot, env=env)
    tokens: Mapping[str, str] = json.loads(said)
    return tokens


def _collect_static_files(database: str, data_dir: Path) -> None:
    """Put the files that pages name where the settings of servers look for them."""
    env = tradepost_environment(database=database, data_dir=data_dir)
    prod = {**env, "DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    run_program("django", "collectstatic", "--no-input", "--verbosity=0", env=prod)


def _seed_plain(database: str, waiting: Waiting) -> None:
    env = environment(DJANGO_SETTINGS_MODULE="benchmarks.plain.settings", PLAIN_DATABASE=database)
    run_program("benchmarks.plain.seed", waiting.spread, waiting.hot, env=env)


def create_database(
    admin: "psycopg.Connection[tuple[object, ...]]", name: str, template: str = ""
) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    admin.execute(statement)


def drop_database(admin: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    admin.execute(drop.format(sql.Identifier(name)))


def settle_statistics(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")

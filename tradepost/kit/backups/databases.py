"""The database as one file, and back, by the means of each: SQLite's online copy, ``pg_dump``."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from django.db import connection

from tradepost.kit.backups.archive import BackupRefused

BUSY_SECONDS = 60
# By which libpq takes the parts of an address; on a command line everybody would see them.
PARTS = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
AFRESH = "DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n"


class Keeper(Protocol):
    """How one kind of database is copied. Files are of its own kind."""

    file: str

    def save(self, path: Path) -> None:
        """Write one moment of the database to ``path``, while others write to the database."""

    def load(self, path: Path) -> None:
        """Make the database what the file says, all of it or nothing."""


class OfSqlite:
    file = "database.sqlite3"

    def save(self, path: Path) -> None:
        # In one step: a copy in several begins anew whenever somebody writes in between. Writers
        # do not wait for it, because the log of a database in WAL mode takes what they write.
        with closing(_sqlite(_name())) as source, closing(_sqlite(path)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file
            _check(target)

    def load(self, path: Path) -> None:
        with closing(_sqlite(path)) as source:
            _check(source)
            Path(_name()).parent.mkdir(parents=True, exist_ok=True)
            with closing(_sqlite(_name())) as target:
                source.backup(target)


class OfPostgres:
    file = "database.dump"

    def save(self, path: Path) -> None:
        options = ("--format=custom", "--no-owner", "--no-privileges")
        _run("pg_dump", *options, f"--file={path}")

    def load(self, path: Path) -> None:
        script, first = path.with_suffix(".sql"), path.with_name("afresh.sql")
        first.write_text(AFRESH if has_tables() else "")
        options: tuple[str, ...] = ("--no-owner", "--no-privileges", f"--file={script}")
        _run("pg_restore", *options, str(path))
        options = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run("psql", *options, f"--file={first}", f"--file={script}", "--output=/dev/null")


KEEPERS: Mapping[str, type[Keeper]] = {"sqlite": OfSqlite, "postgresql": OfPostgres}


def keeper_of(vendor: str) -> Keeper:
    """Return what copies such databases. Raises BackupRefused for those that we cannot copy."""
    if vendor not in KEEPERS:
        raise BackupRefused(f"{vendor} has tools of its own for this, such as mariadb-dump.")
    return KEEPERS[vendor]()


def has_tables() -> bool:
    """Return whether there is anything in the database that a restore would replace."""
    return bool(connection.introspection.table_names())


def _sqlite(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _check(database: sqlite3.Connection) -> None:
    [(found,), *_] = database.execute("PRAGMA quick_check")
    if found != "ok":
        raise BackupRefused(f"The database is damaged: {found}")


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise BackupRefused(f"{program} is missing: install PostgreSQL's client programs.")
    settings = connection.settings_dict
    said = {**_parts(PARTS, settings), **_parts(OPTIONS, settings["OPTIONS"])}
    run = subprocess.run(  # noqa: S603 - a fixed program with our own arguments
        [program, *arguments],
        env={**os.environ, **said}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise BackupRefused(f"{program} failed: {run.stderr.strip()}")


def _parts(names: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    return {variable: str(values[name]) for name, variable in names.items() if values.get(name)}

"""PostgreSQL twice: a primary, and a standby that has every commit before it is answered."""

import os
import subprocess
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.servers import free_port
from failover.programs import Program, as_postgres, give_to_postgres

DATABASE = "tradepost"
PATIENCE_SECONDS = 2
COMMAND_SECONDS = 120
SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 100
shared_buffers = '64MB'
hot_standby = on
synchronous_commit = on
wal_log_hints = on          # so that pg_rewind can take an old primary back
wal_keep_size = '512MB'
wal_sender_timeout = '5s'
wal_receiver_timeout = '5s'
wal_retrieve_retry_interval = '500ms'
"""


class Server(Program):
    """A server, which is a primary or a standby of the other one."""

    def __init__(self, *, name: str, folder: Path, bin_folder: Path) -> None:
        self.port = free_port()
        self.data = folder / name / "data"
        self._bin = bin_folder
        give_to_postgres(folder / name)
        command = as_postgres([
            str(bin_folder / "postgres"), "-D", str(self.data), "-p", str(self.port),
            "-k", str(folder / name),
        ])  # fmt: skip
        super().__init__(name=name, command=command, env=_environment(), folder=folder)

    def make_primary(self) -> None:
        """Make an empty cluster of it."""
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS)

    def copy_from(self, primary: "Server") -> None:
        """Make a standby of it, by a copy of the primary."""
        self._run("pg_basebackup", "-D", self.data, "-d", self._follow(primary), "-R",
                  "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip

    def rejoin(self, primary: "Server") -> None:
        """Follow the primary; of who was one, what it alone had written is taken back first."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if (self.data / "standby.signal").exists():
            return
        self._run("pg_rewind", "-D", self.data, "--source-server", f"{self._follow(primary)}"
                  f" dbname={DATABASE}", "-R", "--no-sync")  # fmt: skip

    def start(self) -> None:
        super().start()
        self.wait_for(self.answers)

    def answers(self) -> bool:
        """Say whether it takes statements."""
        return self.ask("SELECT 1") == [(1,)]

    def ask(self, statement: str, *values: Any, database: str = "postgres") -> list[Any] | None:
        """Return the rows of a statement; None where the server cannot be asked."""
        try:
            with psycopg.connect(self.url(database), autocommit=True) as connection:
                cursor = connection.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            return None

    def url(self, database: str) -> str:
        """Return where it is, for psycopg."""
        return (
            f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
            f" connect_timeout={PATIENCE_SECONDS}"
        )

    def wait_for_copy_of(self, name: str) -> None:
        """Have commits wait for the standby of this name; "" for none."""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.ask("SELECT pg_reload_conf()")

    def has_copy(self, *states: str) -> bool:
        """Say whether a standby streams from it, in one of these states."""
        rows = self.ask("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
        return any(state in states for (state,) in rows or [])

    def _follow(self, primary: "Server") -> str:
        return f"host=127.0.0.1 port={primary.port} user=postgres application_name={self.name}"

    def _run(self, program: str, *arguments: object) -> None:
        command = as_postgres([str(self._bin / program), *map(str, arguments)])
        done = subprocess.run(
            command, env=_environment(), cwd="/", capture_output=True, text=True, check=False,
            timeout=COMMAND_SECONDS,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


def find_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), Path("/usr/pgsql/bin")]
    found = [folder for folder in folders if (folder / "initdb").exists()]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

"""A PostgreSQL server and its replica for tests, of their own, in a folder that goes with them."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import chown, geteuid
from pathlib import Path
from pwd import getpwnam

import psycopg

from tests.servers import free_port

START_SECONDS = 60
QUICK = "-c fsync=off -c shared_buffers=16MB -c max_connections=40 -c unix_socket_directories="


@dataclass
class Server:
    """One of the two: it can be asked, and killed."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"postgres://keeper@127.0.0.1:{self.port}/postgres"

    def ask(self, question: str) -> object:
        with psycopg.connect(self.url, autocommit=True) as session:
            row = session.execute(question).fetchone()
            return row and row[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def postgres_pair(programs: Path) -> Iterator[tuple[Server, Server]]:
    """Yield a primary and a replica that follows it, which may be behind."""
    folder = Path(tempfile.mkdtemp(prefix="tradepost-pair-"))
    if geteuid() == 0:
        chown(folder, getpwnam("nobody").pw_uid, -1)
    started: list[Server] = []
    try:
        _run(programs / "initdb", "-U", "keeper", "-A", "trust", "-N", "-D", folder / "first")
        started.append(_start(programs / "postgres", folder / "first"))
        at = ("-h", "127.0.0.1", "-p", str(started[0].port), "-U", "keeper")
        _run(programs / "pg_basebackup", *at, "-N", "-R", "-c", "fast", "-D", folder / "second")
        started.append(_start(programs / "postgres", folder / "second"))
        yield started[0], started[1]
    finally:
        for server in started:
            server.kill()
        shutil.rmtree(folder)


def _start(program: Path, data: Path) -> Server:
    port = free_port()
    options = f"-D {data} -h 127.0.0.1 -p {port} {QUICK}".split()
    server = Server(_as_nobody(subprocess.Popen, [program, *options]), port)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.ask("SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                server.kill()
                raise
            time.sleep(0.05)
        else:
            return server


def _run(*command: str | Path) -> None:
    _as_nobody(subprocess.run, list(command), check=True)


def _as_nobody(start, command: list[str | Path], **options):
    """Start a program; PostgreSQL does not run as root."""
    user = {"user": "nobody"} if geteuid() == 0 else {}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    return start(command, **user, **quiet, **options)

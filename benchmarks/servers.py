"""The contestants and their servers: started on free ports, stopped whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks import machine
from benchmarks.databases import ROOT, Databases, environment, tradepost_environment
from benchmarks.talks.databases import TalkDatabases

BIN = Path(sys.executable).parent
READY_PATH = "/api/v1/store/products/1/"
READY = (200, 404)  # there are no products where only messages are
START_SECONDS = 30
STOP_SECONDS = 10
BUSY = 0.1  # of one core; below it a server is at rest
LOOK_SECONDS = 0.15
GRANIAN = (
    str(BIN / "granian"), "--interface", "wsgi", "--no-ws", "--log-level", "warning",
    "--workers", "2", "--blocking-threads", "2", "--host", "127.0.0.1",
)  # fmt: skip
UVICORN = (
    str(BIN / "uvicorn"), "--http", "httptools", "--no-access-log", "--log-level", "warning",
)  # fmt: skip
GUNICORN = (str(BIN / "gunicorn"), "--log-level", "warning", "--no-control-socket")


class Numbers:
    """Hands out numbers, none of them twice: which requests a database has seen already."""

    def __init__(self) -> None:
        self._next: dict[str, int] = defaultdict(int)

    def take(self, kind: str, count: int) -> int:
        """Return the first of ``count`` numbers that nobody had yet for this kind of request."""
        first = self._next[kind]
        self._next[kind] += count
        return first


@dataclass(frozen=True)
class Contestant:
    """Something to be measured: how it is started, with ``{port}`` in the command."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    numbers: Numbers = field(default_factory=Numbers)


OURS, OURS_UNSTORED = "ours", "ours, nothing stored"
FEW_MESSAGES, MANY_MESSAGES = "ours, few messages", "ours, a million messages"
FLOOR, PLAIN, PLAIN_KEPT = "floor", "plain", "plain, kept connections"


def contestants(databases: Databases) -> list[Contestant]:
    """Return who takes part: as many processes and threads for the floor as for ours."""
    on_sqlite = databases.engine == "sqlite"
    plain_numbers = Numbers()
    floor = environment(FLOOR_DATABASE=databases.floor)
    return [
        _ours(databases, OURS),
        # Jobs are done by the first one alone, so that their time is counted where it belongs.
        _ours(databases, OURS_UNSTORED, HOT_READ_BYTES="0", JOB_THREADS="0"),
        Contestant(FLOOR, _floor_command(on_sqlite=on_sqlite), floor),
        _plain(databases, PLAIN, plain_numbers),
        _plain(databases, PLAIN_KEPT, plain_numbers, PLAIN_CONN_MAX_AGE="60"),
    ]


def _ours(databases: Databases, name: str, **more: str) -> Contestant:
    env = tradepost_environment(database=databases.ours, data_dir=databases.data_dir)
    return _ours_in({**env, **more}, name, engine=databases.engine)


def _ours_in(env: Mapping[str, str], name: str, *, engine: str) -> Contestant:
    if engine == "sqlite":
        embedded = (sys.executable, "manage.py", "serve", "--port", "{port}")
        return Contestant(name, embedded, env)
    return serve_scaled_out(env, name)


def serve_scaled_out(env: Mapping[str, str], name: str) -> Contestant:
    """Return ours as it runs on servers: two processes of granian."""
    prod = {"DJANGO_SETTINGS_MODULE": "config.settings.prod", "SECURE_SSL_REDIRECT": "off"}
    scaled_out = (*GRANIAN, "--port", "{port}", "config.wsgi:application")
    return Contestant(name, scaled_out, {**env, **prod})


def _floor_command(*, on_sqlite: bool) -> Sequence[str]:
    if on_sqlite:
        return (*UVICORN, "--port", "{port}", "benchmarks.floor.asgi:application")
    return (*GRANIAN, "--port", "{port}", "benchmarks.floor.wsgi:application")


def _plain(databases: Databases, name: str, numbers: Numbers, **more: str) -> Contestant:
    workers = "1" if databases.engine == "sqlite" else "2"
    bind = ("--workers", workers, "--bind", "127.0.0.1:{port}")
    command = (*GUNICORN, *bind, "benchmarks.plain.wsgi:application")
    env = environment(PLAIN_DATABASE=databases.plain, **more)
    return Contestant(name, command, env, numbers)


def talk_contestants(talks: TalkDatabases, *, engine: str) -> list[Contestant]:
    """Return our servers over few messages and, if there are, over many."""
    named = ((FEW_MESSAGES, talks.few, "few"), (MANY_MESSAGES, talks.many, "many"))
    return [
        _ours_in(
            tradepost_environment(database=database, data_dir=talks.data_dir / folder),
            name,
            engine=engine,
        )
        for name, database, folder in named
        if database
    ]


class Server:
    """A running contestant."""

    def __init__(self, contestant: Contestant, port: int, process: "subprocess.Popen[bytes]"):
        self.contestant = contestant
        self.port = port
        self._process = process

    def cpu_seconds(self) -> float:
        return machine.cpu_seconds(self._process.pid)

    def memory_mib(self) -> float:
        return machine.memory_mib(self._process.pid)

    def send(self, method: str, path: str, *, token: str = "", body: str = "") -> tuple[int, bytes]:
        """Send one request on a connection of its own; return the status and the body."""
        headers = {"Authorization": f"JWT {token}"} if token else {}
        if body:
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_for_rest(self, *, seconds: float) -> None:
        """Wait until the work that the last run left behind is done, at most so long."""
        until = time.monotonic() + seconds
        used = self.cpu_seconds()
        while time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            before, used = used, self.cpu_seconds()
            if used - before <= BUSY * LOOK_SECONDS:
                return

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if self.send("GET", READY_PATH)[0] in READY:
                    return
            except (OSError, HTTPException):
                pass
            time.sleep(0.1)
        raise RuntimeError(f"{self.contestant.name} did not start: {self._process.args!r}")

    def stop(self) -> None:
        """End the whole process group: politely, then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(STOP_SECONDS)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def serving(contestant: Contestant) -> Iterator[Server]:
    """Start a contestant and stop it at the end."""
    port = free_port()
    process = subprocess.Popen(
        [part.format(port=port) for part in contestant.command],
        cwd=ROOT,
        env=dict(contestant.environment),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Server(contestant, port, process)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

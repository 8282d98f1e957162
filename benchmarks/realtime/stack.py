"""What a row runs on: server processes and a Redis of its own, each of which can be killed and
started again where it was."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.databases import ROOT
from benchmarks.realtime.databases import Database
from benchmarks.servers import START_SECONDS, Contestant, Server, free_port

REDIS_SECONDS = 10
SERVE = (sys.executable, "manage.py", "serve_feed", "--port", "{port}")
EMBEDDED = (sys.executable, "manage.py", "serve", "--port", "{port}")


class Unit:
    """A process at a port that stays the same."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self._contestant = Contestant(command[-3], command, environment)
        self._log = log
        self.server: Server

    def start(self) -> None:
        """Start it; returns at once."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [part.format(port=self.port) for part in self._contestant.command],
                cwd=ROOT,
                env=dict(self._contestant.environment),
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        self.pid = process.pid
        self._process = process
        self.server = Server(self._contestant, self.port, process)

    def wait_until_ready(self) -> None:
        """Wait for the first answer."""
        self.server.wait_until_ready()

    def kill(self) -> None:
        """End it as a failing machine would."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it politely."""
        if self._process.poll() is None:
            self.server.stop()


class Redis(Unit):
    """A broker that keeps nothing."""

    def __init__(self, folder: Path) -> None:
        command = (
            "redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", str(folder),
        )  # fmt: skip
        super().__init__(command, {"PATH": os.environ["PATH"]}, folder / "redis.log")

    @property
    def url(self) -> str:
        """Return what REDIS_URL is to be."""
        return f"redis://127.0.0.1:{self.port}/0"

    def wait_until_ready(self) -> None:
        until = time.monotonic() + REDIS_SECONDS
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    probe.sendall(b"PING\r\n")
                    if probe.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("redis-server did not start")


class Stack:
    """The servers of a row; sockets are spread over ``listening``, messages go to ``sending``."""

    def __init__(self, listening: list[Unit], sending: list[Unit], redis: Redis | None) -> None:
        self.listening = listening
        self.sending = sending
        self.redis = redis

    @property
    def servers(self) -> list[Unit]:
        """Return all server processes."""
        return list(dict.fromkeys([*self.listening, *self.sending]))


@contextmanager
def scaled_out(
    database: Database, *, processes: int, has_redis: bool, folder: Path, **settings: str
) -> Iterator[Stack]:
    """Run several processes that serve HTTP, sockets and jobs, with or without a Redis."""
    redis = Redis(folder) if has_redis else None
    env = database.environment(
        REDIS_URL=redis.url if redis else "", JOB_THREADS="1", WEB_THREADS="4", **settings
    )
    servers = [Unit(SERVE, env, folder / f"server{n}.log") for n in range(processes)]
    with _running([*([redis] if redis else []), *servers]):
        yield Stack(servers, servers, redis)


@contextmanager
def embedded(
    database: Database, *, folder: Path, sends_apart: bool = False, **settings: str
) -> Iterator[Stack]:
    """Run the one process of the embedded mode, or one for sockets and one for messages."""
    env = database.environment(**settings)
    servers = [
        Unit(EMBEDDED, env, folder / f"server{n}.log") for n in range(2 if sends_apart else 1)
    ]
    with _running(servers):
        yield Stack(servers[:1], servers[-1:], None)


@contextmanager
def _running(units: Sequence[Unit]) -> Iterator[None]:
    started: list[Unit] = []
    try:
        for unit in units:
            unit.start()
            started.append(unit)
        for unit in units:
            unit.wait_until_ready()
        yield
    finally:
        for unit in reversed(started):
            unit.stop()


def missing() -> str | None:
    """Return what this machine lacks, with the remedy; None when it has all."""
    if shutil.which("redis-server") is None:
        return "redis-server is missing. On Debian and Ubuntu: sudo apt-get install redis-server"
    return None


def wait_for_port(port: int) -> None:
    """Wait until somebody listens there."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody listens at port {port}")

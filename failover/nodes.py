"""An app node: what the Procfile starts on a machine, as it stands there."""

import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.databases import ROOT
from benchmarks.servers import free_port
from failover.programs import START_SECONDS, Program

PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
ROLES = ("web", "realtime", "worker", "beat")
SERVERS = ("web", "realtime")
HEALTH_SECONDS = 5


class Node:
    """The programs of one machine, which die together."""

    def __init__(self, *, name: str, env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.ports = {role: free_port() for role in SERVERS}
        self.programs = {
            role: Program(
                name=f"{role}-{name}",
                command=("sh", "-c", _command(role, name)),
                env={**env, "PORT": str(self.ports.get(role, 0))},
                folder=folder,
            )
            for role in ROLES
        }

    def start(self) -> None:
        """Start everything on it; returns at once."""
        for program in self.programs.values():
            program.start()

    def wait_until_ready(self) -> None:
        """Wait until both its servers can work. Raises RuntimeError when they do not."""
        until = time.monotonic() + START_SECONDS
        while not all(status == 200 for status in self.health().values()):
            if time.monotonic() > until:
                raise RuntimeError(f"node {self.name} is not ready: {self.health()}")
            time.sleep(0.2)

    def health(self) -> dict[str, int]:
        """Return what each server says at ``/readyz``; 0 where none answers."""
        return {role: _ask(port) for role, port in self.ports.items()}

    def kill(self) -> None:
        """End all of it without a word."""
        for program in self.programs.values():
            program.kill()

    def stop(self) -> None:
        """End all of it politely."""
        for program in self.programs.values():
            program.stop()


def _command(role: str, node: str) -> str:
    """Return the Procfile's command, for this machine's eyes alone; workers are told apart by the
    names of their machines, of which there is one here."""
    command = PROCFILE[role].replace("0.0.0.0", "127.0.0.1")
    command = command.replace("config worker ", f"config worker --hostname celery@{node} ")
    return command if command.startswith("if ") else f"exec {command}"


def _ask(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": "shop.example"})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()

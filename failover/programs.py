"""Programs of the stage: each at ports that stay the same, killed as a failing machine would."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.databases import ROOT
from benchmarks.machine import process_tree

START_SECONDS = 90  # several Django processes start at once on few cores
STOP_SECONDS = 15
POSTGRES_USER = "postgres"  # whom the server runs as where we are root, which it refuses to be


class Program:
    """A program that can be started, killed and started again where it was."""

    def __init__(
        self, *, name: str, command: Sequence[str], env: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = list(command)
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the id of its first process."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Return whether its first process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; returns at once."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """End all its processes without a word."""
        if self._process is not None:
            self._signal_all(signal.SIGKILL)
            self._process.wait()

    def freeze(self) -> None:
        """Let all its processes stand still: connections stay open, and nobody answers."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        # PostgreSQL and Erlang give their children sessions of their own: the group is not all.
        for pid in process_tree(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its first process alone."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """End it politely, then not."""
        if self.is_running:
            self.signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                assert self._process is not None
                self._process.wait(STOP_SECONDS)
        self.kill()

    def wait_for(self, is_ready: Callable[[], bool], *, seconds: float = START_SECONDS) -> None:
        """Wait until ``is_ready``. Raises RuntimeError, with its last words, when it has ended."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.is_running:
            with suppress(OSError):
                if is_ready():
                    return
            time.sleep(0.1)
        words = self.log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self.name} did not become ready:\n{words}")


def listens(port: int) -> bool:
    """Say whether somebody takes connections there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def as_postgres(command: Sequence[str]) -> list[str]:
    """Return a command that runs as PostgreSQL's own user where we are root."""
    if os.geteuid() != 0:
        return list(command)
    who = (f"--reuid={POSTGRES_USER}", f"--regid={POSTGRES_USER}", "--clear-groups")
    return ["setpriv", *who, *command]


def give_to_postgres(folder: Path) -> None:
    """Make a folder that PostgreSQL's user may write to."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam(POSTGRES_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)


def find(name: str, *folders: str) -> str | None:
    """Return where a program is, also where Debian hides it."""
    path = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"])
    return shutil.which(name, path=path)

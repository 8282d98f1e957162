"""Programs of ours that take orders: a line of JSON each, answered by another."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.databases import ROOT, environment
from benchmarks.realtime.databases import Database
from benchmarks.realtime.http import get_ticket

SOCKETS = "/ws/v1/feed/"
STOP_SECONDS = 10
TICKETS_AT_ONCE = 32
OPENING_AT_ONCE = 500  # a ticket lasts for a minute
READING_SECONDS = 0.2


class Program:
    """A running program."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def say(self, **order: Any) -> None:
        """Give an order, without waiting for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Return the next answer. Raises RuntimeError when the program has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} has ended")
        said: dict[str, Any] = json.loads(line)
        return said

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and return the answer."""
        self.say(**order)
        return self.hear()


@contextmanager
def program(
    module: str, *arguments: object, env: Mapping[str, str], python: str = sys.executable
) -> Iterator[Program]:
    """Run one of our modules, and stop it at the end."""
    process = subprocess.Popen(
        [python, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Program(process)
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(STOP_SECONDS)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def reader(port: int, path: str = SOCKETS) -> Iterator[Program]:
    """Run the raw reader."""
    with program("benchmarks.realtime.reader", port, path, env=environment()) as running:
        yield running


def open_sockets(ears: Program, *, port: int, database: Database, first: int, count: int) -> float:
    """Have the reader open a socket for each of these users; return how many seconds it took."""
    seconds = 0.0
    for start in range(first, first + count, OPENING_AT_ONCE):
        tokens = database.tokens[start : min(start + OPENING_AT_ONCE, first + count)]
        tickets = asyncio.run(get_tickets(port, tokens))
        hellos = [json.dumps({"type": "hello", "ticket": ticket}) for ticket in tickets]
        seconds += ears.ask(do="open", hellos=hellos)["seconds"]
        # Nobody whom the server waits for falls silent meanwhile.
        ears.ask(do="listen", rows=1, seconds=READING_SECONDS)
    return seconds


async def get_tickets(port: int, tokens: Sequence[str]) -> list[str]:
    """Return a ticket for each of these users."""
    gate = asyncio.Semaphore(TICKETS_AT_ONCE)

    async def get_one(token: str) -> str:
        async with gate:
            return await get_ticket(port, token)

    return list(await asyncio.gather(*map(get_one, tokens)))

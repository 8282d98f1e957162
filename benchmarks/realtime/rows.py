"""The rows of the fault table, and how one of them is done."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from os import getloadavg
from pathlib import Path
from uuid import UUID

from benchmarks.databases import ROOT
from benchmarks.machine import OtherWork
from benchmarks.realtime import faults
from benchmarks.realtime.databases import Database
from benchmarks.realtime.faults import Fault, Stage
from benchmarks.realtime.judging import Outcome, judge
from benchmarks.realtime.listeners import Crowd, Record
from benchmarks.realtime.sending import Sender
from benchmarks.realtime.stack import Stack, embedded, scaled_out

PER_SECOND = 20
POLL_SECONDS = 1.0
SETTLING_SECONDS = 15  # after the last row that came, for what is on its way at the end
WARMING = 20  # messages
CALMING_SECONDS = 2
WORST_ERRORS = ("Traceback", "ERROR", "CRITICAL")


@dataclass(frozen=True, eq=False)
class Row:
    """A row: where, what goes wrong, and what the servers are told."""

    key: str
    engine: str
    title: str
    faults: tuple[Fault, ...] = ()
    has_redis: bool = True
    sends_apart: bool = False
    settings: dict[str, str] = field(default_factory=dict)


POSTGRES_ROWS = (
    Row("calm", "postgres", "no fault"),
    Row("cut", "postgres", "connections cut", (faults.cut_connections,)),
    Row("kill", "postgres", "server killed", (faults.kill_servers,)),
    Row("redis", "postgres", "Redis killed", (faults.kill_redis,)),
    Row("hints", "postgres", "no poll, hints only", settings={"FEED_POLL_SECONDS": "0"}),
    Row("poll", "postgres", "no Redis, poll only", (faults.go_without,), has_redis=False),
    Row(
        "all", "postgres", "all of it at once",
        (faults.cut_connections, faults.kill_servers, faults.kill_redis),
    ),
)  # fmt: skip
SQLITE_ROWS = (
    Row("calm", "sqlite", "no fault"),
    Row("cut", "sqlite", "connections cut", (faults.cut_connections,)),
    Row("kill", "sqlite", "server killed", (faults.kill_servers,)),
    Row("poll", "sqlite", "sent by another process: poll only", (faults.go_without,),
        sends_apart=True),
)  # fmt: skip
ROWS = (*POSTGRES_ROWS, *SQLITE_ROWS)


def measure_row(
    row: Row, *, database: Database, folder: Path, sockets: int, seconds: int
) -> Outcome:
    """Do a row on servers of its own, and hold what was received against the database."""
    folder = folder / f"{row.engine}-{row.key}"
    folder.mkdir()
    load, others = getloadavg()[0], OtherWork()
    with _stack(row, database, folder) as stack:
        outcome = asyncio.run(_perform(row, stack, database, sockets, seconds))
    return replace(
        outcome,
        audit=_audit(database),
        others=others.share(),
        load=load,
        log=_errors_in(folder),
    )


@contextmanager
def _stack(row: Row, database: Database, folder: Path) -> Iterator[Stack]:
    settings = {"FEED_POLL_SECONDS": str(POLL_SECONDS), **row.settings}
    if row.engine == "sqlite":
        making = embedded(database, folder=folder, sends_apart=row.sends_apart, **settings)
    else:
        making = scaled_out(
            database, processes=3, has_redis=row.has_redis, folder=folder, **settings
        )
    with making as stack:
        yield stack


async def _perform(
    row: Row, stack: Stack, database: Database, sockets: int, seconds: int
) -> Outcome:
    tokens, prefix = database.tokens, f"{row.key}-{time.time_ns()}-"
    await _warm_up(stack, tokens, prefix)
    crowd = Crowd(tokens[:sockets], stack.listening)
    try:
        await crowd.open()
        await asyncio.sleep(CALMING_SECONDS)
        last_event = await asyncio.to_thread(database.last_event)
        sender = Sender(prefix=prefix, tokens=tokens[:sockets], servers=stack.sending)
        stage = Stage(stack, crowd, seconds)
        await asyncio.gather(
            sender.send_all(count=seconds * PER_SECOND, per_second=PER_SECOND),
            *(fault(stage) for fault in row.faults),
        )
        feeds = await asyncio.to_thread(database.rows_since, last_event)
        settled_in = await _settle(crowd, {user: rows[-1].seq for user, rows in feeds.items()})
    finally:
        await crowd.close()
    outcome = judge(
        records=crowd.records,
        feeds=feeds,
        sent=sender.sent,
        stored=await asyncio.to_thread(database.messages, prefix),
        windows=stage.windows,
        faults=stage.count,
    )
    return replace(outcome, settled_in=settled_in)


async def _warm_up(stack: Stack, tokens: list[str], prefix: str) -> None:
    """Let each process send some, so that it has made its connections and prepared its queries."""
    for number, unit in enumerate(stack.servers):
        sender = Sender(prefix=f"warm-{number}-{prefix}", tokens=tokens, servers=[unit])
        await sender.send_all(count=WARMING, per_second=WARMING)


async def _settle(crowd: Crowd, ends: dict[UUID, int]) -> float:
    """Wait until everybody has what is there, or nothing more comes: then it counts as lost.

    Return how many seconds it took.
    """
    begun = came_at = time.monotonic()
    count = 0
    while time.monotonic() < came_at + SETTLING_SECONDS:
        if all(_end_of(record) >= ends.get(record.user, 0) for record in crowd.records):
            break
        if (seen := sum(len(record.seen) for record in crowd.records)) > count:
            count, came_at = seen, time.monotonic()
        await asyncio.sleep(0.1)
    return time.monotonic() - begun


def _end_of(record: Record) -> int:
    return record.seen[-1].seq if record.seen else record.start


def _audit(database: Database) -> str:
    """Return what is wrong in the database; "" when nothing is."""
    done = subprocess.run(
        [sys.executable, "manage.py", "audit"],
        cwd=ROOT, env=database.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:]


def _errors_in(folder: Path) -> list[str]:
    """Return the lines of the servers' logs that speak of faults in them."""
    return [
        line
        for file in sorted(folder.glob("server*.log"))
        for line in file.read_text(errors="replace").splitlines()
        if any(word in line for word in WORST_ERRORS)
    ]

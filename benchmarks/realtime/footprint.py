"""What sockets cost that do nothing."""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.realtime.databases import Database
from benchmarks.realtime.programs import Program, open_sockets, reader
from benchmarks.realtime.stack import Unit, embedded, scaled_out

WARMING = 200
REST_SECONDS = 3
AFTER_CLOSING_SECONDS = 12  # the server holds on to a closed connection for ten


@dataclass(frozen=True)
class Footprint:
    """A server with so many idle sockets. ``kib_each`` is of private and shared memory (PSS) above
    that of a warm server without any; ``cpu_share`` of one core; ``left_mib`` what stays when all
    have gone."""

    who: str
    sockets: int
    before_mib: float
    after_mib: float
    open_seconds: float
    cpu_share: float
    beats_per_second: float
    lost: int
    left_mib: float = float("nan")

    @property
    def kib_each(self) -> float:
        """Return what one socket takes."""
        return (self.after_mib - self.before_mib) * 1024 / self.sockets


def measure_footprints(
    database: Database, *, folder: Path, counts: list[int], seconds: int
) -> list[Footprint]:
    """Open ever more sockets, each of a user of its own, and let them be."""
    folder.mkdir()
    if database.engine == "sqlite":
        who, making = "SQLite", embedded(database, folder=folder)
    else:
        who = "PostgreSQL, Redis"
        making = scaled_out(database, processes=1, has_redis=True, folder=folder)
    with making as stack:
        unit = stack.servers[0]
        with reader(unit.port) as warming:
            open_sockets(warming, port=unit.port, database=database, first=0, count=WARMING)
            warming.ask(do="listen", rows=1, seconds=REST_SECONDS)
        time.sleep(AFTER_CLOSING_SECONDS)
        before = unit.server.memory_mib()
        with reader(unit.port) as ears:
            found = list(_grow(who, unit, ears, database, before, counts, seconds))
        time.sleep(AFTER_CLOSING_SECONDS)
        found[-1] = replace(found[-1], left_mib=unit.server.memory_mib())
        return found


def _grow(
    who: str, unit: Unit, ears: Program, database: Database, before: float, counts: list[int],
    seconds: int,
) -> Iterator[Footprint]:  # fmt: skip
    opened = 0.0
    for first, count in zip([0, *counts], counts, strict=False):
        opened += open_sockets(
            ears, port=unit.port, database=database, first=first, count=count - first
        )
        ears.ask(do="listen", rows=1, seconds=REST_SECONDS)
        after, cpu = unit.server.memory_mib(), unit.server.cpu_seconds()
        heard = ears.ask(do="listen", rows=math.inf, seconds=seconds)
        found = Footprint(
            who=who,
            sockets=count,
            before_mib=before,
            after_mib=after,
            open_seconds=opened,
            cpu_share=(unit.server.cpu_seconds() - cpu) / seconds,
            beats_per_second=heard["beats"] / seconds,
            lost=heard["lost"],
        )
        _show(found)
        yield found


def _show(found: Footprint) -> None:
    print(
        f"idle, {found.who}: {found.sockets} sockets, {found.kib_each:.1f} KiB each,"
        f" {found.cpu_share:.1%} of a core, {found.beats_per_second:.0f} beats/s, opened in"
        f" {found.open_seconds:.1f} s, {found.after_mib:.0f} MiB ({found.before_mib:.0f} before)",
        file=sys.stderr, flush=True,
    )  # fmt: skip

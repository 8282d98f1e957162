"""One event to a thousand sockets of one process, at a growing rate, until it falls behind."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.databases import environment
from benchmarks.realtime.databases import Database
from benchmarks.realtime.judging import Latencies, spread
from benchmarks.realtime.programs import Program, open_sockets, program, reader
from benchmarks.realtime.stack import Redis, wait_for_port
from benchmarks.servers import free_port

FIRST_RATE = 4  # events a second
GROWTH = 2
LATE_SECONDS = 0.5
LONGEST_P99_MS = 1000
PATIENCE_SECONDS = 8
OURS_EMBEDDED, OURS_SCALED = "ours, SQLite", "ours, PostgreSQL and Redis"
BARE, CONSUMER, LAYER = "bare ASGI", "Channels consumer", "Channels consumer, Redis layer"
PEERS = {BARE: "bare", CONSUMER: "consumer", LAYER: "layer"}


@dataclass(frozen=True)
class Step:
    """What came of one rate. ``publish_ms`` is what one event takes whoever publishes it; CPU
    times are the server's, and the reader's share of a core."""

    asked: float
    deliveries: int
    lost: int
    seconds: float
    times: Latencies
    publish_ms: float
    cpu_us: float
    reader_share: float
    is_held: bool

    @property
    def rate(self) -> float:
        """Return deliveries per second, to the last one."""
        return self.deliveries / self.seconds


@dataclass(frozen=True)
class FanOut:
    """The steps of one server; ``memory_kib`` is what a socket took of it."""

    who: str
    sockets: int
    steps: list[Step]
    memory_kib: float

    @property
    def held(self) -> Step:
        """Return the highest rate that was held, or the lowest that was not."""
        held = [step for step in self.steps if step.is_held]
        return max(held, key=lambda step: step.rate) if held else self.steps[0]

    @property
    def cpu_us(self) -> float:
        """Return the CPU time of a delivery, the median of the rates."""
        return median(step.cpu_us for step in self.steps)

    @property
    def best(self) -> float:
        """Return the most deliveries that were made in a second, late or not."""
        return max(step.rate for step in self.steps)


def measure_ours(database: Database, *, folder: Path, sockets: int, seconds: int) -> FanOut:
    """Measure the product; on SQLite it publishes in the same process, else in another one."""
    with ExitStack() as running:
        if database.engine == "sqlite":
            who, env = OURS_EMBEDDED, database.environment()
        else:
            redis = running.enter_context(_redis(folder))
            who, env = OURS_SCALED, database.environment(REDIS_URL=redis.url, JOB_THREADS="0")
        port = free_port()
        server = running.enter_context(program("benchmarks.realtime.loudspeaker", port, env=env))
        speaker = server
        if database.engine != "sqlite":
            speaker = running.enter_context(program("benchmarks.realtime.loudspeaker", env=env))
        wait_for_port(port)
        with reader(port) as warming:
            open_sockets(warming, port=port, database=database, first=0, count=100)
            speaker.ask(users=100, count=20, per_second=50)
        ears = running.enter_context(reader(port))
        before = machine.memory_mib(server.process.pid)
        open_sockets(ears, port=port, database=database, first=0, count=sockets)
        return _grow(who, server, speaker, ears, before, sockets=sockets, seconds=seconds)


def measure_peer(who: str, *, python: str, folder: Path, sockets: int, seconds: int) -> FanOut:
    """Measure an application that knows no feed, in an environment of its own or in ours."""
    with ExitStack() as running:
        env = environment()
        if who == LAYER:
            env["REDIS_URL"] = running.enter_context(_redis(folder)).url
        port = free_port()
        module = ("benchmarks.realtime.bare", port, PEERS[who])
        server = running.enter_context(program(*module, env=env, python=python))
        wait_for_port(port)
        with reader(port, "/") as warming:
            warming.ask(do="open", hellos=[""] * 100)
            server.ask(count=20, per_second=50)
        ears = running.enter_context(reader(port, "/"))
        before = machine.memory_mib(server.process.pid)
        ears.ask(do="open", hellos=[""] * sockets)
        return _grow(who, server, server, ears, before, sockets=sockets, seconds=seconds)


@contextmanager
def _redis(folder: Path) -> Iterator[Redis]:
    redis = Redis(folder)
    redis.start()
    try:
        redis.wait_until_ready()
        yield redis
    finally:
        redis.stop()


def _grow(
    who: str, server: Program, speaker: Program, ears: Program, before: float, *,
    sockets: int, seconds: int,
) -> FanOut:  # fmt: skip
    memory = (machine.memory_mib(server.process.pid) - before) / sockets * 1024
    steps: list[Step] = []
    rate = float(FIRST_RATE)
    while not steps or steps[-1].is_held:
        steps.append(_step(server, speaker, ears, rate, sockets=sockets, seconds=seconds))
        _show(who, steps[-1])
        rate *= GROWTH
    between = steps[-1].asked * 0.75
    steps.append(_step(server, speaker, ears, between, sockets=sockets, seconds=seconds))
    _show(who, steps[-1])
    return FanOut(who, sockets, steps, memory)


def _step(
    server: Program, speaker: Program, ears: Program, rate: float, *, sockets: int, seconds: int
) -> Step:
    count = int(rate * seconds)
    cpu = machine.cpu_seconds(server.process.pid)
    ears.say(do="listen", rows=count * sockets, seconds=3 * seconds + PATIENCE_SECONDS)
    told = speaker.ask(users=sockets, count=count, per_second=rate)
    heard = ears.hear()
    took = max(heard["last_at"] - told["begun"], seconds - 1 / rate)
    times = spread(micro / 1e6 for micro in heard["times"])
    lost = count * sockets - heard["rows"]
    is_late = took > seconds * 1.05 + LATE_SECONDS or times.p99 > LONGEST_P99_MS
    return Step(
        asked=rate,
        deliveries=heard["rows"],
        lost=lost,
        seconds=took,
        times=times,
        publish_ms=told["busy_ms"],
        cpu_us=(machine.cpu_seconds(server.process.pid) - cpu) / max(heard["rows"], 1) * 1e6,
        reader_share=heard["cpu"] / took,
        is_held=not lost and not is_late,
    )


def _show(who: str, step: Step) -> None:
    print(
        f"fan-out, {who}: {step.asked:g} events/s: {step.rate:,.0f} deliveries/s, p50"
        f" {step.times.p50:.1f} ms, p99 {step.times.p99:.1f} ms, lost {step.lost},"
        f" {step.cpu_us:.1f} us CPU each, publish {step.publish_ms:.1f} ms, reader"
        f" {step.reader_share:.0%}",
        file=sys.stderr, flush=True,
    )  # fmt: skip

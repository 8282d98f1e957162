"""Measures one scenario on all servers in turn, and keeps the run in the middle."""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median_low

import orjson

from benchmarks.load import Load, Request, run_wrk
from benchmarks.machine import OtherWork
from benchmarks.requests import Turn
from benchmarks.scenarios import Scenario
from benchmarks.servers import Server

WARMING_REQUESTS = 24
WARMING_THREADS = 8
REST_SECONDS = 8.0


@dataclass(frozen=True)
class Result:
    """What one contestant did in one scenario: the run with the median rate.

    ``cpu_ms`` is the CPU time of the server's processes per request, the database server's not
    included; ``body_bytes`` the length of a typical answer; ``answers`` and ``failures`` those of
    all runs, where a run without any answer is a failure too; ``others`` the largest share of the
    machine's CPU that unrelated work took in a run.
    """

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    body_bytes: int
    memory_mib: float
    answers: int
    failures: int
    others: float
    rates: list[float]

    def times(self, other: "Result") -> float:
        """Return the rate as a multiple of another one's."""
        return self.rate / other.rate if other.rate else math.inf


@dataclass(frozen=True)
class _Run:
    load: Load
    cpu_ms: float
    memory_mib: float
    others: float


class WrongAnswer(Exception):
    """A contestant does not answer a scenario's requests as it must."""


def measure(
    scenario: Scenario,
    *,
    servers: Sequence[Server],
    tokens: Mapping[str, str],
    seconds: int,
    repeats: int,
) -> dict[str, Result]:
    """Warm everybody up, then let them take turns; return the results by contestant."""
    seconds = max(1, seconds // 2) if scenario.brief else seconds
    sizes = {server.contestant.name: _warm_up(scenario, server, tokens) for server in servers}
    runs: dict[str, list[_Run]] = {server.contestant.name: [] for server in servers}
    for _ in range(repeats):
        for server in servers:
            runs[server.contestant.name].append(_run(scenario, server, tokens, seconds))
            server.wait_for_rest(seconds=REST_SECONDS)
    return {name: _middle(done, sizes[name]) for name, done in runs.items()}


def _warm_up(scenario: Scenario, server: Server, tokens: Mapping[str, str]) -> int:
    """Send some requests, check the first answer and return its length."""
    is_ours = server.contestant.name == scenario.ours  # the others have no store to fill
    count = scenario.to_store if is_ours and scenario.to_store else WARMING_REQUESTS
    requests = _requests(scenario, server, tokens, count)
    size = _check(scenario, server, requests[0])
    others = islice(cycle(requests), 1, count)
    with ThreadPoolExecutor(WARMING_THREADS) as pool:
        list(pool.map(lambda request: _send(server, request), others))
    return size


def _check(scenario: Scenario, server: Server, request: Request) -> int:
    status, body = _send(server, request)
    who = f"{server.contestant.name}, {scenario.title}"
    if status != scenario.status:
        raise WrongAnswer(f"{who}: {status} instead of {scenario.status}: {body[:300]!r}")
    if scenario.rows is not None and len(orjson.loads(body)["results"]) != scenario.rows:
        raise WrongAnswer(f"{who}: not {scenario.rows} rows: {body[:300]!r}")
    return len(body)


def _send(server: Server, request: Request) -> tuple[int, bytes]:
    return server.send(request.method, request.path, token=request.token, body=request.body)


def _run(scenario: Scenario, server: Server, tokens: Mapping[str, str], seconds: int) -> _Run:
    requests = _requests(scenario, server, tokens, seconds * scenario.once_per_second)
    others = OtherWork()
    before = server.cpu_seconds()
    load = run_wrk(
        port=server.port,
        requests=requests,
        once=bool(scenario.once_per_second),
        seconds=seconds,
        connections=scenario.connections,
    )
    used = server.cpu_seconds() - before
    return _Run(
        load=load,
        cpu_ms=used / max(load.requests, 1) * 1000,
        memory_mib=server.memory_mib(),
        others=others.share(),
    )


def _requests(
    scenario: Scenario, server: Server, tokens: Mapping[str, str], count: int
) -> list[Request]:
    first = server.contestant.numbers.take(scenario.key, count)
    return scenario.make(Turn(server, first, count, tokens))


def _middle(runs: Sequence[_Run], size: int) -> Result:
    rates = [run.load.rate for run in runs]
    chosen = runs[rates.index(median_low(rates))]
    return Result(
        rate=chosen.load.rate,
        p50_ms=chosen.load.p50,
        p99_ms=chosen.load.p99,
        cpu_ms=chosen.cpu_ms,
        body_bytes=size,
        memory_mib=max(run.memory_mib for run in runs),
        answers=sum(run.load.requests for run in runs),
        failures=sum(run.load.failures or int(not run.load.requests) for run in runs),
        others=max(run.others for run in runs),
        rates=rates,
    )

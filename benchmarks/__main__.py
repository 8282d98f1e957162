"""``python -m benchmarks``: measures, prints a table, exits with 1 when a bar is missed."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine, report
from benchmarks.databases import (
    DEFAULT_POSTGRES,
    Databases,
    postgres_answers,
    postgres_databases,
    sqlite_databases,
)
from benchmarks.measuring import WARMING_REQUESTS, Result, WrongAnswer, measure
from benchmarks.scenarios import ORDER, SCENARIOS, Scenario
from benchmarks.servers import contestants, serving

LONGEST_RUN_SECONDS = 60
MOST_REPEATS = 9
SHARERS = 2  # plain runs twice on its database, so it needs twice the carts


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    seconds: int
    repeats: int
    database: str
    postgres: str
    scenarios: tuple[Scenario, ...]


def main() -> int:
    """Return the exit status: 0 when every bar is held and no request failed."""
    options = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as after Ctrl-C
    if what_is_missing := machine.missing():
        print(what_is_missing, file=sys.stderr)
        return 2
    facts = machine.facts()
    tables = [_measure_engine(engine, options) for engine in _engines(options)]
    print("\n" + report.markdown(facts, tables))
    said = report.verdicts(tables)
    for passed, text in said:
        print("PASS" if passed else "FAIL", text)
    print(f"\nKept in {os.path.relpath(report.write_json(facts, tables))}")
    return 0 if all(passed for passed, _ in said) else 1


def _parse() -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    keys = [scenario.key for scenario in SCENARIOS]
    server = os.environ.get("BENCH_POSTGRES_URL", DEFAULT_POSTGRES)
    add = parser.add_argument
    add("--seconds", type=int, default=2, help="of each run (default 2)")
    add("--repeats", type=int, default=3, help="runs of each row; the median counts (default 3)")
    add("--quick", action="store_true", help="one run of one second for each row")
    add("--only", nargs="+", choices=keys, default=keys, metavar="WHAT", help=", ".join(keys))
    add("--database", choices=["sqlite", "postgres", "both"], default="both")
    add("--postgres", default=server, metavar="URL", help="a server to make databases on")
    asked = parser.parse_args()
    if not 1 <= asked.seconds <= LONGEST_RUN_SECONDS:
        parser.error(f"--seconds: 1 to {LONGEST_RUN_SECONDS}")
    if not 1 <= asked.repeats <= MOST_REPEATS:
        parser.error(f"--repeats: 1 to {MOST_REPEATS}")
    return Options(
        seconds=1 if asked.quick else asked.seconds,
        repeats=1 if asked.quick else asked.repeats,
        database=asked.database,
        postgres=asked.postgres,
        scenarios=tuple(scenario for scenario in SCENARIOS if scenario.key in asked.only),
    )


def _engines(options: Options) -> list[str]:
    if options.database == "sqlite":
        return ["sqlite"]
    if postgres_answers(options.postgres):
        return ["postgres"] if options.database == "postgres" else ["sqlite", "postgres"]
    if options.database == "postgres":
        sys.exit("PostgreSQL does not answer; --postgres URL names another server.")
    print("PostgreSQL does not answer: measuring on SQLite alone.", file=sys.stderr)
    return ["sqlite"]


def _measure_engine(engine: str, options: Options) -> report.Table:
    with _databases(engine, options) as databases, ExitStack() as running:
        servers = [running.enter_context(serving(who)) for who in contestants(databases)]
        rows = {}
        for scenario in options.scenarios:
            rows[scenario] = measure(
                scenario,
                servers=servers,
                tokens=databases.tokens,
                seconds=options.seconds,
                repeats=options.repeats,
            )
            _show_progress(engine, scenario, rows[scenario])
    return report.Table(engine, rows)


@contextmanager
def _databases(engine: str, options: Options) -> Iterator[Databases]:
    carts = _order_carts(options)
    print(f"{engine}: making databases ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="tradepost-bench-") as name:
        folder = Path(name)
        making = (
            sqlite_databases(folder=folder, order_carts=carts)
            if engine == "sqlite"
            else postgres_databases(server=options.postgres, folder=folder, order_carts=carts)
        )
        with making as databases:
            yield databases


def _order_carts(options: Options) -> int:
    """Return how many carts must wait, so that no run of the order scenario runs out of them."""
    if ORDER not in options.scenarios:
        return 0
    per_contestant = options.repeats * options.seconds * ORDER.once_per_second
    return SHARERS * (per_contestant + WARMING_REQUESTS)


def _show_progress(engine: str, scenario: Scenario, results: dict[str, Result]) -> None:
    rates = ", ".join(f"{name} {result.rate:,.0f}/s" for name, result in results.items())
    print(f"{engine}: {scenario.title}: {rates}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WrongAnswer as error:
        sys.exit(f"FAIL {error}")
    except KeyboardInterrupt:
        sys.exit("Stopped; servers and databases are gone.")

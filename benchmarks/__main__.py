"""Measures Tradepost beside the floor under it and beside a plain tutorial project.

Prints tables in Markdown, then PASS or FAIL for each bar and AIM met or missed for each aim, and
exits with 1 when a bar is missed, a request failed or the books do not add up. docs/performance.md
says what the rows mean. Everything is kept as JSON in benchmarks/results/.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import books, machine, report, stamps
from benchmarks.data import Waiting
from benchmarks.databases import (
    DEFAULT_POSTGRES,
    Databases,
    postgres_answers,
    postgres_databases,
    sqlite_databases,
)
from benchmarks.measuring import WARMING_REQUESTS, Result, WrongAnswer, measure
from benchmarks.scenarios import ORDER_HOT, ORDER_SPREAD, ORDERS, SCENARIOS, Scenario
from benchmarks.servers import FLOOR, OURS, PLAIN, PLAIN_KEPT, contestants, serving
from benchmarks.verdicts import FAIL, Table, bar_of, verdicts

LONGEST_RUN_SECONDS = 60
MOST_REPEATS = 9
Rows = dict[Scenario, dict[str, Result]]


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    seconds: int
    repeats: int
    database: str
    postgres: str
    scenarios: tuple[Scenario, ...]
    stamps: bool


def main() -> int:
    """Return the exit status: 0 when every bar is held and no request failed."""
    options = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as after Ctrl-C
    if what_is_missing := machine.missing():
        print(what_is_missing, file=sys.stderr)
        return 2
    facts, started = machine.facts(), time.monotonic()
    tables = [_measure_engine(engine, options) for engine in _engines(options)]
    facts["took"] = f"{(time.monotonic() - started) / 60:.1f} minutes"
    print("\n" + report.markdown(facts, tables))
    said = verdicts(tables)
    for verdict in said:
        print(verdict.word, verdict.text)
    print(f"\nKept in {os.path.relpath(report.write_json(facts, tables, said))}")
    return int(any(verdict.word == FAIL for verdict in said))


def _parse() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=_rows_and_bars(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    keys = [*(scenario.key for scenario in SCENARIOS), stamps.KEY]
    server = os.environ.get("BENCH_POSTGRES_URL", DEFAULT_POSTGRES)
    add = parser.add_argument
    add("--seconds", type=int, default=2, help="of each run (default 2); brief rows take half")
    add("--repeats", type=int, default=3, help="runs of each row; the median counts (default 3)")
    add("--quick", action="store_true", help="one run of one second for each row")
    add("--only", nargs="+", choices=keys, default=keys, metavar="ROW", help="these rows alone")
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
        scenarios=_choose(asked.only),
        stamps=stamps.KEY in asked.only,
    )


def _choose(keys: Iterable[str]) -> tuple[Scenario, ...]:
    """Return the scenarios, and those that their bars are measured against."""
    wanted = set(keys)
    wanted |= {scenario.as_fast_as for scenario in SCENARIOS if scenario.key in wanted}
    return tuple(scenario for scenario in SCENARIOS if scenario.key in wanted)


def _rows_and_bars() -> str:
    rows = [(scenario.key, scenario.title, bar_of(scenario)) for scenario in SCENARIOS]
    rows.append((stamps.KEY, "change of a price", f"at most {stamps.MOST_TIMES:g} times without"))
    lines = [f"  {key:<15}{title:<29}{bar}".rstrip() for key, title, bar in rows]
    return "\n".join(("rows:", *lines))


def _engines(options: Options) -> list[str]:
    if options.database == "sqlite":
        return ["sqlite"]
    if postgres_answers(options.postgres):
        return ["postgres"] if options.database == "postgres" else ["sqlite", "postgres"]
    if options.database == "postgres":
        sys.exit("PostgreSQL does not answer; --postgres URL names another server.")
    print("PostgreSQL does not answer: measuring on SQLite alone.", file=sys.stderr)
    return ["sqlite"]


def _measure_engine(engine: str, options: Options) -> Table:
    with _databases(engine, options) as databases:
        rows = _measure_rows(databases, options)
        wrong = _check_books(databases, rows)
        costs: list[stamps.Cost] = []
        if options.stamps:  # when no server is running any more
            costs = stamps.measure_stamps(databases, repeats=options.repeats)
    return Table(engine, rows, wrong, costs)


@contextmanager
def _databases(engine: str, options: Options) -> Iterator[Databases]:
    waiting = Waiting(_carts_for(ORDER_SPREAD, options), _carts_for(ORDER_HOT, options))
    print(f"{engine}: making databases ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="tradepost-bench-") as name:
        folder = Path(name)
        making = (
            sqlite_databases(folder=folder, waiting=waiting)
            if engine == "sqlite"
            else postgres_databases(server=options.postgres, folder=folder, waiting=waiting)
        )
        with making as databases:
            yield databases


def _carts_for(orders: Scenario, options: Options) -> int:
    """Return how many carts must wait, so that no run of an order scenario runs out of them."""
    if orders not in options.scenarios:
        return 0
    per_contestant = options.repeats * options.seconds * orders.once_per_second + WARMING_REQUESTS
    return per_contestant * len({PLAIN, PLAIN_KEPT}.intersection(orders.who))  # share a database


def _measure_rows(databases: Databases, options: Options) -> Rows:
    needed = {who for scenario in options.scenarios for who in scenario.who}
    with ExitStack() as running:
        servers = {
            who.name: running.enter_context(serving(who))
            for who in contestants(databases)
            if who.name in needed
        }
        rows: Rows = {}
        for scenario in options.scenarios:
            rows[scenario] = measure(
                scenario,
                servers=[servers[name] for name in scenario.who],
                tokens=databases.tokens,
                seconds=options.seconds,
                repeats=options.repeats,
            )
            _show_progress(databases.engine, scenario, rows[scenario])
    return rows


def _check_books(databases: Databases, rows: Rows) -> Mapping[str, list[str]]:
    """Return what is wrong by contestant: plain keeps no totals and guards no stock."""
    orders = [rows[scenario] for scenario in ORDERS if scenario in rows]
    if not orders:
        return {}
    return {
        who: books.wrong_sums(
            database, answered=sum(row[who].answers - row[who].failures for row in orders)
        )
        for who, database in ((OURS, databases.ours), (FLOOR, databases.floor))
    }


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

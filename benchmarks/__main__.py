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
from benchmarks.scenarios import ORDER_HOT, ORDER_SPREAD, ORDERS, PAGES, SCENARIOS, TALKS, Scenario
from benchmarks.servers import (
    FLOOR,
    MANY_MESSAGES,
    OURS,
    PLAIN,
    PLAIN_KEPT,
    Contestant,
    contestants,
    serving,
    talk_contestants,
)
from benchmarks.talks import crowd, statements
from benchmarks.talks.databases import talk_databases
from benchmarks.verdicts import FAIL, Table, bar_of, verdicts

LONGEST_RUN_SECONDS = 60
MOST_REPEATS = 9
BESIDES = {  # what is measured without a server: its title, and its bar
    stamps.KEY: ("change of a price", f"at most {stamps.MOST_TIMES:g} times without"),
    statements.KEY: ("statements of a message", "as many for 2, 100 and 250 people"),
    crowd.KEY: (
        f"{crowd.PROCESSES} processes sending",
        f"at least {crowd.LEAST_PER_SECOND}/s on SQLite, no error, none lost",
    ),
}
OF_TALKS = (*(scenario.key for scenario in TALKS), statements.KEY, crowd.KEY)
GROUPS = {  # names for several rows
    "messaging": ("conversations", "message", "message-once", *OF_TALKS),
    "talks": OF_TALKS,
    "pages": tuple(scenario.key for scenario in PAGES),
}
Rows = dict[Scenario, dict[str, Result]]


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line; ``besides`` are keys of what needs no server."""

    seconds: int
    repeats: int
    database: str
    postgres: str
    scenarios: tuple[Scenario, ...]
    besides: frozenset[str]

    @property
    def of_talks(self) -> tuple[Scenario, ...]:
        return tuple(scenario for scenario in self.scenarios if scenario in TALKS)

    @property
    def of_all(self) -> tuple[Scenario, ...]:
        """The rows that are measured beside the others."""
        return tuple(scenario for scenario in self.scenarios if scenario not in TALKS)


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
    keys = [*(scenario.key for scenario in SCENARIOS), *BESIDES]
    server = os.environ.get("BENCH_POSTGRES_URL", DEFAULT_POSTGRES)
    add = parser.add_argument
    add("--seconds", type=int, default=2, help="of each run (default 2); brief rows take half")
    add("--repeats", type=int, default=2, help="runs of each row; the median counts (default 2)")
    add("--quick", action="store_true", help="one run of one second for each row")
    choices = [*keys, *GROUPS]
    add("--only", nargs="+", choices=choices, default=keys, metavar="ROW", help="these rows alone")
    add("--database", choices=["sqlite", "postgres", "both"], default="both")
    add("--postgres", default=server, metavar="URL", help="a server to make databases on")
    asked = parser.parse_args()
    if not 1 <= asked.seconds <= LONGEST_RUN_SECONDS:
        parser.error(f"--seconds: 1 to {LONGEST_RUN_SECONDS}")
    if not 1 <= asked.repeats <= MOST_REPEATS:
        parser.error(f"--repeats: 1 to {MOST_REPEATS}")
    wanted = {key for name in asked.only for key in GROUPS.get(name, (name,))}
    return Options(
        seconds=1 if asked.quick else asked.seconds,
        repeats=1 if asked.quick else asked.repeats,
        database=asked.database,
        postgres=asked.postgres,
        scenarios=_choose(wanted),
        besides=frozenset(wanted & BESIDES.keys()),
    )


def _choose(keys: Iterable[str]) -> tuple[Scenario, ...]:
    """Return the scenarios, and those that their bars are measured against."""
    wanted = set(keys)
    wanted |= {scenario.as_fast_as for scenario in SCENARIOS if scenario.key in wanted}
    return tuple(scenario for scenario in SCENARIOS if scenario.key in wanted)


def _rows_and_bars() -> str:
    rows = [(scenario.key, scenario.title, bar_of(scenario)) for scenario in SCENARIOS]
    rows += [(key, *said) for key, said in BESIDES.items()]
    lines = [f"  {key:<16}{title:<38}{bar}".rstrip() for key, title, bar in rows]
    several = [f"  {name:<16}{' '.join(keys)}" for name, keys in GROUPS.items()]
    return "\n".join(("rows:", *lines, "names for several rows:", *several))


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
    table = Table(engine)
    if options.of_all or stamps.KEY in options.besides:
        _measure_all(table, options)
    if options.of_talks or options.besides & {statements.KEY, crowd.KEY}:
        _measure_talks(table, options)
    return table


def _measure_all(table: Table, options: Options) -> None:
    with _databases(table.engine, options) as databases:
        rows = _measure_rows(
            contestants(databases), databases.tokens, table.engine, options.of_all, options
        )
        table.rows.update(rows)
        table.books.update(_check_books(databases, rows))
        if stamps.KEY in options.besides:  # when no server is running any more
            table.stamps.extend(stamps.measure_stamps(databases, repeats=options.repeats))


def _measure_talks(table: Table, options: Options) -> None:
    """Measure what has databases of its own, after everything else has gone."""
    wants_many = any(MANY_MESSAGES in scenario.who for scenario in options.of_talks)
    print(f"{table.engine}: writing messages ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="tradepost-bench-") as name:
        making = talk_databases(
            engine=table.engine, server=options.postgres, folder=Path(name), wants_many=wants_many
        )
        with making as talks:
            ours = talk_contestants(talks, engine=table.engine)
            table.rows.update(
                _measure_rows(ours, talks.tokens, table.engine, options.of_talks, options)
            )
            if statements.KEY in options.besides:
                table.statements.update(statements.count_statements(talks))
            if crowd.KEY in options.besides and table.engine == "sqlite":
                table.crowds.extend(crowd.measure_crowds(talks, seconds=options.seconds))


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


def _measure_rows(
    who: Iterable[Contestant], tokens: Mapping[str, str], engine: str,
    scenarios: Iterable[Scenario], options: Options,
) -> Rows:  # fmt: skip
    needed = {name for scenario in scenarios for name in scenario.who}
    with ExitStack() as running:
        servers = {
            one.name: running.enter_context(serving(one)) for one in who if one.name in needed
        }
        rows: Rows = {}
        for scenario in scenarios:
            rows[scenario] = measure(
                scenario,
                servers=[servers[name] for name in scenario.who],
                tokens=tokens,
                seconds=options.seconds,
                repeats=options.repeats,
            )
            _show_progress(engine, scenario, rows[scenario])
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

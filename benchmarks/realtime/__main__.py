"""Measures the live feed: what it loses under faults, its latency, its reach and its costs.

Everything goes over real TCP sockets, with databases, servers and a Redis of its own, which are
taken away at the end, after Ctrl-C too. Prints tables in Markdown, then PASS or FAIL for each bar
and AIM met or missed for each aim, and exits with 1 when a bar is missed. docs/realtime.md says
what the rows mean. Everything is kept as JSON in benchmarks/results/.
"""

import argparse
import json
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine
from benchmarks.databases import DEFAULT_POSTGRES, postgres_answers
from benchmarks.realtime import fanout
from benchmarks.realtime.bad import measure_badness
from benchmarks.realtime.databases import Database, live_database
from benchmarks.realtime.footprint import measure_footprints
from benchmarks.realtime.people import PEOPLE
from benchmarks.realtime.report import Results, markdown, verdicts
from benchmarks.realtime.rows import ROWS, Row, measure_row
from benchmarks.realtime.stack import missing
from benchmarks.report import FOLDER
from benchmarks.verdicts import FAIL, Verdict

FAULTS, FAN_OUT, IDLE, BAD = "faults", "fan-out", "idle", "bad"
QUICK_SECONDS = 10
MOST_IDLE = 5000
FAN_OUT_SECONDS = 4
ENGINES = {"both": ("postgres", "sqlite"), "postgresql": ("postgres",), "sqlite": ("sqlite",)}


def main() -> int:
    """Measure what was asked for; return the exit code."""
    asked = _read_options()
    if lack := missing() or _missing_postgres(asked):
        sys.exit(lack)
    _allow_many_files()
    signal.signal(signal.SIGTERM, _stop)
    facts, results = machine.facts(), Results()
    with tempfile.TemporaryDirectory(prefix="tradepost-live-") as name:
        for engine in ENGINES[asked.database]:
            with _database(engine, asked, Path(name)) as database:
                _measure(database, asked, Path(name), results)
        if FAN_OUT in asked.rows:
            _measure_peers(asked, Path(name), results)
    said = verdicts(results)
    print(markdown(facts, results))
    print("\n".join(f"{verdict.word}: {verdict.text}" for verdict in said))
    print(f"\n{_write_json(facts, results, said)}", file=sys.stderr)
    return int(any(verdict.word == FAIL for verdict in said))


def _stop(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # nothing may disturb the taking away
    sys.exit("Stopped.")


def _read_options() -> argparse.Namespace:
    keys = sorted({row.key for row in ROWS})
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.realtime",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"rows: {FAULTS} ({' '.join(keys)}), {FAN_OUT}, {IDLE}, {BAD}",
    )
    parser.add_argument("--database", choices=ENGINES, default="both")
    parser.add_argument("--seconds", type=int, default=60, help="of each row of faults")
    parser.add_argument("--quick", action="store_true", help=f"rows of {QUICK_SECONDS} s")
    parser.add_argument("--sockets", type=int, default=PEOPLE, help=f"at most {PEOPLE}")
    parser.add_argument("--idle", type=int, default=MOST_IDLE, help="sockets that do nothing")
    parser.add_argument(
        "--rows", nargs="+", metavar="ROW", choices=[*keys, *_PARTS], default=_PARTS
    )
    parser.add_argument("--postgres", default=DEFAULT_POSTGRES, metavar="URL")
    parser.add_argument(
        "--channels", metavar="PYTHON", help="an interpreter with uvicorn, websockets, channels and"
        " channels_redis, to measure them beside ours",
    )  # fmt: skip
    asked = parser.parse_args()
    if not 5 <= asked.sockets <= PEOPLE:
        parser.error(f"--sockets must be between 5 and {PEOPLE}")
    asked.seconds = QUICK_SECONDS if asked.quick else asked.seconds
    return asked


_PARTS = (FAULTS, FAN_OUT, IDLE, BAD)


def _missing_postgres(asked: argparse.Namespace) -> str | None:
    if "postgres" in ENGINES[asked.database] and not postgres_answers(asked.postgres):
        return "PostgreSQL does not answer; --postgres URL names another server."
    return None


def _allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def _database(engine: str, asked: argparse.Namespace, folder: Path) -> Iterator[Database]:
    print(f"{engine}: making the database ...", file=sys.stderr, flush=True)
    users = max(PEOPLE, asked.idle if IDLE in asked.rows else 0)
    making = live_database(engine=engine, server=asked.postgres, folder=folder, users=users)
    with making as database:
        yield database


def _measure(database: Database, asked: argparse.Namespace, folder: Path, results: Results) -> None:
    for row in _rows(database.engine, asked):
        outcome = measure_row(
            row, database=database, folder=folder, sockets=asked.sockets, seconds=asked.seconds
        )
        results.outcomes[row] = outcome
        print(f"{row.engine}, {row.title}: {asdict(outcome)}", file=sys.stderr, flush=True)
    if FAN_OUT in asked.rows:
        results.fan_outs.append(
            fanout.measure_ours(
                database, folder=folder, sockets=asked.sockets, seconds=FAN_OUT_SECONDS
            )
        )
    if IDLE in asked.rows:
        results.footprints += measure_footprints(
            database,
            folder=folder / f"{database.engine}-idle",
            counts=sorted({min(PEOPLE, asked.idle), asked.idle}),
            seconds=asked.seconds,
        )
    if BAD in asked.rows and database.engine == ENGINES[asked.database][-1]:
        results.badness = measure_badness(database)


def _rows(engine: str, asked: argparse.Namespace) -> list[Row]:
    return [
        row for row in ROWS if row.engine == engine and {row.key, FAULTS}.intersection(asked.rows)
    ]


def _measure_peers(asked: argparse.Namespace, folder: Path, results: Results) -> None:
    for who in fanout.PEERS:
        if who != fanout.BARE and not asked.channels:
            continue
        python = asked.channels or sys.executable
        results.fan_outs.append(
            fanout.measure_peer(
                who, python=python, folder=folder, sockets=asked.sockets, seconds=FAN_OUT_SECONDS
            )
        )


def _write_json(facts: dict[str, str], results: Results, said: list[Verdict]) -> Path:
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"realtime-{facts['date'].replace(' ', '-').replace(':', '')}.json"
    kept = {
        "machine": facts,
        "faults": {
            f"{row.engine}, {row.title}": asdict(outcome)
            for row, outcome in results.outcomes.items()
        },
        "fan-out": [asdict(one) for one in results.fan_outs],
        "idle": [asdict(one) for one in results.footprints],
        "bad": asdict(results.badness) if results.badness else None,
        "verdicts": [f"{verdict.word} {verdict.text}" for verdict in said],
    }
    file.write_text(json.dumps(kept, indent=1) + "\n")
    return file


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped; servers and databases are gone.")

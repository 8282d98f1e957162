"""The results for people (Markdown) and for programs (JSON), and the verdict."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.measuring import Result
from benchmarks.scenarios import Scenario
from benchmarks.servers import FLOOR, OURS, PLAIN, PLAIN_KEPT

FOLDER = Path(__file__).resolve().parent / "results"
SERVERS = {
    "sqlite": "SQLite: ours and floor one uvicorn process, 8 threads; plain gunicorn, 1 worker",
    "postgres": "PostgreSQL: ours and floor granian, 2 x 2 threads; plain gunicorn, 2 workers",
}
HEAD = (
    "measurement", "ours /s", "p50 ms", "p99 ms", "floor /s", "of floor", "plain /s", "x plain",
    "kept /s", "x kept", "bytes ours / plain",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """The results of one database: by scenario, then by contestant."""

    engine: str
    rows: Mapping[Scenario, Mapping[str, Result]]


def markdown(facts: Mapping[str, str], tables: Sequence[Table]) -> str:
    """Return the whole report."""
    parts = ["; ".join(f"{name} {value}" for name, value in facts.items())]
    for table in tables:
        parts += [f"## {SERVERS[table.engine]}", _rates(table), _costs(table), _others(table)]
    return "\n\n".join(parts) + "\n"


def verdicts(tables: Iterable[Table]) -> list[tuple[bool, str]]:
    """Return for each bar, and for each row with failed requests, whether all is well and why."""
    said = []
    for table in tables:
        for scenario, results in table.rows.items():
            said += list(_failures(table.engine, scenario, results))
            if scenario.least_ratio is not None:
                ratio = results[OURS].rate / results[PLAIN].rate
                text = (
                    f"{table.engine}, {scenario.title}: {ratio:.1f} times plain"
                    f" (at least {scenario.least_ratio:g})"
                )
                said.append((ratio >= scenario.least_ratio, text))
    return said


def write_json(facts: Mapping[str, str], tables: Iterable[Table]) -> Path:
    """Keep everything in a file and return its path."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{facts['date'].replace(' ', '-').replace(':', '')}.json"
    results = {
        table.engine: {
            scenario.key: {who: asdict(result) for who, result in row.items()}
            for scenario, row in table.rows.items()
        }
        for table in tables
    }
    file.write_text(json.dumps({"machine": dict(facts), "results": results}, indent=1) + "\n")
    return file


def _failures(
    engine: str, scenario: Scenario, results: Mapping[str, Result]
) -> Iterable[tuple[bool, str]]:
    for name, result in results.items():
        if result.failures:
            yield False, f"{engine}, {scenario.title}: {result.failures} failures of {name}"


def _rates(table: Table) -> str:
    return _grid(HEAD, [_cells(scenario.title, row) for scenario, row in table.rows.items()])


def _cells(title: str, row: Mapping[str, Result]) -> list[str]:
    ours, floor, plain, kept = (row[name] for name in (OURS, FLOOR, PLAIN, PLAIN_KEPT))
    return [
        title,
        f"**{ours.rate:,.0f}**", f"{ours.p50_ms:.1f}", f"{ours.p99_ms:.1f}",
        f"{floor.rate:,.0f}", f"{ours.rate / floor.rate:.2f}",
        f"{plain.rate:,.0f}", f"{ours.rate / plain.rate:.1f}",
        f"{kept.rate:,.0f}", f"{ours.rate / kept.rate:.1f}",
        f"{ours.body_bytes:,} / {plain.body_bytes:,}",
    ]  # fmt: skip


def _costs(table: Table) -> str:
    """CPU time per request, which other work on the machine blurs less than it blurs rates."""
    names = (OURS, FLOOR, PLAIN, PLAIN_KEPT)
    rows = [
        [scenario.title, *(f"{row[name].cpu_ms:.2f}" for name in names)]
        for scenario, row in table.rows.items()
    ]
    peaks = [max(row[name].memory_mib for row in table.rows.values()) for name in names]
    rows.append(["peak memory, MiB (PSS)", *(f"{peak:.0f}" for peak in peaks)])
    return _grid(["CPU ms per request", *names], rows)


def _others(table: Table) -> str:
    shares = [result.others for results in table.rows.values() for result in results.values()]
    return (
        "Unrelated work took, in the worst run of each row,"
        f" {median(shares):.0%} of the CPU (median of the rows; at most {max(shares):.0%})."
    )


def _grid(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(_line(cells) for cells in (head, rule, *rows))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""The results for people (Markdown) and for programs (JSON)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks import stamps
from benchmarks.measuring import Result
from benchmarks.scenarios import Scenario
from benchmarks.servers import FLOOR, OURS, OURS_UNSTORED, PLAIN, PLAIN_KEPT
from benchmarks.talks import crowd as crowds
from benchmarks.verdicts import Table, Verdict

FOLDER = Path(__file__).resolve().parent / "results"
SERVERS = {
    "sqlite": "SQLite: ours and floor one uvicorn process, 8 threads; plain gunicorn, 1 worker",
    "postgres": "PostgreSQL: ours and floor granian, 2 x 2 threads; plain gunicorn, 2 workers",
}
HEAD = (
    "measurement", "ours /s", "p50 ms", "p99 ms", "floor /s", "of floor", "plain /s", "x plain",
    "kept /s", "x kept", "bytes ours / plain",
)  # fmt: skip


NOTE = (
    "°: ours is a second server that stores nothing (`HOT_READ_BYTES=0`), so each answer is made"
    " anew. A dash: does not take part."
)
NOBODY = "-"


def markdown(facts: Mapping[str, str], tables: Sequence[Table]) -> str:
    """Return the whole report."""
    parts = ["; ".join(f"{name} {value}" for name, value in facts.items())]
    for table in tables:
        parts.append(f"### {SERVERS[table.engine]}")
        if table.rows:
            parts += [_rates(table), NOTE, _costs(table), _others(table)]
        if table.stamps:
            parts.append(_stamps(table))
        if table.crowds:
            parts.append(_crowds(table))
    return "\n\n".join(parts) + "\n"


def write_json(facts: Mapping[str, str], tables: Iterable[Table], said: Iterable[Verdict]) -> Path:
    """Keep everything in a file and return its path."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{facts['date'].replace(' ', '-').replace(':', '')}.json"
    kept = {
        "machine": dict(facts),
        "results": {table.engine: _as_json(table) for table in tables},
        "verdicts": [f"{verdict.word} {verdict.text}" for verdict in said],
    }
    file.write_text(json.dumps(kept, indent=1) + "\n")
    return file


def _as_json(table: Table) -> dict[str, object]:
    rows: dict[str, object] = {
        scenario.key: {who: asdict(result) for who, result in row.items()}
        for scenario, row in table.rows.items()
    }
    return {
        **rows,
        stamps.KEY: [asdict(cost) for cost in table.stamps],
        "statements": dict(table.statements),
        "crowds": [asdict(crowd) for crowd in table.crowds],
    }


def _rates(table: Table) -> str:
    return _grid(HEAD, [_cells(scenario, row) for scenario, row in table.rows.items()])


def _title(scenario: Scenario) -> str:
    return f"{scenario.title} °" if scenario.ours == OURS_UNSTORED else scenario.title


def _cells(scenario: Scenario, row: Mapping[str, Result]) -> list[str]:
    ours = row[scenario.ours]
    shown = (row.get(who) for who in (scenario.ours, PLAIN))
    sizes = [f"{result.body_bytes:,}" if result else NOBODY for result in shown]
    return [
        _title(scenario), f"**{ours.rate:,.0f}**", f"{ours.p50_ms:.1f}", f"{ours.p99_ms:.1f}",
        *_beside(ours, row.get(FLOOR), digits=2), *_beside(ours, row.get(PLAIN), digits=1),
        *_beside(ours, row.get(PLAIN_KEPT), digits=1), " / ".join(sizes),
    ]  # fmt: skip


def _beside(ours: Result, other: Result | None, *, digits: int) -> tuple[str, str]:
    """Return another one's rate, and ours as a multiple of it."""
    if other is None:
        return NOBODY, NOBODY
    return f"{other.rate:,.0f}", f"{ours.times(other):.{digits}f}"


def _costs(table: Table) -> str:
    """CPU time per request, which other work on the machine blurs less than it blurs rates."""
    others = (FLOOR, PLAIN, PLAIN_KEPT)
    rows = [
        [_title(scenario), *(_cpu(row.get(who)) for who in (scenario.ours, *others))]
        for scenario, row in table.rows.items()
    ]
    rows.append(["peak memory, MiB (PSS)", *(_peak(table, who) for who in (OURS, *others))])
    return _grid(["CPU ms per request", OURS, *others], rows)


def _cpu(result: Result | None) -> str:
    return NOBODY if result is None else f"{result.cpu_ms:.2f}"


def _peak(table: Table, who: str) -> str:
    peaks = [row[who].memory_mib for row in table.rows.values() if who in row]
    return f"{max(peaks):.0f}" if peaks else NOBODY


def _others(table: Table) -> str:
    shares = [result.others for results in table.rows.values() for result in results.values()]
    return (
        "Unrelated work took, in the worst run of each row,"
        f" {median(shares):.0%} of the CPU (median of the rows; at most {max(shares):.0%})."
    )


def _stamps(table: Table) -> str:
    head = ["write to the catalogue", "with stamps, ms", "without, ms", "times"]
    return _grid(head, [_cost_cells(cost) for cost in table.stamps])


def _cost_cells(cost: stamps.Cost) -> list[str]:
    figures = (cost.with_ms, cost.without_ms, cost.times)
    return [stamps.title(cost), *(f"{figure:.2f}" for figure in figures)]


def _crowds(table: Table) -> str:
    head = ["processes on one file", "sends /s", "CPU ms", "longest ms", "errors", "lost"]
    return _grid(head, [_crowd_cells(crowd) for crowd in table.crowds])


def _crowd_cells(crowd: crowds.Crowd) -> list[str]:
    figures = (crowd.longest_ms, crowd.errors, crowd.lost)
    return [
        crowds.title(crowd), f"{crowd.rate:,.0f}", f"{crowd.cpu_ms:.2f}",
        *(f"{figure:,.0f}" for figure in figures),
    ]  # fmt: skip


def _grid(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(_line(cells) for cells in (head, rule, *rows))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

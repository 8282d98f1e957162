"""Whether the bars are held, in a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks import stamps
from benchmarks.measuring import Result
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.servers import PLAIN
from benchmarks.talks import crowd as crowds

TITLES = {scenario.key: scenario.title for scenario in SCENARIOS}
PASS, FAIL, AIM_MET, AIM_MISSED = "PASS", "FAIL", "AIM met", "AIM missed"


@dataclass(frozen=True)
class Table:
    """The results of one database: by scenario, then by contestant.

    ``books`` says by contestant what does not add up after its orders; whoever took none is not
    in it. ``stamps`` are the costs of version stamps. ``statements`` says how many a message takes,
    by people in the conversation; ``crowds`` are what processes did together.
    """

    engine: str
    rows: dict[Scenario, Mapping[str, Result]] = field(default_factory=dict)
    books: dict[str, Sequence[str]] = field(default_factory=dict)
    stamps: list[stamps.Cost] = field(default_factory=list)
    statements: dict[int, int] = field(default_factory=dict)
    crowds: list[crowds.Crowd] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """A bar or an aim: the word, and what it is about."""

    word: str
    text: str


def bar_of(scenario: Scenario) -> str:
    """Return a row's bar or aims in words, "" for a row that has neither."""
    if scenario.least_ratio is not None:
        where = f" on {scenario.bar_on}" if scenario.bar_on else ""
        return f"at least {scenario.least_ratio:g} times plain{where}"
    if scenario.as_fast_as:
        return f"at most {scenario.most_times:g} times the time of {scenario.as_fast_as}"
    if scenario.cpu_aim_ms is not None:
        return f"aim {scenario.cpu_aim_ms:g} ms of CPU"
    return ", ".join(f"aim {aim:g}/s on {engine}" for engine, aim in scenario.aims.items())


def verdicts(tables: Iterable[Table]) -> list[Verdict]:
    """Return a verdict on each bar, each aim, each row with failed requests and the books."""
    return [verdict for table in tables for verdict in _of_table(table)]


def _of_table(table: Table) -> Iterator[Verdict]:
    ours = {scenario.key: row[scenario.ours] for scenario, row in table.rows.items()}
    for scenario, row in table.rows.items():
        yield from _failures(table.engine, scenario, row)
        for word, text in _bars(scenario, row, ours, table.engine):
            yield Verdict(word, f"{table.engine}, {scenario.title}: {text}")
    for who, wrong in table.books.items():
        text = "; ".join(wrong[:5]) or "stock, lines and totals add up"
        yield Verdict(FAIL if wrong else PASS, f"{table.engine}, books of {who}: {text}")
    for cost in table.stamps:
        text = f"{cost.times:.2f} times without stamps (at most {stamps.MOST_TIMES:g})"
        word = PASS if cost.times <= stamps.MOST_TIMES else FAIL
        yield Verdict(word, f"{table.engine}, {stamps.title(cost)}: {text}")
    if table.statements:
        yield _of_statements(table)
    yield from map(_of_crowd, table.crowds)


def _of_statements(table: Table) -> Verdict:
    """A message takes as many statements for one recipient as for all there may be."""
    word = PASS if len(set(table.statements.values())) == 1 else FAIL
    text = ", ".join(f"{count} at {size} people" for size, count in table.statements.items())
    return Verdict(word, f"{table.engine}, statements of a message: {text} (the same for all)")


def _of_crowd(crowd: crowds.Crowd) -> Verdict:
    text = (
        f"{crowd.rate:,.0f}/s together (at least {crowds.LEAST_PER_SECOND}),"
        f" {crowd.errors} errors{crowd.reason and f' ({crowd.reason})'}, {crowd.lost} lost"
    )
    is_held = crowd.rate >= crowds.LEAST_PER_SECOND and not crowd.errors and not crowd.lost
    return Verdict(PASS if is_held else FAIL, f"sqlite, {crowds.title(crowd)}: {text}")


def _failures(engine: str, scenario: Scenario, row: Mapping[str, Result]) -> Iterator[Verdict]:
    for who, result in row.items():
        if result.failures:
            yield Verdict(FAIL, f"{engine}, {scenario.title}: {result.failures} failures of {who}")


def _bars(
    scenario: Scenario, row: Mapping[str, Result], ours: Mapping[str, Result], engine: str
) -> Iterator[tuple[str, str]]:
    """Yield a word and a text for each bar and aim of a row; ``ours`` are our results of all."""
    result = ours[scenario.key]
    least = scenario.least_ratio
    if least is not None and scenario.bar_on in ("", engine):
        ratio = result.times(row[PLAIN])
        yield (PASS if ratio >= least else FAIL), f"{ratio:.1f} times plain (at least {least:g})"
    if scenario.as_fast_as in ours:
        times = ours[scenario.as_fast_as].times(result)
        most, other = scenario.most_times, TITLES[scenario.as_fast_as]
        text = f"{times:.2f} times the time of {other} (at most {most:g})"
        yield (PASS if times <= most else FAIL), text
    if scenario.cpu_aim_ms is not None:
        word = AIM_MET if result.cpu_ms <= scenario.cpu_aim_ms else AIM_MISSED
        yield word, f"{result.cpu_ms:.1f} ms of CPU (aim {scenario.cpu_aim_ms:g})"
    if (aim := scenario.aims.get(engine)) is not None:
        word = AIM_MET if result.rate >= aim else AIM_MISSED
        yield word, f"{result.rate:,.0f}/s (aim {aim:g}/s)"

"""Whether the bars are held, in a line each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import stamps
from benchmarks.measuring import Result
from benchmarks.scenarios import MOST_TIMES_AS_SLOW, Scenario
from benchmarks.servers import PLAIN

PASS, FAIL, AIM_MET, AIM_MISSED = "PASS", "FAIL", "AIM met", "AIM missed"


@dataclass(frozen=True)
class Table:
    """The results of one database: by scenario, then by contestant.

    ``books`` says by contestant what does not add up after its orders; whoever took none is not
    in it. ``stamps`` are the costs of version stamps.
    """

    engine: str
    rows: Mapping[Scenario, Mapping[str, Result]]
    books: Mapping[str, Sequence[str]]
    stamps: Sequence[stamps.Cost]


@dataclass(frozen=True)
class Verdict:
    """A bar or an aim: the word, and what it is about."""

    word: str
    text: str


def bar_of(scenario: Scenario) -> str:
    """Return a row's bar or aims in words, "" for a row that has neither."""
    if scenario.least_ratio is not None:
        return f"at least {scenario.least_ratio:g} times plain"
    if scenario.as_fast_as:
        return f"at most {MOST_TIMES_AS_SLOW:g} times the time of {scenario.as_fast_as}"
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


def _failures(engine: str, scenario: Scenario, row: Mapping[str, Result]) -> Iterator[Verdict]:
    for who, result in row.items():
        if result.failures:
            yield Verdict(FAIL, f"{engine}, {scenario.title}: {result.failures} failures of {who}")


def _bars(
    scenario: Scenario, row: Mapping[str, Result], ours: Mapping[str, Result], engine: str
) -> Iterator[tuple[str, str]]:
    """Yield a word and a text for each bar and aim of a row; ``ours`` are our results of all."""
    result = ours[scenario.key]
    if (least := scenario.least_ratio) is not None:
        ratio = result.times(row[PLAIN])
        yield (PASS if ratio >= least else FAIL), f"{ratio:.1f} times plain (at least {least:g})"
    if scenario.as_fast_as in ours:
        times = ours[scenario.as_fast_as].times(result)
        text = f"{times:.2f} times the time of page 1 (at most {MOST_TIMES_AS_SLOW:g})"
        yield (PASS if times <= MOST_TIMES_AS_SLOW else FAIL), text
    if (aim := scenario.aims.get(engine)) is not None:
        word = AIM_MET if result.rate >= aim else AIM_MISSED
        yield word, f"{result.rate:,.0f}/s (aim {aim:g}/s)"

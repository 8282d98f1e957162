"""The results for people (Markdown), and whether the bars are held."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.realtime.bad import RESUME, Badness
from benchmarks.realtime.fanout import BARE, PEERS, FanOut
from benchmarks.realtime.footprint import Footprint
from benchmarks.realtime.judging import Latencies, Outcome
from benchmarks.realtime.rows import POLL_SECONDS, Row
from benchmarks.verdicts import AIM_MET, AIM_MISSED, FAIL, PASS, Verdict

CALM_P99_MS = 50
SLACK_MS = 100
MOST_KIB = 50
LEAST_OF_BARE = 0.5
MOST_GROWTH_MIB = 10
MOST_SLOWING_MS = 50
NOTHING = "-"
NAMES = {"postgres": "PostgreSQL, Redis, 3 processes", "sqlite": "SQLite, 1 process, no broker"}
FAULT_HEAD = (
    "row", "faults", "messages", "retried", "due", "lost", "twice", "disorder", "gaps", "returns",
    "calm p50", "p99", "max", "faulty p50", "p99", "max", "served p50", "p99", "max", "audit",
    "others",
)  # fmt: skip
FAULT_NOTE = (
    "Times in ms from just before the first attempt to POST until the application of each recipient"
    " had the row: *calm* of messages sent while nothing was wrong; *faulty* of those sent while a"
    " fault was felt; *served* the same counted from when sender and recipient both had a server"
    " again. *due*: rows of new messages in the database's feeds; lost, twice, disorder and gaps"
    " count rows of every kind. *others*: the CPU that unrelated work took."
)


@dataclass
class Results:
    """Everything that was measured."""

    outcomes: dict[Row, Outcome] = field(default_factory=dict)
    fan_outs: list[FanOut] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)
    badness: Badness | None = None


def markdown(facts: Mapping[str, str], results: Results) -> str:
    """Return the whole report."""
    parts = ["; ".join(f"{name} {value}" for name, value in facts.items())]
    for engine, name in NAMES.items():
        rows = [(row, one) for row, one in results.outcomes.items() if row.engine == engine]
        if rows:
            parts += [f"### Faults: {name}", grid(FAULT_HEAD, [_fault(*row) for row in rows])]
    if results.outcomes:
        parts.append(FAULT_NOTE)
    if results.fan_outs:
        parts += ["### One event to many sockets of one process", _fan_outs(results.fan_outs)]
    if results.footprints:
        parts += ["### Idle sockets", _footprints(results.footprints)]
    if results.badness:
        parts += ["### Bad input", *_badness(results.badness)]
    return "\n\n".join(parts) + "\n"


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _ms(value: float) -> str:
    if math.isnan(value):
        return NOTHING
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _times(times: Latencies) -> list[str]:
    return [_ms(times.p50), _ms(times.p99), _ms(times.longest)]


def _fault(row: Row, one: Outcome) -> list[str]:
    counts = (
        one.faults, one.sent, one.retried, one.expected, one.lost, one.duplicates,
        one.out_of_order, one.gaps, one.returns,
    )  # fmt: skip
    return [
        row.title, *(f"{count:,}" for count in counts), *_times(one.quiet), *_times(one.during),
        *_times(one.served), "wrong" if one.audit else "clean", f"{one.others:.0%}",
    ]  # fmt: skip


def _fan_outs(fan_outs: Sequence[FanOut]) -> str:
    head = (
        "who", "held: deliveries /s", "p50 ms", "p99 ms", "most /s", "CPU us each", "publish ms",
        "reader's core", "lost", "KiB a socket",
    )  # fmt: skip
    return grid(head, [_fan_out(one) for one in fan_outs])


def _fan_out(one: FanOut) -> list[str]:
    held = one.held
    return [
        one.who, f"**{held.rate:,.0f}**" if held.is_held else f"({held.rate:,.0f})",
        _ms(held.times.p50), _ms(held.times.p99), f"{one.best:,.0f}", f"{one.cpu_us:.1f}",
        f"{held.publish_ms:.1f}", f"{held.reader_share:.0%}",
        f"{sum(step.lost for step in one.steps):,}", f"{one.memory_kib:.1f}",
    ]  # fmt: skip


def _footprints(footprints: Sequence[Footprint]) -> str:
    head = (
        "where", "sockets", "MiB before", "MiB with them", "KiB each", "opened in s",
        "CPU of a core", "beats /s", "lost", "MiB 12 s after all left",
    )  # fmt: skip
    return grid(
        head,
        [
            [
                one.who, f"{one.sockets:,}", f"{one.before_mib:.0f}", f"{one.after_mib:.0f}",
                f"**{one.kib_each:.1f}**", f"{one.open_seconds:.1f}", f"{one.cpu_share:.1%}",
                f"{one.beats_per_second:.0f}", f"{one.lost}", _ms(one.left_mib),
            ]
            for one in footprints
        ],
    )  # fmt: skip


def _badness(badness: Badness) -> Iterator[str]:
    deaf, drops = badness.deaf, badness.drops
    yield grid(
        ("what a client says", "code", "wanted"),
        [[one.what, str(one.code), str(one.wanted)] for one in badness.refusals],
    )
    yield grid(
        ("client", "MiB before", "highest or middle", "after", "sockets left",
         "others p50 / p99 ms before", "meanwhile"),
        [
            [
                f"two that never read, {deaf.events:,} events each in {deaf.seconds:.0f} s; the one"
                f" that reads at last finds {deaf.code}, the other's socket was gone after"
                f" {deaf.gone_after:.0f} s more",
                *_mib(deaf.before_mib, deaf.peak_mib, deaf.after_mib), str(deaf.sockets_left),
                *_pairs(deaf.calm, deaf.meanwhile),
            ],
            [
                f"opened and dropped, 2 x {drops.count:,} ({drops.seconds:.0f} s each)",
                *_mib(drops.before_mib, drops.middle_mib, drops.after_mib),
                str(drops.sockets_left), *_pairs(drops.calm, drops.meanwhile),
            ],
        ],
    )  # fmt: skip


def _mib(*values: float) -> list[str]:
    return [f"{value:.1f}" for value in values]


def _pairs(*times: Latencies) -> list[str]:
    return [f"{_ms(one.p50)} / {_ms(one.p99)}" for one in times]


# --- Verdicts --------------------------------------------------------------------------------


def verdicts(results: Results) -> list[Verdict]:
    """Return a verdict on each bar and aim."""
    said = [one for row, outcome in results.outcomes.items() for one in _of_row(row, outcome)]
    said += _of_fan_outs(results.fan_outs)
    said += map(_of_footprint, results.footprints)
    if results.badness:
        said += _of_badness(results.badness)
    return said


def _bar(is_held: bool, text: str) -> Verdict:
    return Verdict(PASS if is_held else FAIL, text)


def _aim(is_met: bool, text: str) -> Verdict:
    return Verdict(AIM_MET if is_met else AIM_MISSED, text)


def _of_row(row: Row, one: Outcome) -> Iterator[Verdict]:
    name = f"{row.engine}, {row.title}"
    yield _bar(
        not one.wrong,
        f"{name}: {one.lost} lost, {one.duplicates} twice, {one.out_of_order} out of order,"
        f" {one.gaps} gaps, {one.resets} resets, {one.stopped} stopped, {one.unanswered} messages"
        f" unanswered, {one.missing} answered and not stored; audit"
        f" {one.audit or 'clean'}{one.refused and f'; refused {one.refused}'}",
    )
    if not row.faults:
        text = f"{name}: p99 {one.quiet.p99:.0f} ms without faults (under {CALM_P99_MS})"
        yield _aim(one.quiet.p99 < CALM_P99_MS, text)
        return
    most = POLL_SECONDS * 1000 + SLACK_MS
    yield _bar(
        one.served.p99 < most,
        f"{name}: p99 {one.served.p99:.0f} ms during faults, while both had a server"
        f" (under {most:.0f})",
    )
    yield _bar(
        one.during.p99 < most,
        f"{name}: p99 {one.during.p99:.0f} ms during faults, with the time until everybody is"
        f" back (under {most:.0f})",
    )


def _of_fan_outs(fan_outs: Sequence[FanOut]) -> Iterator[Verdict]:
    bare = next((one for one in fan_outs if one.who == BARE), None)
    for one in fan_outs:
        if bare and one.who not in PEERS:
            share, times = one.held.rate / bare.held.rate, one.cpu_us / bare.cpu_us
            text = (
                f"{one.who}: {share:.2f} of the bare application's deliveries (half of them), at"
                f" {times:.1f} times its CPU"
            )
            yield _aim(share >= LEAST_OF_BARE, text)


def _of_footprint(one: Footprint) -> Verdict:
    text = f"{one.who}: {one.kib_each:.1f} KiB for each of {one.sockets:,} (under {MOST_KIB})"
    return _aim(one.kib_each < MOST_KIB, text)


def _of_badness(badness: Badness) -> Iterator[Verdict]:
    wrong = [f"{one.what}: {one.code}" for one in badness.refusals if one.code != one.wanted]
    held = len(badness.refusals) - len(wrong)
    yield _bar(not wrong, f"close codes: {held} as documented {'; '.join(wrong)}".rstrip())
    deaf, drops = badness.deaf, badness.drops
    growth = deaf.peak_mib - deaf.before_mib
    yield _bar(
        deaf.code == RESUME and growth < MOST_GROWTH_MIB and deaf.sockets_left <= 0,
        f"never reads: closed with {deaf.code}, {growth:.1f} MiB more at the highest (under"
        f" {MOST_GROWTH_MIB}), {deaf.sockets_left} sockets left",
    )
    growth = drops.after_mib - drops.middle_mib
    yield _bar(
        growth < 1 and drops.sockets_left <= 0,
        f"opens and drops: the second {drops.count:,} took {growth:.1f} MiB (under 1),"
        f" {drops.sockets_left} sockets left",
    )
    for what, calm, meanwhile in (
        ("never reads", deaf.calm, deaf.meanwhile),
        ("opens and drops", drops.calm, drops.meanwhile),
    ):
        slower = meanwhile.p99 - calm.p99
        text = f"{what}: the others' p99 {slower:+.0f} ms (under +{MOST_SLOWING_MS})"
        yield _aim(slower < MOST_SLOWING_MS, text)

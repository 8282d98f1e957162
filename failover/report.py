"""A run for people (Markdown) and for programs (JSON)."""

import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.realtime.report import grid
from failover.load import MESSAGES, ORDERS
from failover.outages import Outage, Window, longest_wait, measure_outage
from failover.running import Outcome, Rates
from failover.stage import Stage

FOLDER = Path(__file__).resolve().parent / "results"
ERRORS = ("error", "critical")
HEAD = (
    "what happened", "whole again after s", "no order for s", "no message for s",
    "slowest row s", "slowest receipt s", "requests", "failed", "connections lost",
    "by what came instead",
)  # fmt: skip
NOTE = (
    "*whole again*: until what died was there again, as ready as before."
    " *no order, no message for*: the longest time without any successful answer. *slowest row*:"
    " from a message's answer until the last of its recipients had it at a socket. *slowest"
    " receipt*: from an order's answer until its mail came. *failed*: attempts that had to be"
    " repeated; none was given up. *connections lost*: sockets that came back."
)


def facts(rates: Rates) -> dict[str, str]:
    """Return what a reader must know to judge the figures."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "orders /s": f"{rates.orders:g}",
        "messages /s": f"{rates.messages:g}",
        "sockets": str(rates.sockets),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def markdown(about: Mapping[str, str], outcome: Outcome) -> str:
    """Return the table."""
    head = "; ".join(f"{name} {value}" for name, value in about.items())
    rows = [
        _row(window, outcome, lost)
        for window, lost in zip(outcome.story.windows, outcome.story.connections, strict=True)
    ]
    return "\n\n".join([head, grid(HEAD, rows), NOTE]) + "\n"


def _row(window: Window, outcome: Outcome, lost: int) -> list[str]:
    outages = _outages(window, outcome)
    failures = sum((Counter(one.failures) for one in outages.values()), Counter())
    return [
        window.name,
        f"{window.mended - window.begun:.0f}",
        *(f"{one.seconds:.1f}" for one in outages.values()),
        f"{longest_wait(outcome.rows, window):.1f}",
        f"{longest_wait(outcome.receipts, window):.1f}",
        f"{sum(one.attempts for one in outages.values()):,}",
        f"{failures.total():,}",
        f"{lost:,}",
        ", ".join(f"{count} x {what}" for what, count in failures.most_common()) or "-",
    ]


def _outages(window: Window, outcome: Outcome) -> dict[str, Outage]:
    attempts = outcome.story.log.attempts
    return {kind: measure_outage(attempts, window, kind=kind) for kind in (ORDERS, MESSAGES)}


# --- Promises --------------------------------------------------------------------------------


def verdicts(outcome: Outcome) -> list[str]:
    """Return a line for each promise, which begins with PASS or FAIL."""
    return [
        f"{'PASS' if not any(found for _, found in facts) else 'FAIL'}: {promise}"
        f" ({', '.join(f'{_short(found)} {what}' for what, found in facts)})"
        for promise, facts in _promises(outcome)
    ]


def _promises(outcome: Outcome) -> Iterable[tuple[str, Sequence[tuple[str, object]]]]:
    books, heard, post, log = outcome.books, outcome.heard, outcome.post, outcome.story.log
    yield f"each of {len(log.orders):,} orders that were answered is there, once", [
        ("missing", books.missing), ("with another content", books.different),
        ("that nobody was told of", books.unasked), ("answered twice", books.twice),
        ("pieces of stock wrong", abs(outcome.sold)), ("given up", log.given_up),
    ]  # fmt: skip
    yield f"each of {heard.sent:,} messages that were answered is there, once", [
        ("missing", heard.missing), ("never answered", heard.unanswered),
    ]  # fmt: skip
    yield f"each of {heard.rows:,} rows came to its socket, once and in order", [
        ("lost", heard.lost), ("twice", heard.duplicates), ("out of order", heard.out_of_order),
        ("gaps", heard.gaps), ("resets", heard.resets), ("sockets stopped", heard.stopped),
    ]  # fmt: skip
    yield f"each order has its receipt ({post.repeated} came again under their Message-ID)", [
        ("missing", post.missing), ("of no order", post.strange),
    ]  # fmt: skip
    yield "all jobs are done", [
        ("dead", outcome.dead_jobs), ("late", outcome.late_jobs),
    ]  # fmt: skip
    yield "no answer was a fault (500)", [("of them", _count_faults(outcome))]
    yield "the audit is clean", [("findings", outcome.audit)]


def _short(found: object) -> str:
    if isinstance(found, int):
        return f"{found:,}"
    if isinstance(found, str):
        return found or "no"
    assert isinstance(found, Sequence)
    return f"{len(found):,}"


def _count_faults(outcome: Outcome) -> int:
    return sum(one.failure.startswith("500") for one in outcome.story.log.attempts)


# --- JSON ------------------------------------------------------------------------------------


def write_json(
    about: Mapping[str, str], stage: Stage, outcome: Outcome, said: Sequence[str]
) -> Path:
    """Keep everything in a file and return its path."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{about['date'].replace(' ', '-').replace(':', '')}.json"
    begun = outcome.story.windows[0].begun
    kept = {
        "facts": dict(about),
        "windows": [_window(window, outcome, begun) for window in outcome.story.windows],
        "verdicts": list(said),
        "notes": [(round(at - begun, 1), text) for at, text in stage.notes],
        "not ready": _not_ready(outcome),
        "settled in": round(outcome.story.settled_in, 1),
        "sockets": asdict(outcome.heard),
        "books": asdict(outcome.books),
        "post": asdict(outcome.post),
        "audit": outcome.audit,
        "errors in logs": errors_in(stage.folder),
    }
    file.write_text(json.dumps(kept, indent=1, default=str) + "\n")
    return file


def _window(window: Window, outcome: Outcome, begun: float) -> dict[str, object]:
    outages = {kind: asdict(one) for kind, one in _outages(window, outcome).items()}
    return {
        "name": window.name,
        "begun": round(window.begun - begun, 1),
        "seconds": round(window.ended - window.begun, 1),
        "whole again after": round(window.mended - window.begun, 1),
        **outages,
        "slowest row": longest_wait(outcome.rows, window),
        "slowest receipt": longest_wait(outcome.receipts, window),
    }


def _not_ready(outcome: Outcome) -> dict[str, dict[str, int]]:
    """Return how many looks in each window found a server that was not ready, by its name."""
    found: dict[str, dict[str, int]] = {}
    for window in outcome.story.windows:
        looks = [said for at, said in outcome.story.health if window.has(at)]
        counts = Counter(f"{name} {status}" for said in looks for name, status in said.items()
                         if status != 200)  # fmt: skip
        found[window.name] = dict(counts)
    return found


def errors_in(folder: Path) -> dict[str, int]:
    """Count what the nodes' logs call an error, by program, event and kinds of exceptions."""
    counts: Counter[str] = Counter()
    for log in sorted(folder.glob("*-[ab].log")):
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("{") and (said := json.loads(line)).get("level") in ERRORS:
                kinds = [one["exc_type"] for one in said.get("exception") or []]
                event = str(said["event"]).partition("\n")[0][:80]
                counts[" ".join([f"{log.stem}:", event, *kinds])] += 1
    return dict(counts)

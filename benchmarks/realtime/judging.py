"""What a row showed: the applications' records held against the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from benchmarks.realtime.databases import FeedRow
from benchmarks.realtime.listeners import Record, Seen
from benchmarks.realtime.sending import Sending

NEW_MESSAGE = "message.created"


@dataclass(frozen=True)
class Latencies:
    """In milliseconds; nan where nothing was measured."""

    p50: float
    p99: float
    longest: float
    count: int


@dataclass(frozen=True)
class Outcome:
    """A row's figures.

    ``expected`` are the rows of new messages in the feeds of the database; ``lost``,
    ``duplicates``, ``out_of_order`` and ``gaps`` are counted over rows of every kind. Latencies are
    from just before the first attempt to send until the recipient's application had the row;
    ``during`` those of messages that were sent while a fault was felt; ``served`` the same, but
    counted from when both had a server: the attempt that was answered, and the recipient's coming
    back. ``settled_in`` is how many seconds after the last answer the last row had come.
    """

    expected: int
    rows: int
    lost: int
    duplicates: int
    out_of_order: int
    gaps: int
    resets: int
    stopped: int
    returns: int
    repeated: int
    sent: int
    retried: int
    unanswered: int
    missing: int
    refused: str
    faults: int
    quiet: Latencies
    during: Latencies
    served: Latencies
    settled_in: float = 0.0
    audit: str = ""
    others: float = 0.0
    load: float = 0.0
    log: Sequence[str] = field(default=())

    @property
    def wrong(self) -> int:
        """Return how many promises were broken."""
        return (
            self.lost + self.duplicates + self.out_of_order + self.gaps + self.resets
            + self.stopped + self.unanswered + self.missing + bool(self.audit)
        )  # fmt: skip


def judge(
    *, records: Sequence[Record], feeds: Mapping[UUID, Sequence[FeedRow]],
    sent: Sequence[Sending], stored: Mapping[str, str], windows: Sequence[tuple[float, float]],
    faults: int,
) -> Outcome:  # fmt: skip
    """Return the outcome of a row."""
    due = {record.user: _due(record, feeds.get(record.user, ())) for record in records}
    quiet, during, served = _latencies(records, sent, stored, windows)
    return Outcome(
        expected=sum(row.kind == NEW_MESSAGE for rows in due.values() for row in rows),
        rows=sum(map(len, due.values())),
        lost=sum(_lost(record, due[record.user]) for record in records),
        duplicates=sum(map(_duplicates, records)),
        out_of_order=sum(_steps(record, -1) for record in records),
        gaps=sum(_steps(record, 1) for record in records)
        + sum(record.counters.get("gaps", 0) for record in records),
        resets=sum(record.resets for record in records),
        stopped=sum(bool(record.stopped) for record in records),
        returns=sum(record.counters.get("connections", 1) - 1 for record in records),
        repeated=sum(record.counters.get("duplicates", 0) for record in records),
        sent=len(sent),
        retried=sum(one.tries > 1 for one in sent),
        unanswered=sum(not one.message for one in sent),
        missing=_missing(sent, stored),
        refused=next((one.refused for one in sent if one.refused), ""),
        faults=faults,
        quiet=_spread(quiet),
        during=_spread(during),
        served=_spread(served),
    )


def _due(record: Record, feed: Iterable[FeedRow]) -> list[FeedRow]:
    return [row for row in feed if row.seq > record.start]


def _lost(record: Record, due: Sequence[FeedRow]) -> int:
    seen = {(one.seq, one.kind, one.message) for one in record.seen}
    return sum((row.seq, row.kind, row.message) not in seen for row in due)


def _duplicates(record: Record) -> int:
    """Rows that came again, by their number or by the message they bring."""
    numbers = len(record.seen) - len({one.seq for one in record.seen})
    brought = [one.message for one in record.seen if one.kind == NEW_MESSAGE]
    return max(numbers, len(brought) - len(set(brought)))


def _steps(record: Record, sign: int) -> int:
    """Count the steps back (-1), or those that leave something out (1)."""
    seqs = [record.start, *(one.seq for one in record.seen)]
    steps = [after - before for before, after in pairwise(seqs)]
    return sum(step < 0 if sign < 0 else step > 1 for step in steps)


def _missing(sent: Iterable[Sending], stored: Mapping[str, str]) -> int:
    """Messages that were answered and are not there, or are another one."""
    return sum(bool(one.message) and stored.get(one.client_id) != one.message for one in sent)


def _latencies(
    records: Iterable[Record], sent: Iterable[Sending], stored: Mapping[str, str],
    windows: Sequence[tuple[float, float]],
) -> tuple[list[float], list[float], list[float]]:  # fmt: skip
    by_message = {stored[one.client_id]: one for one in sent if one.client_id in stored}
    quiet, during, served = [], [], []
    for seen in _messages(records):
        if (sending := by_message.get(seen.message)) is None:
            continue
        took = seen.at - sending.sent_at
        if any(begun <= sending.sent_at <= ended for begun, ended in windows):
            during.append(took)
            served.append(seen.at - _both_served_at(seen, sending))
        else:
            quiet.append(took)
    return quiet, during, served


def _both_served_at(seen: Seen, sending: Sending) -> float:
    """An attempt whose answer was lost may have been the one that counted: then from the first."""
    tried_at = sending.tried_at if sending.tried_at <= seen.at else sending.sent_at
    return max(tried_at, seen.back_since)


def _messages(records: Iterable[Record]) -> Iterable[Seen]:
    return (one for record in records for one in record.seen if one.kind == NEW_MESSAGE)


def spread(seconds: Iterable[float]) -> Latencies:
    """Return what times of so many seconds come to."""
    return _spread(list(seconds))


def _spread(seconds: list[float]) -> Latencies:
    times = sorted(second * 1000 for second in seconds)
    if not times:
        return Latencies(float("nan"), float("nan"), float("nan"), 0)

    def at(share: float) -> float:
        return times[min(len(times) - 1, int(len(times) * share))]

    return Latencies(at(0.5), at(0.99), times[-1], len(times))

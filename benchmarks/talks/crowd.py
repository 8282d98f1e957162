"""Processes that all send messages at once into one SQLite file, and wait for each other.

Run as a program in a filled database, with Django's settings chosen: SQLite with
``synchronous=FULL``, so that a message that was sent is on the disk. Each process sends by the
product's action, without a server: first each into a conversation of its own, then all into one.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any

import django
from django.db import DatabaseError

from benchmarks import data
from benchmarks.databases import run_program, tradepost_environment
from benchmarks.talks import rows
from benchmarks.talks.databases import TalkDatabases

KEY = "crowd"
PROCESSES = 8
LEAST_PER_SECOND = 400
LONGEST_START_SECONDS = 120
WARMING_SECONDS = 0.3
FULL = 2  # what PRAGMA synchronous answers
WAYS = (False, True)  # into one conversation?


@dataclass(frozen=True)
class Crowd:
    """What all processes did together: sends per second, the CPU time and the longest wall time of
    one, and how many were refused, with the first reason; ``lost`` were confirmed and are not
    there.

    The cores divided by the CPU time is more than they can do, however fast the disk is.
    """

    shared: bool
    rate: float
    cpu_ms: float
    longest_ms: float
    errors: int
    reason: str
    lost: int


def title(crowd: Crowd) -> str:
    """Return what a crowd is called in tables and verdicts."""
    where = "into one conversation" if crowd.shared else "conversations apart"
    return f"{PROCESSES} processes sending, {where}"


def measure_crowds(talks: TalkDatabases, *, seconds: int) -> list[Crowd]:
    """Let the processes loose on the database of few messages, when no server runs on it."""
    env = tradepost_environment(database=talks.few, data_dir=talks.data_dir / "few")
    return [Crowd(**said) for said in json.loads(run_program(__name__, seconds, env=env))]


def main(seconds: int) -> None:
    """Print the results as JSON."""
    django.setup()
    before = [_count_messages(shared=shared) for shared in WAYS]
    processes = multiprocessing.get_context("spawn")
    start, told = processes.Barrier(PROCESSES), processes.Queue()
    senders = [
        processes.Process(target=_send_all, args=(number, seconds, start, told), daemon=True)
        for number in range(PROCESSES)
    ]
    for sender in senders:
        sender.start()
    said = [told.get(timeout=LONGEST_START_SECONDS + seconds) for _ in range(PROCESSES * len(WAYS))]
    for sender in senders:
        sender.join()
    crowds = [
        _sum(
            [one for one in said if one["shared"] == shared],
            shared=shared,
            there=_count_messages(shared=shared) - count,
        )
        for shared, count in zip(WAYS, before, strict=True)
    ]
    print(json.dumps([asdict(crowd) for crowd in crowds]))


def _sum(said: Sequence[Mapping[str, Any]], *, shared: bool, there: int) -> Crowd:
    sent = sum(one["sent"] for one in said)
    took = max(one["ended"] for one in said) - min(one["began"] for one in said)
    reasons = [one["reason"] for one in said if one["reason"]]
    return Crowd(
        shared=shared,
        rate=sent / took,
        cpu_ms=sum(one["cpu"] for one in said) / max(sent, 1) * 1000,
        longest_ms=max(one["longest"] for one in said) * 1000,
        errors=sum(one["errors"] for one in said),
        reason=reasons[0] if reasons else "",
        lost=sent + sum(one["warmed"] for one in said) - there,
    )


def _send_all(number: int, seconds: int, start: Barrier, told: Any) -> None:
    """Send in one way after the other, for so many seconds each; the work of one process."""
    django.setup()
    _see_that_it_syncs()
    for shared in WAYS:
        send = _sender(number, shared=shared)
        warm = _send_for(WARMING_SECONDS, send)
        start.wait(LONGEST_START_SECONDS)
        told.put({"shared": shared, "warmed": warm["sent"], **_send_for(seconds, send)})


def _sender(number: int, *, shared: bool) -> Callable[[], object]:
    from tradepost.accounts.models import User
    from tradepost.messaging.actions.messages import send_message

    talk = _talks(shared=shared)[0 if shared else number]
    sender = User.objects.get(pk=talk.people[number if shared else 0])
    return partial(send_message, sender=sender, conversation_id=talk.id, body=data.TEXT[:80])


def _send_for(seconds: float, send: Callable[[], object]) -> Mapping[str, Any]:
    sent = errors = 0
    longest, reason = 0.0, ""
    cpu = time.process_time()
    began = now = time.monotonic()  # the same clock in all processes
    while now < began + seconds:
        before = now
        try:
            send()
            sent += 1
        except DatabaseError as error:
            errors, reason = errors + 1, repr(error)
        now = time.monotonic()
        longest = max(longest, now - before)
    return {
        "sent": sent, "errors": errors, "reason": reason, "longest": longest,
        "began": began, "ended": now, "cpu": time.process_time() - cpu,
    }  # fmt: skip


def _talks(*, shared: bool) -> list[rows.Talk]:
    return rows.groups(PROCESSES if shared else 2)[:PROCESSES]


def _see_that_it_syncs() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        [level] = cursor.execute("PRAGMA synchronous").fetchone()
    if level != FULL:
        raise RuntimeError(f"synchronous is {level}: what is sent would not be durable")


def _count_messages(*, shared: bool) -> int:
    from tradepost.messaging.models import Message

    talks = [talk.id for talk in _talks(shared=shared)]
    return Message.objects.filter(conversation__in=talks).count()


if __name__ == "__main__":
    main(int(sys.argv[1]))

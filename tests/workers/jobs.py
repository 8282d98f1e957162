"""Jobs that leave notes of what they did, in a file that all processes share."""

import os
import time
from pathlib import Path

from tradepost.kit.jobs import JobKind

LEASE_SECONDS = 3
EVERY_SECONDS = int(os.environ.get("WORKERS_TICK", "0")) or None  # scheduled by some processes only


def note(line: str) -> None:
    with Path(os.environ["WORKERS_NOTES"]).open("a") as notes:
        notes.write(f"{line}\n")


def write(*, word: str, seconds: int = 0) -> None:
    note(f"begin {word} {os.getpid()}")
    time.sleep(seconds)
    note(f"end {word}")


def fail(*, word: str) -> None:
    note(f"failed {word}")
    raise OSError(f"{word} is a secret")


def tick() -> None:
    note("tick")


KINDS = {
    "workers.write": JobKind("workers.write", write, 4, LEASE_SECONDS, None, ("word",)),
    "workers.fail": JobKind("workers.fail", fail, 2, LEASE_SECONDS, None),
    "workers.tick": JobKind("workers.tick", tick, 4, LEASE_SECONDS, EVERY_SECONDS),
}

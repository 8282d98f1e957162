"""Background work, named by string so that an action never imports a task.

``enqueue`` writes a row in the transaction of the deed: no job for an order that was rolled back,
none lost for one that was not. Workers (``runner.py``) find the row at once, woken in the same
process, or by their poll; those of Celery are told of it by a broker (``relay.py``). A job may run
twice if a worker dies at the wrong moment, so what it does must bear repeating.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import connection, transaction
from django.utils import timezone
from structlog.contextvars import get_contextvars

from tradepost.kit.inserts import KNOW_OUR_WORDS, insert
from tradepost.kit.jobs import relay
from tradepost.kit.models import Job

Argument = str | int | bool | None | list[str] | list[int]
Task = Callable[..., None]


class GiveUp(Exception):
    """Raised by a job that no further try can save: it becomes a dead letter at once."""


@dataclass(frozen=True)
class JobKind:
    """How a job of one name is run."""

    name: str
    run: Task
    max_attempts: int
    lease_seconds: int
    every_seconds: int | None
    shown: tuple[str, ...] = ()


kinds: dict[str, JobKind] = {}
wake = threading.Event()


def job(
    name: str,
    *,
    max_attempts: int = 8,
    lease_seconds: int = 60,
    every_seconds: int | None = None,
    shown: tuple[str, ...] = (),
) -> Callable[[Task], Task]:
    """Register a function as the job ``name``; with ``every_seconds`` it is also scheduled.

    ``lease_seconds`` bounds one run: after it, another worker may take the job over. Texts among
    its arguments that name nobody can be ``shown`` to who watches the workers.
    """

    def register(function: Task) -> Task:
        if name in kinds:
            raise ValueError(f"the job {name!r} is registered already")
        kinds[name] = JobKind(name, function, max_attempts, lease_seconds, every_seconds, shown)
        return function

    return register


def enqueue(
    name: str,
    /,
    *,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
    **arguments: Argument,
) -> None:
    """Ask for the job ``name`` once this transaction commits, not before ``run_at``.

    With a ``dedupe_key`` a second request is ignored for as long as the first one's row is kept.
    """
    if name not in kinds:
        raise LookupError(f"no job is called {name!r}")
    now = timezone.now()
    row = Job(
        name=name,
        arguments=arguments,
        dedupe_key=dedupe_key,
        run_at=run_at or now,
        request_id=get_contextvars().get("request_id", ""),
    )
    known = not dedupe_key or connection.vendor in KNOW_OUR_WORDS  # the id, after the insert
    told = relay.is_on() and known and row.run_at <= now
    row.hint_at = relay.when_to_tell_again(row, now=now) if told else None
    insert([row], unless_taken=["dedupe_key"] if dedupe_key else [])
    transaction.on_commit(partial(relay.tell, row) if told else wake.set)

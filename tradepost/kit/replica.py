"""A copy of a PostgreSQL database that marked views read, once it has all that the primary had.

Before such a view runs, the primary is asked how far its log has come, and the copy whether it has
played that far back. So a view never shows less than was committed before it began: who has written
something finds it there, whoever they are and wherever they are signed in. A copy that is behind
is waited for a moment; then, or when it is away, the view reads the primary as all others do.
docs/decisions/0020-a-replica-is-read-when-it-has-caught-up.md says why.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError

from tradepost.kit import metrics

log = structlog.get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

REPLICA = "replica"
WAIT_SECONDS = 0.05
LOOK_SECONDS = 0.005
REST_SECONDS = 5  # after it was found away

WRITTEN = "SELECT pg_current_wal_lsn()::text"
IS_AS_FAR = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn"

reads = metrics.Count(
    "tradepost_replica_reads_total",
    "reads that a replica may answer, by who did: the replica, or the primary as it is behind or "
    "away",
    ["outcome"],
)


class _Rest:
    """Until when this process does not try to reach the replica."""

    until = 0.0


def reads_from_replica(view: Callable[P, R]) -> Callable[P, R]:
    """Have a view, which writes nothing, read the replica if there is one that has caught up."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        if (replica := _find_caught_up()) is None:
            return view(*args, **kwargs)
        try:
            with _in_place_of_primary(replica):
                answered = view(*args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            # It went away, or had to take back what was being read. Reads may be repeated.
            _let_rest(replica, error)
            return view(*args, **kwargs)
        reads.add("replica")
        return answered

    return answer


def _find_caught_up() -> BaseDatabaseWrapper | None:
    if REPLICA not in settings.DATABASES or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return None
    if time.monotonic() < _Rest.until:
        reads.add("away")
        return None
    replica = connections[REPLICA]
    try:
        written = _ask(connections[DEFAULT_DB_ALIAS], WRITTEN)
        if _catches_up(replica, written):
            return replica
    except (DatabaseError, InterfaceError) as error:
        _let_rest(replica, error)
        return None
    reads.add("behind")
    return None


def _catches_up(replica: BaseDatabaseWrapper, written: str) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while not _ask(replica, IS_AS_FAR, written):
        if time.monotonic() >= deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _ask(database: BaseDatabaseWrapper, question: str, *values: str) -> Any:
    with database.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def _let_rest(replica: BaseDatabaseWrapper, error: Exception) -> None:
    _Rest.until = time.monotonic() + REST_SECONDS
    replica.close()  # whoever tries again begins with a new connection
    reads.add("away")
    log.warning("replica.away", error=type(error).__name__)


@contextmanager
def _in_place_of_primary(replica: BaseDatabaseWrapper) -> Iterator[None]:
    """Have everything in this thread, the ORM and SQL alike, meet the replica."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = replica
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary

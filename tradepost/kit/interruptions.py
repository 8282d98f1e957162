"""What passes by itself: a database that has too much to do, or that has gone and will be replaced.

Neither is a fault of the request or of ours: the same request, sent again, may succeed.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import (
    Error,
    InterfaceError,
    InternalError,
    OperationalError,
    close_old_connections,
    connection,
)

from tradepost.kit.deadlocks import DEADLOCK

log = structlog.get_logger(__name__)

R = TypeVar("R")
AGAIN_SECONDS = 1.0

BUSY_STATES = ("40001", "40P01", "55P03")  # serialization failure, deadlock, lock not available
BUSY_NUMBERS = (1205, DEADLOCK)  # MariaDB's; the other one has waited too long for a lock
# It is being stopped, has crashed, is starting; it has taken all connections that it can.
AWAY_STATES = ("57P01", "57P02", "57P03", "53300")
NO_CONNECTION = "08"  # how the states of broken connections begin
READ_ONLY = "25006"  # it was the primary until a moment ago
# MariaDB: stopping, no connection, none any more (three ways to say so), read only, too many.
AWAY_NUMBERS = (1053, 2002, 2003, 2006, 2013, 1290, 1040)


def is_busy(error: BaseException) -> bool:
    """Say whether the database only had too much to do at once."""
    if not isinstance(error, OperationalError):
        return False
    state, number = getattr(error.__cause__, "sqlstate", None), next(iter(error.args), None)
    return state in BUSY_STATES or number in BUSY_NUMBERS or "database is locked" in str(error)


def is_away(error: BaseException | None) -> bool:
    """Say whether the database was not there, or is none that takes writes any more."""
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return False
    said = error.__cause__
    if said is None:
        return False
    if hasattr(said, "sqlstate"):
        return _is_away_state(said.sqlstate, error)
    return bool(said.args) and said.args[0] in AWAY_NUMBERS


def is_read_only(error: Error) -> bool:
    """Say whether the database takes no writes: the connection is alive, and of no use."""
    return getattr(error.__cause__, "sqlstate", None) == READ_ONLY


def _is_away_state(state: str | None, error: Error) -> bool:
    """What comes without a state comes from the driver: it has lost, or never had, a connection."""
    if state is None:
        return isinstance(error, OperationalError)
    return state in AWAY_STATES or state.startswith(NO_CONNECTION) or state == READ_ONLY


def outlast(work: Callable[[], R], *, seconds: float) -> R:
    """Call ``work``, and again each second while the database is away, for at most so long.

    For what is done outside of a transaction, and bears to be done again: an answer that was lost
    on its way may have been a good one.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except Error as error:
            if not is_away(error) or connection.in_atomic_block or time.monotonic() >= until:
                raise
            log.warning("database.away", error=type(error.__cause__).__name__)
        time.sleep(AGAIN_SECONDS)
        close_old_connections()

"""Deadlocks on MariaDB: whoever loses one begins again.

InnoDB has no lock that lets others refer to a row meanwhile (``FOR NO KEY UPDATE``): who inserts a
row locks its parents. So two who both keep to the order of locks (docs/locking.md) may wait for
each other all the same. The database then undoes everything that one of them has done, and that
one does it once more; elsewhere the order alone is enough and nothing is done twice.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import OperationalError, connection

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
DEADLOCK = 1213  # MariaDB's number; PostgreSQL's has none
ATTEMPTS = 8
PAUSE_SECONDS = 0.02  # at most, after the first; each is longer by as much


def again_after_deadlock(run: Callable[[], Result]) -> Result:
    """Run what opens a transaction of its own, again if it lost a deadlock, some times at most.

    ``run`` must be something that can be begun again: what it wrote is undone, and nothing else is.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return run()
        except OperationalError as error:
            if connection.in_atomic_block or not is_deadlock(error):
                raise
        log.info("database.deadlock", attempt=attempt)
        time.sleep(random.uniform(0, PAUSE_SECONDS * attempt))  # noqa: S311 - parts the two
    return run()


def is_deadlock(error: OperationalError) -> bool:
    """Return whether MariaDB has undone the transaction because others waited for it."""
    return error.args[:1] == (DEADLOCK,)

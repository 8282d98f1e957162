"""Roles that one process at a time holds, by a row in the database."""

import os
import socket
from datetime import datetime, timedelta

from django.db.models import Q

from tradepost.kit.inserts import insert
from tradepost.kit.models import Lease

WRONG_CLOCK = timedelta(hours=1)  # by which no two clocks that are right can differ


def hold_lease(*, name: str, holder: str, seconds: int, now: datetime) -> bool:
    """Take or renew the lease for ``seconds``; False while somebody else holds it.

    One that lasts much longer than that was taken by a clock that ran ahead, and does not count.
    """
    until = now + timedelta(seconds=seconds)
    free = Q(holder=holder) | Q(until__lt=now) | Q(until__gt=until + WRONG_CLOCK)
    if Lease.objects.filter(free, name=name).update(holder=holder, until=until):
        return True
    fresh = Lease(name=name, holder=holder, until=until)
    insert([fresh], unless_taken=["name"])
    return Lease.objects.filter(name=name, holder=holder, until=until).exists()


def release_lease(*, name: str, holder: str) -> None:
    """Give the lease back, so that the next process need not wait for it to end."""
    Lease.objects.filter(name=name, holder=holder).delete()


def this_process() -> str:
    """Return a name for this process among all that share the database."""
    return f"{socket.gethostname()}:{os.getpid()}"

"""Hands out periodic jobs: once per period, however many processes there are.

Two guards: the lease keeps all but one process from looking, and the conditional update of the
schedule's row makes even two that look at once hand out one job.
"""

import os
import socket
from datetime import datetime

from django.utils import timezone

from tradepost.kit.inserts import insert
from tradepost.kit.jobs import enqueue, kinds
from tradepost.kit.leases import hold_lease, release_lease
from tradepost.kit.models import Schedule
from tradepost.kit.transactions import unit_of_work

LEASE_SECONDS = 15


def hand_out_periodic_jobs(*, now: datetime | None = None) -> int:
    """Enqueue every periodic job whose period began since it last ran; return how many."""
    now = now or timezone.now()
    if not hold_lease(name="schedule", holder=_me(), seconds=LEASE_SECONDS, now=now):
        return 0
    periodic = {k.name: k.every_seconds for k in kinds.values() if k.every_seconds}
    known = dict(Schedule.objects.values_list("name", "last_slot"))
    handed_out = 0
    for name, seconds in periodic.items():
        slot = int(now.timestamp()) // seconds
        if known.get(name, -1) < slot:
            handed_out += _hand_out(name, slot)
    return handed_out


def leave_the_schedule() -> None:
    """Let another process take over at once; for a process that stops."""
    release_lease(name="schedule", holder=_me())


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _hand_out(name: str, slot: int) -> int:
    insert([Schedule(name=name)], unless_taken=["name"])
    with unit_of_work():
        taken = Schedule.objects.filter(name=name, last_slot__lt=slot).update(last_slot=slot)
        if taken:
            enqueue(name, dedupe_key=f"{name}@{slot}")
    return taken

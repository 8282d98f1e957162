"""Hands out periodic jobs: once per period, however many processes there are.

Two guards: the lease keeps all but one process from looking, and the conditional update of the
schedule's row makes even two that look at once hand out one job.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from tradepost.kit.inserts import insert
from tradepost.kit.jobs import enqueue, kinds
from tradepost.kit.leases import WRONG_CLOCK, hold_lease, release_lease, this_process
from tradepost.kit.models import Schedule
from tradepost.kit.transactions import unit_of_work

LEASE_SECONDS = 15
NEVER = Schedule._meta.get_field("last_slot").default


def hand_out_periodic_jobs(*, now: datetime | None = None) -> int:
    """Enqueue every periodic job whose period began since it last ran; return how many."""
    now = now or timezone.now()
    if not hold_lease(name="schedule", holder=this_process(), seconds=LEASE_SECONDS, now=now):
        return 0
    periodic = {k.name: k.every_seconds for k in kinds.values() if k.every_seconds}
    known = dict(Schedule.objects.values_list("name", "last_slot"))
    handed_out = 0
    for name, seconds in periodic.items():
        slot, last = int(now.timestamp()) // seconds, known.get(name, NEVER)
        if last < slot or _ran_ahead(last - slot, seconds):
            handed_out += _hand_out(name, slot, last)
    return handed_out


def leave_the_schedule() -> None:
    """Let another process take over at once; for a process that stops."""
    release_lease(name="schedule", holder=this_process())


def _ran_ahead(slots: int, seconds: int) -> bool:
    """Return whether the last one was handed out by a clock that was wrong."""
    return slots > 1 and timedelta(seconds=slots * seconds) > WRONG_CLOCK


def _hand_out(name: str, slot: int, last: int) -> int:
    insert([Schedule(name=name)], unless_taken=["name"])
    with unit_of_work():
        taken = Schedule.objects.filter(name=name, last_slot=last).update(last_slot=slot)
        if taken:
            enqueue(name, dedupe_key=f"{name}@{slot}")
    return taken

"""Hands out periodic jobs: once per period, however many processes there are.

Two guards: the lease keeps all but one process from looking, and the conditional update of the
schedule's row makes even two that look at once hand out one job.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from tradepost.kit.inserts import insert
from tradepost.kit.jobs import enqueue, kinds
from tradepost.kit.jobs.crontab import Crontab, parse_crontab
from tradepost.kit.leases import WRONG_CLOCK, hold_lease, release_lease, this_process
from tradepost.kit.models import Schedule
from tradepost.kit.transactions import unit_of_work

LEASE_SECONDS = 15
MINUTE_SECONDS = 60
NEVER = Schedule._meta.get_field("last_slot").default


def hand_out_periodic_jobs(*, now: datetime | None = None) -> int:
    """Enqueue every periodic job whose period began since it last ran; return how many."""
    now = now or timezone.now()
    if not hold_lease(name="schedule", holder=this_process(), seconds=LEASE_SECONDS, now=now):
        return 0
    known = dict(Schedule.objects.values_list("name", "last_slot"))
    handed_out = 0
    for entry in list_entries():
        slot, last = entry.find_slot(now), known.get(entry.name, NEVER)
        if last < slot or _ran_ahead(last - slot, entry.slot_seconds):
            handed_out += _hand_out(entry, slot, last)
    return handed_out


def list_entries() -> list["Entry"]:
    """Return what is scheduled: jobs that say so, and what the settings add (`JOB_SCHEDULE`).

    Raises ValueError for times that nobody understands.
    """
    periodic = [(k.name, k.every_seconds) for k in kinds.values() if k.every_seconds]
    declared = [Entry(name, name, seconds) for name, seconds in periodic]
    return declared + [_read_entry(name, **said) for name, said in settings.JOB_SCHEDULE.items()]


@dataclass(frozen=True)
class Entry:
    """A job and when it is due: in every slot of so many seconds, or in those that ``at`` means."""

    name: str
    job: str
    slot_seconds: int
    at: Crontab | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def find_slot(self, now: datetime) -> int:
        """Return the number of the latest slot, counted from 1970; NEVER when there is none."""
        moment = self.at.last_before(now) if self.at else now
        return int(moment.timestamp()) // self.slot_seconds if moment else NEVER


def _read_entry(
    name: str,
    *,
    job: str,
    every_seconds: int = MINUTE_SECONDS,
    at: str | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Entry:
    times = parse_crontab(at) if at else None
    return Entry(f"settings:{name}", job, every_seconds, times, arguments or {})


def leave_the_schedule() -> None:
    """Let another process take over at once; for a process that stops."""
    release_lease(name="schedule", holder=this_process())


def _ran_ahead(slots: int, seconds: int) -> bool:
    """Return whether the last one was handed out by a clock that was wrong."""
    return slots > 1 and timedelta(seconds=slots * seconds) > WRONG_CLOCK


def _hand_out(entry: Entry, slot: int, last: int) -> int:
    insert([Schedule(name=entry.name)], unless_taken=["name"])
    with unit_of_work():
        taken = Schedule.objects.filter(name=entry.name, last_slot=last).update(last_slot=slot)
        if taken:
            enqueue(entry.job, dedupe_key=f"{entry.name}@{slot}", **entry.arguments)
    return taken

"""The time by which holds end, stays are over and reviews are released.

It is the world's. Where ``settings.SANDBOX`` says so, ``manage.py advance_clock`` lets it run
ahead, so that whoever builds on the API sees within a second what would take days. It never goes
back: what has happened by it has happened.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from tradepost.kit.inserts import insert
from tradepost.kit.models import SandboxClock
from tradepost.kit.transactions import unit_of_work

ONLY_ONE = 1


class NoSandbox(Exception):
    """The clock of real trade is asked to run ahead."""


def now() -> datetime:
    """Return the present, in a sandbox plus what its clock was advanced by."""
    moment = timezone.now()
    return moment + _ahead() if settings.SANDBOX else moment


def advance(*, by: timedelta) -> datetime:
    """Let the sandbox run further ahead and return its present.

    Raises NoSandbox, and ValueError for a step that is not forward.
    """
    if not settings.SANDBOX:
        raise NoSandbox
    if by <= timedelta(0):
        raise ValueError("the clock goes forward only")
    with unit_of_work():
        insert([SandboxClock(pk=ONLY_ONE, ahead=timedelta(0))], unless_taken=["id"])
        SandboxClock.objects.filter(pk=ONLY_ONE).update(ahead=F("ahead") + by)
    return now()


def _ahead() -> timedelta:
    row = SandboxClock.objects.filter(pk=ONLY_ONE).values_list("ahead", flat=True).first()
    return row or timedelta(0)

"""Version stamps: how a stored answer knows that it is still true.

Every action that changes what a public page shows raises the stamp of it, in its own transaction.
Readers ask for the stamp first and look for an answer stored under it. A stamp is spread over a
few rows, so that writers on different rows do not wait for each other; its value is their sum. A
row moves to the microseconds of now, not by one: a value never comes back, not after a restore and
not after the table was emptied, so what was stored under it cannot be taken for new.
"""

import random
import time
from collections.abc import Sequence

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest

from tradepost.kit.inserts import insert
from tradepost.kit.models import Stamp
from tradepost.kit.transactions import before_commit

SHARDS = 8
AFTER_THE_FEED = 90
MICROSECOND = 1_000  # in nanoseconds
SUM_OF_SHARDS = f"SELECT SUM(version) FROM {Stamp._meta.db_table} WHERE name = %s"  # noqa: S608
SUM_OF_SEVERAL = f"SELECT SUM(version) FROM {Stamp._meta.db_table} WHERE name IN ({{places}})"  # noqa: S608


def raise_stamp(name: str) -> None:
    """Make every answer stored under the present value of this stamp unusable, on commit."""
    before_commit(_write, name, order=AFTER_THE_FEED)


def read_stamp(name: str) -> int:
    """Return the present value of a stamp; 0 when nothing was ever written."""
    # By hand: this is asked for every hot read, and building it costs the ORM more than running it.
    with connection.cursor() as cursor:
        cursor.execute(SUM_OF_SHARDS, [name])
        [total] = cursor.fetchone()
    return int(total or 0)


def read_stamps(names: Sequence[str]) -> int:
    """Return what is another number once any of these stamps was raised; in one query."""
    places = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(SUM_OF_SEVERAL.format(places=places), names)
        [total] = cursor.fetchone()
    return int(total or 0)


def _write(names: list[str]) -> None:
    shard = random.randrange(SHARDS)  # noqa: S311 - spreads load, guards nothing
    for name in sorted(set(names)):
        row = Stamp.objects.filter(name=name, shard=shard)
        later = Greatest(F("version") + 1, Value(time.time_ns() // MICROSECOND))
        if not row.update(version=later):
            insert([Stamp(name=name, shard=shard)], unless_taken=["name", "shard"])
            row.update(version=later)

"""Two imports of the same places at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.db import connection

from tradepost.accounts.models import User
from tradepost.kit.batches import Tally
from tradepost.stays.actions import imports
from tradepost.stays.models import Property
from tradepost.stays.tests.factories import make_host
from tradepost.stays.tests.listings import table

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def at_once(monkeypatch):
    """Import a list twice, in two threads; both have looked before one of them writes."""

    def import_at_once(*hosts):
        barrier, insert = Barrier(2), imports.insert
        waiting = {0, 1}

        def insert_and_wait(rows):
            if waiting:  # the first writes only: a second look follows a commit
                waiting.pop()
                barrier.wait(10)
            insert(rows)

        def import_one(host):
            try:
                stream = StringIO(table({}), newline="")
                [step] = imports.import_listings(stream=stream, host=host)
            finally:
                connection.close()
            return step.tally

        monkeypatch.setattr(imports, "insert", insert_and_wait)
        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(import_one, hosts), key=lambda tally: tally.created)

    return import_at_once


def test_a_new_host_is_made_once(at_once):
    tallies = at_once(None, None)

    assert tallies == [Tally(unchanged=1), Tally(created=1)]
    assert Property.objects.get().host == User.objects.get()


def test_a_new_place_is_made_once(at_once):
    hosts = make_host("hanna"), make_host("hugo")

    tallies = at_once(*hosts)

    assert tallies == [Tally(unchanged=1), Tally(created=1)]
    assert Property.objects.get().host in hosts

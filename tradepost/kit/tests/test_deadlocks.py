"""Who loses a deadlock begins again, and nothing has happened twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection, connections, transaction

from tradepost.kit import deadlocks
from tradepost.kit.models import Lease
from tradepost.kit.transactions import atomic, before_commit

pytestmark = pytest.mark.django_db(transaction=True)

LOST = OperationalError(1213, "Deadlock found when trying to get lock")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(deadlocks, "PAUSE_SECONDS", 0)


def take(name: str) -> None:
    Lease.objects.create(name=name, holder="ann", until="2026-11-21T00:00Z")


@pytest.fixture
def loses():
    """``loses(2)`` is an action that takes a lease, says so, and loses two deadlocks on the way."""

    def make(times: int, *, error: Exception = LOST):
        faults, said = [error] * times, []

        @atomic
        def action() -> list[str]:
            take("shop")
            before_commit(said.extend, "taken", order=1)
            if faults:
                raise faults.pop()
            return said

        return action

    return make


def test_an_action_that_lost_a_deadlock_is_begun_again(loses):
    said = loses(2)()

    assert said == ["taken"]
    assert Lease.objects.count() == 1


def test_it_is_not_begun_for_ever(loses):
    with pytest.raises(OperationalError):
        loses(deadlocks.ATTEMPTS)()

    assert not Lease.objects.exists()


def test_another_fault_is_not_tried_again(loses):
    with pytest.raises(OperationalError):
        loses(1, error=OperationalError(2013, "Lost connection"))()

    assert not Lease.objects.exists()


def test_the_outermost_action_is_what_begins_again(loses):
    inner = loses(1)

    @atomic
    def outer() -> None:
        take("outer")
        inner()

    outer()

    assert sorted(Lease.objects.values_list("name", flat=True)) == ["outer", "shop"]


def test_nothing_is_begun_again_in_a_transaction_of_somebody_else(loses):
    with pytest.raises(OperationalError), transaction.atomic():
        loses(1)()

    assert not Lease.objects.exists()


@pytest.mark.skipif(connection.vendor != "mysql", reason="InnoDB's deadlocks; others have an order")
def test_two_who_wait_for_each_other_both_get_what_they_want():
    take("one")
    take("two")
    meeting, have_met = Barrier(2), set()

    @atomic
    def lock(first: str, second: str) -> str:
        Lease.objects.select_for_update().get(name=first)
        if first not in have_met:  # who begins again meets nobody
            have_met.add(first)
            meeting.wait(20)
        return Lease.objects.select_for_update().get(name=second).name

    def run(first: str, second: str) -> str:
        try:
            return lock(first, second)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        names = list(pool.map(run, ("one", "two"), ("two", "one")))

    assert names == ["two", "one"]

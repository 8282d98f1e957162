"""Which database a marked read meets. The whole, with servers, is in tests/test_replica.py."""

import pytest
from django.db import InterfaceError, OperationalError, connections

from tradepost.kit import replica
from tradepost.kit.replica import reads_from_replica

pytestmark = pytest.mark.django_db


class Copy:
    """Stands for a connection to a replica that has caught up."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def copy(monkeypatch):
    copy = Copy()
    monkeypatch.setattr(replica, "_find_caught_up", lambda: copy)
    monkeypatch.setattr(replica._Rest, "until", 0.0)
    return copy


def test_without_a_replica_the_primary_is_read():
    assert reads_from_replica(lambda: connections["default"])() is connections["default"]


def test_all_that_a_view_reads_comes_from_the_replica_and_nothing_afterwards(copy):
    before = connections["default"]

    met = reads_from_replica(lambda: connections["default"])()

    assert met is copy
    assert connections["default"] is before


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_what_a_replica_does_not_finish_is_read_again_from_the_primary(copy, error):
    primary = connections["default"]
    met = []

    @reads_from_replica
    def view(word: str) -> str:
        met.append(connections["default"])
        if len(met) == 1:
            raise error
        return word

    assert view("found") == "found"
    assert met == [copy, primary]
    assert copy.is_closed
    assert replica._Rest.until > 0


def test_what_is_wrong_with_the_question_is_not_asked_twice(copy):
    met = []

    @reads_from_replica
    def view() -> None:
        met.append(connections["default"])
        raise LookupError

    with pytest.raises(LookupError):
        view()

    assert met == [copy]
    assert connections["default"] is not copy

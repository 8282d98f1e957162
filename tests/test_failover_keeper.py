"""Who keeps the database going promotes nobody who may lack what was answered."""

from types import SimpleNamespace

import pytest

from failover.keeper import MOST_MISSED, Keeper


class Database:
    """A server that only notes what is done to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_running = True
        self.copy = ""  # the state of a standby that streams from it
        self.log: list[str] = []

    def answers(self) -> bool:
        return self.is_running

    def has_copy(self, *states: str) -> bool:
        return self.copy in states

    def kill(self) -> None:
        self.is_running = False
        self.log.append("killed")

    def wait_for_copy_of(self, name: str) -> None:
        self.log.append(f"waits for {name or 'nobody'}")

    def ask(self, statement: str) -> None:
        self.log.append(statement.partition("(")[0])

    def rejoin(self, primary: "Database") -> None:
        self.log.append(f"rejoins {primary.name}")

    def start(self) -> None:
        self.is_running = True

    def wait_for(self, is_ready, *, seconds: float = 0) -> None:
        if not is_ready():
            raise RuntimeError("not ready")


@pytest.fixture
def house() -> SimpleNamespace:
    """A keeper of two servers, the second in step with the first."""
    notes: list[str] = []
    one, other = Database("one"), Database("other")
    keeper = Keeper(primary=one, standby=other, note=notes.append)
    one.copy = "sync"
    keeper._expect_copy()
    one.log.clear()
    return SimpleNamespace(keeper=keeper, one=one, other=other, notes=notes)


def look(house: SimpleNamespace, *, times: int = MOST_MISSED) -> None:
    for _ in range(times):
        house.keeper._look()


def test_a_primary_is_given_up_after_three_looks_in_vain(house):
    house.one.is_running = False

    look(house, times=MOST_MISSED - 1)
    before = house.keeper.primary
    look(house, times=1)

    assert before is house.one
    assert house.keeper.primary is house.other
    assert house.one.log == ["killed"]  # though it seemed dead
    assert house.other.log == ["waits for nobody", "SELECT pg_promote", "CHECKPOINT"]


def test_a_primary_that_answers_again_is_kept(house):
    house.one.is_running = False
    look(house, times=MOST_MISSED - 1)
    house.one.is_running = True
    look(house, times=1)
    house.one.is_running = False
    look(house, times=MOST_MISSED - 1)

    assert house.keeper.primary is house.one


def test_who_was_primary_comes_back_as_the_standby(house):
    house.one.is_running = False
    look(house)
    house.other.copy = "sync"
    house.other.log.clear()

    look(house, times=1)

    assert house.keeper.is_whole
    assert house.one.log == ["killed", "rejoins other"]
    assert house.other.log == ["waits for one"]


def test_a_primary_goes_on_alone_when_its_standby_is_gone(house):
    house.one.copy, house.other.is_running = "", False

    look(house)

    assert house.one.log == ["waits for nobody"]
    assert not house.keeper.is_whole


def test_a_standby_that_is_not_in_step_is_never_promoted(house):
    house.one.copy, house.other.is_running = "", False
    house.keeper.returns = False
    look(house)
    house.one.is_running = False

    look(house, times=2 * MOST_MISSED)

    assert house.keeper.primary is house.one
    assert "no failover: the standby may lack what was answered" in house.notes


def test_commits_wait_for_nobody_where_a_standby_does_not_come_into_step(house):
    house.one.is_running = False
    look(house)
    house.other.copy = "async"
    house.other.log.clear()

    with pytest.raises(RuntimeError):
        look(house, times=1)

    assert house.other.log == ["waits for one", "waits for nobody"]
    assert not house.keeper.is_whole

import pytest
from django.db import IntegrityError, connection

from tradepost.kit.models import Lease
from tradepost.kit.transactions import atomic, before_commit, unit_of_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def spoken() -> list[tuple[str, list[object]]]:
    return []


@pytest.fixture
def say(spoken):
    """``say("word")`` in an action leaves the word to be written last."""

    def flush(items: list[object]) -> None:
        spoken.append(("flush", items))

    def say(item: object) -> None:
        before_commit(flush, item, order=1)

    return say


def take(name: str) -> None:
    Lease.objects.create(name=name, holder="ann", until="2026-11-21T00:00Z")


def names() -> list[str]:
    return sorted(Lease.objects.values_list("name", flat=True))


def test_last_words_are_written_once_with_all_that_was_said(say, spoken) -> None:
    @atomic
    def outer() -> None:
        say("a")
        inner()
        say("c")

    @atomic
    def inner() -> None:
        say("b")

    outer()

    assert spoken == [("flush", ["a", "b", "c"])]


def test_last_words_wait_for_the_outermost_action(say, spoken) -> None:
    with unit_of_work():
        with unit_of_work():
            say("a")

        assert spoken == []


def test_last_words_come_in_their_order_whoever_spoke_first() -> None:
    heard = []

    with unit_of_work():
        before_commit(lambda items: heard.append("last"), 1, order=90)
        before_commit(lambda items: heard.append("first"), 1, order=10)

    assert heard == ["first", "last"]


@pytest.mark.django_db(transaction=True)
def test_last_words_are_written_inside_the_transaction() -> None:
    seen = []

    with unit_of_work():
        before_commit(lambda items: seen.append(connection.in_atomic_block), 1, order=1)

    assert seen == [True]


def test_a_nested_action_that_was_rolled_back_says_nothing(say, spoken) -> None:
    @atomic
    def fails() -> None:
        say("lost")
        raise LookupError

    with unit_of_work():
        say("kept")
        with pytest.raises(LookupError):
            fails()
        say("kept too")

    assert spoken == [("flush", ["kept", "kept too"])]


@pytest.mark.django_db(transaction=True)
def test_an_error_in_the_last_words_undoes_the_whole_action() -> None:
    def flush(items: list[object]) -> None:
        raise IntegrityError

    with pytest.raises(IntegrityError), unit_of_work():
        take("kept?")
        before_commit(flush, 1, order=1)

    assert names() == []


@pytest.mark.django_db(transaction=True)
def test_an_error_undoes_what_all_levels_wrote() -> None:
    with pytest.raises(LookupError), unit_of_work():
        with unit_of_work():
            take("inner")
        raise LookupError

    assert names() == []


def test_there_are_no_last_words_outside_an_action(say) -> None:
    with pytest.raises(RuntimeError, match="@atomic"):
        say("nothing to be last in")


def test_a_failed_action_leaves_nothing_to_the_next_one(say, spoken) -> None:
    with pytest.raises(LookupError), unit_of_work():
        say("lost")
        raise LookupError

    with unit_of_work():
        say("new")

    assert spoken == [("flush", ["new"])]


def test_failed_last_words_leave_nothing_to_the_next_action(say, spoken) -> None:
    def fails(items: list[object]) -> None:
        raise LookupError

    with pytest.raises(LookupError), unit_of_work():
        before_commit(fails, 1, order=0)
        say("lost")

    with unit_of_work():
        say("new")

    assert spoken == [("flush", ["new"])]


def test_what_last_words_add_is_not_left_to_the_next_action(say, spoken) -> None:
    """Either it is written in the same transaction or it is refused; never somebody else's."""
    try:
        with unit_of_work():
            before_commit(lambda items: say("added"), 1, order=0)
    except RuntimeError:
        pass
    spoken.clear()

    with unit_of_work():
        say("new")

    assert spoken == [("flush", ["new"])]


def test_an_action_keeps_its_name_and_returns_its_value() -> None:
    @atomic
    def answer() -> int:
        return 42

    assert answer() == 42
    assert answer.__name__ == "answer"

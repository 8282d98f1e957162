"""What events say is registered, and held against it."""

from collections.abc import Callable
from uuid import UUID

import pytest

from tradepost.feed.actions.publishing import publish
from tradepost.feed.kinds import list_events, register_event
from tradepost.feed.models import Event
from tradepost.kit.transactions import unit_of_work

FACTS = {
    "thing": "0199d1a0-0000-7000-8000-000000000001", "text": "as it is", "count": 3, "yes": True,
    "nothing": None,
}  # fmt: skip


@pytest.fixture
def say(ann) -> Callable[..., None]:
    """``say("test", number=1)`` publishes it for ann."""

    def say(kind: str, /, **data: object) -> None:
        with unit_of_work():
            publish(kind=kind, user_ids=[ann.pk], data=data)

    return say


def test_an_event_that_nobody_registered_is_not_published(say) -> None:
    with pytest.raises(LookupError, match=r"'test\.unheard_of'"):
        say("test.unheard_of")

    assert not Event.objects.exists()


@pytest.mark.parametrize("data", [{}, {"number": 1, "more": 2}, {"numbre": 1}])
def test_an_event_says_what_its_kind_says(say, data) -> None:
    with pytest.raises(ValueError, match=r"'test' says \['number'\]"):
        say("test", **data)

    assert not Event.objects.exists()


def test_an_event_for_nobody_is_checked_too(db) -> None:
    with pytest.raises(ValueError, match="'test'"):
        publish(kind="test", user_ids=[], data={})


def test_an_event_may_have_a_field_called_kind() -> None:
    register_event("test.named", sentence="Something.", kind=str)

    assert list_events()["test.named"].fields == {"kind": str}


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="'test' is registered already"):
        register_event("test", sentence="Again.")


@pytest.mark.parametrize("said", [float, list, dict[str, int], float | None])
def test_only_facts_are_said(said) -> None:
    with pytest.raises(TypeError, match="'odd'"):
        register_event("test.odd", sentence="Something.", odd=said)

    assert "test.odd" not in list_events()


def test_the_kinds_are_listed_by_name() -> None:
    names = list(list_events())

    assert "test" in names
    assert names == sorted(names)


@pytest.mark.parametrize(
    "facts", [{}, {"nothing": "0199d1a0-0000-7000-8000-000000000002"}, {"count": -1}, {"text": ""}]
)
def test_what_fits_the_kind_is_found_to_fit(say, misfits, facts) -> None:
    say("test.facts", **{**FACTS, **facts})

    assert misfits == []


@pytest.mark.parametrize(
    ("field", "fact"),
    [
        ("thing", "no-uuid"), ("thing", UUID(int=1)), ("thing", None), ("thing", 1), ("text", 1),
        ("count", "3"), ("count", True), ("count", 3.5), ("yes", 1), ("nothing", 1),
    ],
)  # fmt: skip
def test_every_test_finds_a_fact_of_another_type(ann, misfits, field, fact) -> None:
    publish_and_forget(ann, {**FACTS, field: fact})

    [misfit] = misfits
    misfits.clear()
    assert misfit.startswith(f"test.facts: $.{field} ")


def publish_and_forget(user, data: dict[str, object]) -> None:
    """Some drivers could not write what no JSON has."""
    with pytest.raises(LookupError), unit_of_work():
        publish(kind="test.facts", user_ids=[user.pk], data=data)
        raise LookupError

"""A kind of notifications for these tests, beside those of the apps above."""

from collections.abc import Callable

import pytest
from django.utils.translation import ngettext

from tradepost.notifications import kinds
from tradepost.notifications.actions.notifications import notify
from tradepost.notifications.kinds import Offer, register_kind


@pytest.fixture(autouse=True)
def of_tests(monkeypatch) -> None:
    """There are the notifications "test.waved" and "test.warned", the latter not to be missed."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    register_kind(
        "test.waved",
        sentence="{actor} waved {times} times.",
        plural=lambda others: ngettext(
            "{actor} and {others} other waved.", "{actor} and {others} others waved.", others
        ),
        link=lambda data: f"/waves/{data['times']}/",
        label="Somebody waves",
    )
    register_kind(
        "test.warned",
        sentence="You are warned.",
        link=lambda data: "/warnings/",
        in_app=Offer.ALWAYS,
        email=Offer.ALWAYS,
        push=Offer.NEVER,
    )


@pytest.fixture
def wave() -> Callable[..., None]:
    """``wave(ann, bob, actor=charlie)`` tells ann and bob that charlie waved."""

    def wave(*users, cause: str = "wave:1", kind: str = "test.waved", **options) -> None:
        ids = [user.pk for user in users]
        options.setdefault("data", {"times": 2})
        notify(user_ids=ids, kind=kind, cause=cause, **options)

    return wave

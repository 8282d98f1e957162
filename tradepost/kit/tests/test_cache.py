"""A cache that is away costs nobody their request."""

import time

import pytest

from tradepost.kit.cache import PatientRedisCache


@pytest.fixture
def away() -> PatientRedisCache:
    pytest.importorskip("redis")
    options = {"OPTIONS": {"socket_connect_timeout": 0.1}}
    return PatientRedisCache("redis://127.0.0.1:1/0", options)  # where nobody listens


def test_what_is_not_known_is_not_there(away) -> None:
    away.set("tea", 1)
    away.set_many({"tea": 1})
    away.delete_many(["tea"])

    assert away.get("tea") is None
    assert away.get("tea", "none") == "none"
    assert away.get_many(["tea"]) == {}
    assert (away.add("tea", 1), away.delete("tea"), away.has_key("tea")) == (False, False, False)
    assert (away.touch("tea"), away.clear()) == (False, False)


def test_what_cannot_be_counted_is_as_good_as_new(away) -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        away.incr("tea")


def test_a_cache_that_is_away_is_left_alone_for_a_moment(away, monkeypatch) -> None:
    away.get("tea")
    asked: list[str] = []
    monkeypatch.setattr(away._class, "get", lambda self, *given: asked.append("again"))

    away.get("tea")
    assert asked == []

    monkeypatch.setattr(away, "_away_until", time.monotonic() - 1)
    away.get("tea")
    assert asked == ["again"]


def test_a_request_is_answered_without_the_cache(away, monkeypatch, api, ann, settings) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr("tradepost.kit.http.throttling.cache", away)

    answer = api(ann).post("/api/v1/feed/ticket/")

    assert answer.status_code == 201

import pytest
from rest_framework.test import APIClient
from time_machine import travel

from tradepost.store.limits import AnonymousCarts

CARTS = "/api/v1/store/carts/"
FULL_MINUTE = "2026-11-21T12:00:00Z"


@pytest.fixture(autouse=True)
def two_a_minute(db, settings, monkeypatch) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(AnonymousCarts, "most", 2)


def statuses(client: APIClient, count: int, **headers: str) -> list[int]:
    return [client.post(CARTS, **headers).status_code for _ in range(count)]


@travel(FULL_MINUTE, tick=False)
def test_who_asks_too_often_is_told_when_to_come_back(api) -> None:
    statuses(api(), 2)

    refused = api().post(CARTS)

    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert refused.json()["code"] == "throttled"


def test_the_next_minute_is_a_new_one(api) -> None:
    with travel(FULL_MINUTE, tick=False) as clock:
        assert statuses(api(), 3) == [201, 201, 429]
        clock.shift(60)

        assert statuses(api(), 1) == [201]


@travel(FULL_MINUTE, tick=False)
def test_every_address_has_a_limit_of_its_own(api) -> None:
    statuses(api(), 3, REMOTE_ADDR="192.0.2.1")

    assert statuses(api(), 1, REMOTE_ADDR="192.0.2.2") == [201]


@travel(FULL_MINUTE, tick=False)
def test_nobody_escapes_by_naming_another_address(api) -> None:
    answers = [
        api().post(CARTS, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(3)
    ]

    assert answers == [201, 201, 429]


@travel(FULL_MINUTE, tick=False)
def test_an_account_is_counted_wherever_it_comes_from(api, ann) -> None:
    statuses(api(ann), 2, REMOTE_ADDR="192.0.2.1")

    assert statuses(api(ann), 1, REMOTE_ADDR="192.0.2.2") == [429]


@travel(FULL_MINUTE, tick=False)
def test_other_methods_are_not_counted(api) -> None:
    cart = api().post(CARTS).json()["id"]
    for _ in range(5):
        api().get(f"{CARTS}{cart}/")

    assert statuses(api(), 1) == [201]


@travel(FULL_MINUTE, tick=False)
def test_limits_can_be_switched_off(api, settings) -> None:
    settings.RATE_LIMITS = False

    assert statuses(api(), 3) == [201, 201, 201]

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIClient
from time_machine import travel

from tradepost.accounts.limits import PasswordResets, Registrations, SignIns
from tradepost.messaging.limits import Messages, MessagesInAnHour, Uploads
from tradepost.stays.limits import Uploads as Photos
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


@travel("2026-11-21T12:00:20Z", tick=False)
def test_an_answer_says_what_is_left(api) -> None:
    answers = [api().post(CARTS) for _ in range(3)]

    assert [answer["RateLimit"] for answer in answers] == [
        '"carts";r=1;t=40', '"carts";r=0;t=40', '"carts";r=0;t=40',
    ]  # fmt: skip
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"carts";q=2;w=60'}
    assert [answer.status_code for answer in answers] == [201, 201, 429]


@travel(FULL_MINUTE, tick=False)
def test_an_answer_names_every_limit_that_counted(api, ann, bob) -> None:
    answer = api(ann).post("/api/v1/messages/", {"receiver": str(bob.pk), "message_body": "Hi"})

    assert answer.status_code == 201
    assert answer["RateLimit"] == (
        '"messages";r=59;t=60, "messages-in-an-hour";r=999;t=3600, "new-conversations";r=29;t=3600'
    )


def test_what_is_not_counted_says_nothing_of_limits(api) -> None:
    answer = api().get("/api/v1/store/collections/")

    assert "RateLimit" not in answer
    assert "RateLimit-Policy" not in answer


@travel(FULL_MINUTE, tick=False)
@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/account/sign-in/", SignIns),
        ("/account/register/", Registrations),
        ("/account/reset/", PasswordResets),
    ],
)
def test_forms_of_pages_are_counted_with_the_api(client, monkeypatch, path, limit) -> None:
    monkeypatch.setattr(limit, "most", 1)

    answers = [client.post(path, {}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1]["Retry-After"]) > 0
    assert answers[1]["RateLimit"].startswith(f'"{limit.scope}";r=0;')


@travel(FULL_MINUTE, tick=False)
@pytest.mark.parametrize(
    ("path", "body", "limit"),
    [
        ("/api/v1/auth/jwt/create/", {"username": "nobody", "password": "wrong"}, SignIns),
        ("/api/v1/auth/users/", {}, Registrations),
        ("/api/v1/messages/", {}, Messages),
        ("/api/v1/messages/", {}, MessagesInAnHour),
        ("/api/v1/attachments/", {}, Uploads),
    ],
)
def test_each_door_has_its_limit(api, ann, monkeypatch, path, body, limit) -> None:
    monkeypatch.setattr(limit, "most", 1)
    client = api() if limit in (SignIns, Registrations) else api(ann)

    answers = [client.post(path, body) for _ in range(2)]

    assert answers[0].status_code in (400, 401, 415)
    assert answers[1].status_code == 429
    assert int(answers[1]["Retry-After"]) > 0


@travel(FULL_MINUTE, tick=False)
@pytest.mark.parametrize(
    "limit", [SignIns, Registrations, AnonymousCarts, Messages, Uploads, Photos]
)
def test_of_many_at_once_exactly_as_many_pass_as_may(rf, monkeypatch, limit) -> None:
    monkeypatch.setattr(limit, "most", 100)

    def knock(_: int) -> bool:
        request = rf.post("/")
        request.user = AnonymousUser()
        return limit().allow_request(request, None)

    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(knock, range(300)))

    assert sum(passed) == 100

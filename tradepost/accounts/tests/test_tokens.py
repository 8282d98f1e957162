import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

REFRESH = "/api/v1/auth/jwt/refresh/"
ME = "/api/v1/auth/users/me/"


def get_me(authorization: str):
    return APIClient().get(ME, headers={"Authorization": authorization})


def read_part(token: str, place: int):
    part = token.split(".")[place]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_right_password_gives_two_tokens(ann, sign_in) -> None:
    answer = sign_in("ann")

    assert answer.status_code == 200
    assert sorted(answer.json()) == ["access", "refresh"]


@pytest.mark.parametrize(("username", "password"), [("ann", "wrong"), ("nobody", "correct-horse")])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    ann, sign_in, username, password
) -> None:
    answer = sign_in(username, password)

    assert answer.status_code == 401
    assert answer.json()["detail"] == "No active account found with the given credentials"


@pytest.mark.parametrize("prefix", ["JWT", "Bearer"])
def test_an_access_token_opens_the_api_under_both_names(ann, sign_in, prefix) -> None:
    token = sign_in("ann").json()["access"]

    assert get_me(f"{prefix} {token}").json()["username"] == "ann"


@pytest.mark.parametrize("prefix", ["Token", "jwt", ""])
def test_under_another_name_a_token_opens_nothing(ann, sign_in, prefix) -> None:
    token = sign_in("ann").json()["access"]

    assert get_me(f"{prefix} {token}").status_code == 401


def test_a_token_says_whose_it_is_and_when_it_ends(ann, sign_in, time_machine) -> None:
    time_machine.move_to(datetime(2026, 1, 1, tzinfo=UTC), tick=False)

    tokens = sign_in("ann").json()

    lifetimes = {"access": timedelta(minutes=30), "refresh": timedelta(days=14)}
    for kind, lifetime in lifetimes.items():
        head, claims = (read_part(tokens[kind], place) for place in (0, 1))
        assert head["alg"] == "HS256"
        assert (claims["token_type"], claims["user_id"]) == (kind, str(ann.pk))
        assert claims["exp"] == (timezone.now() + lifetime).timestamp()
        assert claims["jti"]


def test_tokens_that_have_ended_open_nothing(ann, sign_in, visitor, time_machine) -> None:
    time_machine.move_to(datetime(2026, 1, 1, tzinfo=UTC))
    tokens = sign_in("ann").json()

    time_machine.shift(timedelta(minutes=31))
    assert get_me(f"JWT {tokens['access']}").status_code == 401
    time_machine.shift(timedelta(days=14))
    assert visitor.post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 401


def test_a_token_that_was_tampered_with_opens_nothing(ann, sign_in) -> None:
    head, claims, signature = sign_in("ann").json()["access"].split(".")

    answer = get_me(f"JWT {head}.{claims[:-2]}AA.{signature}")

    assert answer.status_code == 401


def test_a_refresh_token_is_no_access_token(ann, sign_in) -> None:
    refresh = sign_in("ann").json()["refresh"]

    assert get_me(f"JWT {refresh}").status_code == 401


@pytest.mark.parametrize("path", [ME, "/api/v1/auth/users/"])
def test_without_a_token_the_answer_is_401(db, path) -> None:
    answer = APIClient().get(path)

    assert answer.status_code == 401
    assert answer.json()["detail"] == "Authentication credentials were not provided."


def test_a_refresh_token_is_exchanged_for_new_tokens(ann, sign_in, visitor) -> None:
    old = sign_in("ann").json()["refresh"]

    fresh = visitor.post(REFRESH, {"refresh": old}).json()

    assert fresh["refresh"] != old
    assert get_me(f"JWT {fresh['access']}").status_code == 200


def test_a_refresh_token_works_once(ann, sign_in, visitor) -> None:
    old = sign_in("ann").json()["refresh"]
    visitor.post(REFRESH, {"refresh": old})

    assert visitor.post(REFRESH, {"refresh": old}).status_code == 401


def test_a_new_password_ends_all_sessions(ann, sign_in, bearer, visitor) -> None:
    tokens = sign_in("ann").json()

    changed = bearer("ann").post(
        "/api/v1/auth/users/set_password/",
        {"current_password": "correct-horse", "new_password": "battery-staple-9"},
    )

    assert changed.status_code == 204
    assert get_me(f"JWT {tokens['access']}").status_code == 401
    assert visitor.post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 401


def test_a_new_password_needs_the_present_one(ann, bearer, sign_in) -> None:
    refused = bearer("ann").post(
        "/api/v1/auth/users/set_password/",
        {"current_password": "wrong", "new_password": "battery-staple-9"},
    )

    assert refused.status_code == 400
    assert sign_in("ann").status_code == 200


def fail(sign_in, username: str, times: int, **headers: str) -> list[int]:
    return [sign_in(username, "wrong", **headers).status_code for _ in range(times)]


def test_the_fifth_wrong_password_locks_the_door(ann, sign_in) -> None:
    assert fail(sign_in, "ann", 5) == [401, 401, 401, 401, 429]


def test_behind_a_locked_door_the_right_password_does_not_help(ann, sign_in) -> None:
    fail(sign_in, "ann", 5)

    answer = sign_in("ann")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert answer.json()["code"] == "locked_out"


def test_another_users_door_stays_open(ann, bob, sign_in) -> None:
    fail(sign_in, "ann", 5)

    assert sign_in("bob").status_code == 200


def test_the_same_user_gets_in_from_another_address(ann, sign_in) -> None:
    fail(sign_in, "ann", 5, REMOTE_ADDR="192.0.2.1")

    assert sign_in("ann", REMOTE_ADDR="192.0.2.2").status_code == 200


def test_naming_another_address_does_not_open_a_locked_door(ann, sign_in) -> None:
    fail(sign_in, "ann", 5)

    assert sign_in("ann", HTTP_X_FORWARDED_FOR="192.0.2.9").status_code == 429


def test_a_name_with_spaces_around_it_is_the_same_locked_door(ann, sign_in) -> None:
    fail(sign_in, "ann", 5)

    assert sign_in(" ann ").status_code == 429


def test_a_success_forgets_the_failures(ann, sign_in) -> None:
    fail(sign_in, "ann", 4)
    sign_in("ann")

    assert fail(sign_in, "ann", 4) == [401, 401, 401, 401]


def test_a_closed_account_gets_no_tokens(ann, sign_in) -> None:
    ann.is_active = False
    ann.save()

    assert sign_in("ann").status_code == 401

import pytest
from django.contrib.auth.tokens import default_token_generator
from djoser.utils import encode_uid

CONFIRM = "/api/v1/auth/users/reset_username_confirm/"


@pytest.fixture
def link(ann) -> dict[str, str]:
    """The uid and the token of a link to ann's address."""
    return {"uid": encode_uid(ann.pk), "token": default_token_generator.make_token(ann)}


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_asking_for_another_username_tells_nobody_who_has_an_account(visitor, ann, email) -> None:
    answer = visitor.post("/api/v1/auth/users/reset_username/", {"email": email})

    assert answer.status_code == 204


def test_the_link_sets_a_new_username(visitor, link, sign_in) -> None:
    assert visitor.post(CONFIRM, {**link, "new_username": "anna"}).status_code == 204
    assert sign_in("anna").status_code == 200


def test_the_link_works_once(visitor, link) -> None:
    visitor.post(CONFIRM, {**link, "new_username": "anna"})

    assert visitor.post(CONFIRM, {**link, "new_username": "hanna"}).status_code == 400


def test_a_username_that_is_taken_is_refused_in_any_case(visitor, link, bob) -> None:
    answer = visitor.post(CONFIRM, {**link, "new_username": "BOB"})

    assert answer.status_code == 400
    assert list(answer.json()) == ["new_username"]

"""Closing one's account, by page and API, and what is left of it."""

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.limits import OwnPasswords
from tradepost.accounts.models import User
from tradepost.kit.models import IdempotentAnswer, Job

LEAVE = "/account/delete/"
ME = "/api/v1/auth/users/me/"
USERS = "/api/v1/auth/users/"
WRONG = {"current_password": "wrong"}
RIGHT = {"current_password": "correct-horse"}


@pytest.fixture
def page(client, ann):
    """A browser in which ann is signed in."""
    client.force_login(ann)
    return client


def is_open(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


def test_the_page_says_what_goes_and_what_stays(page) -> None:
    shown = page.get(LEAVE).content.decode()

    assert "This cannot be taken back." in shown
    assert "your orders" in shown


def test_who_knows_the_password_leaves_and_is_signed_out(page, ann) -> None:
    answer = page.post(LEAVE, {"password": "correct-horse"}, follow=True)

    assert answer.redirect_chain == [("/", 302)]
    assert "Your account is deleted." in answer.content.decode()
    assert "_auth_user_id" not in page.session
    assert not is_open(ann)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_named_and_changes_nothing(page, ann, password) -> None:
    answer = page.post(LEAVE, {"password": password})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["password"]
    assert is_open(ann)
    assert page.get("/account/").status_code == 200


def test_visitors_are_sent_to_sign_in(client, db) -> None:
    assert client.post(LEAVE, {"password": "x"})["Location"].startswith("/account/sign-in/")


def test_the_password_cannot_be_guessed_on_the_page(page, ann) -> None:
    for _ in range(5):
        page.post(LEAVE, {"password": "wrong"})

    answer = page.post(LEAVE, {"password": "correct-horse"})

    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert is_open(ann)


@pytest.mark.parametrize(
    ("method", "address", "form"),
    [
        ("delete", ME, {}),
        ("post", f"{USERS}set_password/", {"new_password": "battery-staple-9"}),
        ("post", f"{USERS}set_username/", {"new_username": "anna"}),
    ],
)
def test_the_password_cannot_be_guessed_with_a_token(ann, bearer, method, address, form) -> None:
    client = bearer("ann")
    tries = [getattr(client, method)(address, {**form, **WRONG}).status_code for _ in range(5)]

    answer = getattr(client, method)(address, {**form, **RIGHT})

    assert tries[:4] == [400] * 4
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
    assert answer["Retry-After"] == "900"
    ann.refresh_from_db()
    assert (ann.is_active, ann.username) == (True, "ann")
    assert ann.check_password("correct-horse")


def test_the_password_cannot_be_guessed_under_idempotency_keys(
    ann, api, settings, monkeypatch
) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(OwnPasswords, "most", 3)
    form = {"new_password": "battery-staple-9", **WRONG}

    answers = [
        api(ann).post(f"{USERS}set_password/", form, HTTP_IDEMPOTENCY_KEY=f"{n}").status_code
        for n in range(4)
    ]

    assert answers == [400, 400, 400, 429]


def test_looking_at_the_account_uses_no_limit_up(ann, api, settings, monkeypatch) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(OwnPasswords, "most", 1)

    assert [api(ann).get(ME).status_code for _ in range(3)] == [200] * 3


def test_other_sessions_of_who_leaves_end(page, ann) -> None:
    elsewhere = Client()
    elsewhere.force_login(ann)

    page.post(LEAVE, {"password": "correct-horse"})

    assert elsewhere.get("/account/")["Location"].startswith("/account/sign-in/")


def test_nothing_that_names_who_left_is_kept(ann, bob) -> None:
    for name in ("ann", "ANN", "Ann@example.com", "bob"):
        AccessAttempt.objects.create(username=name, failures_since_start=1)
    for user in (ann, bob):
        IdempotentAnswer.objects.create(owner=f"user:{user.pk}", key="k", status=201)
        LogEntry.objects.create(
            user=bob,
            content_type=ContentType.objects.get_for_model(User),
            object_id=str(user.pk),
            object_repr=str(user),
            action_flag=CHANGE,
        )
        Job.objects.create(
            name=user.username, last_error=f"refused: <{user.email}>", run_at=timezone.now()
        )

    close_account(user=ann)

    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["bob"]
    assert [answer.owner for answer in IdempotentAnswer.objects.all()] == [f"user:{bob.pk}"]
    refused = Job.objects.filter(name__in=["ann", "bob"])
    errors = dict(refused.values_list("name", "last_error"))
    assert errors == {"ann": "", "bob": "refused: <bob@example.com>"}
    about = dict(LogEntry.objects.values_list("object_id", "object_repr"))
    assert about == {str(ann.pk): "Deleted user", str(bob.pk): "Bob Example"}

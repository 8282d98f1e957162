"""Where one is signed in: what the page shows, and what it ends."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tradepost.accounts.actions.users import close_account, set_password
from tradepost.accounts.models import Session
from tradepost.accounts.sessions import SessionStore, device_of
from tradepost.kit.tasks import clear_sessions

PAGE = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)


def browser(agent: str, username: str = "ann") -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/account/sign-in/", {"username": username, "password": "correct-horse"})
    return client


def handle_of(client: Client) -> str:
    return Session.objects.get(pk=client.cookies[settings.SESSION_COOKIE_NAME].value).handle


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox · Linux"),
        (IPHONE, "Safari · iOS"),
        (EDGE, "Edge · Windows"),
        ("curl/8.5", "curl"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_browsers_are_told_by_what_they_call_themselves(agent, device):
    assert device_of(agent) == device


def test_the_page_shows_where_one_is_signed_in(ann, bob):
    here, _, _ = browser(FIREFOX), browser(IPHONE), browser(EDGE, "bob")

    page = here.get(PAGE).content.decode()

    assert page.count("this one") == 1
    assert "Firefox · Linux" in page
    assert "Safari · iOS" in page
    assert "Edge" not in page


def test_no_key_of_a_session_is_on_the_page(ann):
    here, there = browser(FIREFOX), browser(IPHONE)

    page = here.get(PAGE).content.decode()

    for client in (here, there):
        assert client.cookies[settings.SESSION_COOKIE_NAME].value not in page
    assert handle_of(there) in page


def test_one_of_them_is_signed_out(ann):
    here, there, elsewhere = browser(FIREFOX), browser(IPHONE), browser(EDGE)

    answer = here.post(f"{PAGE}{handle_of(there)}/end/")

    assert answer["Location"] == PAGE
    assert [is_in(client) for client in (here, there, elsewhere)] == [True, False, True]


def test_all_others_are_signed_out(ann, bob):
    here, there, of_bob = browser(FIREFOX), browser(IPHONE), browser(EDGE, "bob")

    page = here.post(f"{PAGE}end/", follow=True).content.decode()

    assert "1 browser is signed out." in page
    assert [is_in(client) for client in (here, there, of_bob)] == [True, False, True]


def test_nobody_signs_somebody_else_out(ann, bob):
    of_ann, of_bob = browser(FIREFOX), browser(EDGE, "bob")

    assert of_bob.post(f"{PAGE}{handle_of(of_ann)}/end/").status_code == 404
    assert of_bob.post(f"{PAGE}{'0' * 32}/end/").status_code == 404
    assert is_in(of_ann)


def test_a_visitor_is_asked_to_sign_in(client, db):
    for path in (PAGE, f"{PAGE}end/", f"{PAGE}x/end/"):
        assert client.post(path)["Location"].startswith("/account/sign-in/")


def test_the_session_of_a_visitor_is_nobodys(client, db):
    session = SessionStore()
    session["cart"] = "1"
    session.create()

    row = Session.objects.get()
    assert (row.user_id, row.device, row.signed_in_at) == (None, "", None)


def test_what_changes_in_a_session_does_not_change_whose_it_is(ann):
    here = browser(FIREFOX)
    before = Session.objects.values("user", "device", "signed_in_at").get()

    session = here.session
    session["more"] = "of it"
    session.save()

    assert Session.objects.values("user", "device", "signed_in_at").get() == before
    assert before["user"] == ann.pk


def test_who_asks_for_a_token_has_no_session(ann, visitor):
    credentials = {"username": "ann", "password": "correct-horse"}

    assert visitor.post("/api/v1/auth/jwt/create/", credentials).status_code == 200
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "end",
    [
        lambda user: set_password(user=user, password="battery-staple-9"),
        lambda user: close_account(user=user),
        lambda user: user.delete(),
    ],
)
def test_a_new_password_and_the_end_of_the_account_end_them(ann, bob, end):
    browser(FIREFOX), browser(EDGE, "bob")

    end(ann)

    assert [session.user for session in Session.objects.select_related("user")] == [bob]


def test_sessions_that_have_run_out_are_not_shown_and_go(ann):
    here, there = browser(FIREFOX), browser(IPHONE)
    old = Session.objects.filter(device__startswith="Safari")
    old.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert "Safari" not in here.get(PAGE).content.decode()

    clear_sessions()
    assert not old.exists()
    assert is_in(here)
    assert not is_in(there)

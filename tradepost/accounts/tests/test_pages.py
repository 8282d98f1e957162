"""Coming in, going out, and the account, through the pages."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import override_settings
from django.urls import reverse

from tradepost.accounts.limits import Registrations
from tradepost.accounts.models import Block, User
from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job

SIGN_IN = "/account/sign-in/"
NEW = {
    "first_name": "Eve",
    "last_name": "Example",
    "username": "eve",
    "email": "eve@example.com",
    "phone_number": "",
    "role": "host",
    "password": "battery-staple-9",
}


def sign_in(client, **changes):
    return client.post(SIGN_IN, {"username": "ann", "password": "correct-horse", **changes})


def test_signing_in_leads_home(client, ann):
    answer = sign_in(client)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_signing_in_leads_to_where_one_wanted_to_go(client, ann):
    answer = sign_in(client, next="/orders/")

    assert answer["Location"] == "/orders/"


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(client, ann, place):
    answer = sign_in(client, next=place)

    assert answer["Location"] == "/"


def test_a_wrong_password_is_named_on_the_page(client, ann):
    answer = sign_in(client, password="wrong")

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_sixth_guess_is_answered_with_429_and_a_page(client, ann):
    for _ in range(5):
        sign_in(client, password="wrong")

    answer = sign_in(client)

    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "Too many failed sign-ins" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_somebody_signed_in_is_led_past_the_sign_in_page(client, ann):
    client.force_login(ann)

    answer = client.get(SIGN_IN, {"next": SIGN_IN})

    assert answer.status_code == 302


def test_signing_out_takes_a_post(client, ann):
    client.force_login(ann)

    by_link = client.get("/account/sign-out/")
    still_in = "_auth_user_id" in client.session
    by_form = client.post("/account/sign-out/")

    assert (by_link["Location"], still_in) == ("/", True)
    assert (by_form["Location"], "_auth_user_id" in client.session) == ("/", False)


def test_registering_makes_the_account_and_signs_in(client, db):
    answer = client.post("/account/register/", {**NEW, "next": "/checkout/"})

    eve = User.objects.get(username="eve")
    assert answer["Location"] == "/checkout/"
    assert client.session["_auth_user_id"] == str(eve.pk)
    assert (eve.role, eve.email, eve.is_staff) == ("host", "eve@example.com", False)
    assert eve.check_password("battery-staple-9")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("username", "ANN", "A user with that username already exists."),
        ("email", "Ann@Example.com", "A user with that email already exists."),
        (
            "username",
            "an n",
            "Enter a valid username. This value may contain only unaccented lowercase a-z "
            "and uppercase A-Z letters, numbers, and @/./+/-/_ characters.",
        ),
        ("password", "12345678", "This password is entirely numeric."),
        ("role", "admin", "Select a valid choice. admin is not one of the available choices."),
    ],
)
def test_a_refused_registration_names_the_field(client, ann, field, value, error):
    answer = client.post("/account/register/", {**NEW, field: value})

    assert error in answer.context["form"].errors[field]
    assert User.objects.count() == 1


def test_changing_the_profile_changes_three_fields_and_no_other(client, ann):
    client.force_login(ann)

    answer = client.post(
        "/account/",
        {"first_name": "Anna", "last_name": "Ash", "phone_number": "1", "role": "admin"},
    )

    ann.refresh_from_db()
    assert answer["Location"] == "/account/"
    assert (ann.first_name, ann.last_name, ann.phone_number, ann.role) == (
        "Anna",
        "Ash",
        "1",
        "guest",
    )


def test_a_profile_without_a_name_is_refused(client, ann):
    client.force_login(ann)

    answer = client.post("/account/", {"first_name": "", "last_name": "Ash", "phone_number": ""})

    ann.refresh_from_db()
    assert answer.context["form"].errors == {"first_name": ["This field is required."]}
    assert ann.last_name == "Example"


def test_asking_for_a_new_password_says_the_same_for_an_unknown_address(client, ann):
    known = client.post("/account/reset/", {"email": "ANN@example.com"}, follow=True)
    unknown = client.post("/account/reset/", {"email": "nobody@example.com"}, follow=True)

    notice = "If there is an account with that address"
    assert known.redirect_chain == unknown.redirect_chain == [(SIGN_IN, 302)]
    assert notice in known.content.decode()
    assert notice in unknown.content.decode()
    asked = Job.objects.values_list("name", "arguments")
    assert list(asked) == [("accounts.send_password_reset", {"user_id": str(ann.pk)})]


def test_the_link_in_the_mail_sets_a_new_password_once(client, ann):
    kinds["accounts.send_password_reset"].run(user_id=str(ann.pk))
    link = re.search(rf"{re.escape(settings.SITE_URL)}(\S+)", mail.outbox[0].body)[1]
    form = client.get(link)["Location"]
    words = {"new_password1": "battery-staple-9", "new_password2": "battery-staple-9"}

    answer = client.post(form, words)

    ann.refresh_from_db()
    assert answer["Location"] == SIGN_IN
    assert ann.check_password("battery-staple-9")
    assert "used already" in client.get(link).content.decode()


def test_the_reset_mail_reads_well_without_html(ann):
    ann.first_name = "Ann & <Co>"
    ann.save()

    kinds["accounts.send_password_reset"].run(user_id=str(ann.pk))

    sent = mail.outbox[0]
    assert (sent.subject, sent.to) == ("A new password for Tradepost", ["ann@example.com"])
    assert sent.body.startswith("Hello Ann & <Co>,\n\nsomebody asked for a new password")
    assert "Hello Ann &amp; &lt;Co&gt;, somebody asked" in sent.alternatives[0][0]


def test_a_broken_reset_link_offers_a_new_one(client, db):
    answer = client.get(reverse("new-password", args=["x", "y"]))

    assert answer.status_code == 200
    assert 'href="/account/reset/"' in answer.content.decode()


def test_registration_pages_are_limited_like_the_api(client, db, settings, monkeypatch):
    settings.RATE_LIMITS = True

    monkeypatch.setattr(Registrations, "most", 3)

    answers = [client.post("/account/register/", {}).status_code for _ in range(4)]

    assert answers == [200] * 3 + [429]


def test_the_account_page_takes_seven_queries(client, ann, django_assert_num_queries):
    client.force_login(ann)

    # session, user, place in the feed, unread conversations, notifications; the export, people who
    # are blocked
    with django_assert_num_queries(7):
        answer = client.get("/account/")

    assert "ann@example.com" in answer.content.decode()


def test_people_block_and_unblock_on_pages(client, ann, bob):
    client.force_login(ann)

    blocked = client.post(f"/account/people/{bob.pk}/block/", {"next": "/orders/"})
    page = client.get("/account/").content.decode()
    unblocked = client.post(f"/account/people/{bob.pk}/unblock/", follow=True)

    assert blocked["Location"] == "/orders/"
    assert "You have blocked Bob Example." in page
    assert f'action="/account/people/{bob.pk}/unblock/"' in page
    assert unblocked.redirect_chain == [("/account/", 302)]
    assert "You no longer block Bob Example." in unblocked.content.decode()
    assert not Block.objects.exists()


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:1", ""])
def test_blocking_never_leads_to_another_site(client, ann, bob, place):
    client.force_login(ann)

    answer = client.post(f"/account/people/{bob.pk}/block/", {"next": place})

    assert answer["Location"] == "/account/"


@pytest.mark.parametrize("deed", ["block", "unblock"])
def test_a_person_is_blocked_by_a_form_only(client, ann, bob, deed):
    client.force_login(ann)

    assert client.get(f"/account/people/{bob.pk}/{deed}/")["Location"] == "/account/"
    assert client.post(f"/account/people/{uuid4()}/{deed}/").status_code == 404
    assert not Block.objects.exists()


def test_the_button_blocks_a_person_and_names_them(rf, ann, bob):
    request = rf.get("/")

    button = render_to_string(
        "accounts/block_button.html", {"person": bob, "next": "/inbox/"}, request
    )

    assert f'action="/account/people/{bob.pk}/block/"' in button
    assert 'name="next" value="/inbox/"' in button
    assert 'aria-label="Block Bob Example"' in button
    assert "csrfmiddlewaretoken" in button


def test_the_copy_of_ones_data_is_asked_for_and_fetched_on_the_page(client, ann, tmp_path):
    client.force_login(ann)
    with override_settings(MEDIA_ROOT=tmp_path):
        before = client.get("/account/").content.decode()
        asked = client.post("/account/export/", follow=True).content.decode()
        run_due_jobs()
        ready = client.get("/account/").content.decode()
        again = client.post("/account/export/", follow=True).content.decode()
        file = client.get("/api/v1/accounts/export/file/")
        assert b"".join(file.streaming_content)[:2] == b"PK"

    assert "Ask for a copy" in before
    assert "Your data is being collected" in asked
    assert 'action="/account/export/"' not in asked
    assert 'href="/api/v1/accounts/export/file/"' in ready
    assert "You can have a new one once a day." in again

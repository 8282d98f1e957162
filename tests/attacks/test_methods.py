"""A method that an address does not have is refused, and is no fault."""

import pytest
from django.test import Client


@pytest.mark.parametrize("method", ["head", "options"])
@pytest.mark.parametrize("path", ["auth/users/me/", "docs/"])
def test_every_address_stands_head_and_options(ann, path, method):
    browser = Client(raise_request_exception=False)
    browser.force_login(ann)

    answer = getattr(browser, method)(f"/api/v1/{path}", headers={"accept": "text/html"})

    assert answer.status_code < 500


def test_what_is_missing_is_missing_for_those_who_have_any_version_of_it(client, db):
    answer = client.get("/api/v1/store/products/987654/", headers={"if-none-match": "*"})

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/", "/cart/add/", "/account/sign-in/"])
def test_a_form_in_another_encoding_is_refused(db, path):
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    browser.get("/account/sign-in/")  # for the cookie, without which the form is not even read

    kind = "application/x-www-form-urlencoded; charset=utf-7"
    answer = browser.post(path, data=b"a=b", content_type=kind)

    assert answer.status_code in (400, 403)

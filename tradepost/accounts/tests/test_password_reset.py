import re

import pytest
from django.core import mail
from rest_framework.test import APIClient

from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job

RESET = "/api/v1/auth/users/reset_password/"
CONFIRM = "/api/v1/auth/users/reset_password_confirm/"


@pytest.fixture
def mailed_link(visitor, ann) -> dict[str, str]:
    """The uid and the token of the link that ann was sent."""
    visitor.post(RESET, {"email": "ann@example.com"})
    run_due_jobs()
    uid, token = re.search(r"/account/reset/([^/]+)/([^/]+)/", mail.outbox[0].body).groups()
    return {"uid": uid, "token": token}


def test_a_reset_is_a_job_and_no_wait(visitor, ann) -> None:
    answer = visitor.post(RESET, {"email": "ann@example.com"})

    assert answer.status_code == 204
    assert mail.outbox == []
    assert Job.objects.get().name == "accounts.send_password_reset"


def test_the_job_holds_no_token(visitor, ann) -> None:
    visitor.post(RESET, {"email": "ann@example.com"})

    assert Job.objects.get().arguments == {"user_id": str(ann.pk)}


def test_an_address_is_found_in_any_case(visitor, ann) -> None:
    visitor.post(RESET, {"email": "ANN@example.com"})

    assert Job.objects.count() == 1


def test_an_unknown_address_gets_the_same_answer_and_no_mail(visitor, ann) -> None:
    answer = visitor.post(RESET, {"email": "nobody@example.com"})

    assert answer.status_code == 204
    assert Job.objects.count() == 0


def test_the_mail_goes_to_the_owner(mailed_link) -> None:
    assert mail.outbox[0].to == ["ann@example.com"]


def test_the_link_sets_a_new_password(visitor, mailed_link, sign_in) -> None:
    answer = visitor.post(CONFIRM, {**mailed_link, "new_password": "battery-staple-9"})

    assert answer.status_code == 204
    assert sign_in("ann", "battery-staple-9").status_code == 200
    assert sign_in("ann", "correct-horse").status_code == 401


def test_the_link_works_once(visitor, mailed_link, sign_in) -> None:
    visitor.post(CONFIRM, {**mailed_link, "new_password": "battery-staple-9"})

    again = visitor.post(CONFIRM, {**mailed_link, "new_password": "another-one-8"})

    assert again.status_code == 400
    assert sign_in("ann", "battery-staple-9").status_code == 200


def test_a_weak_password_is_refused(visitor, mailed_link) -> None:
    answer = visitor.post(CONFIRM, {**mailed_link, "new_password": "12345"})

    assert answer.status_code == 400
    assert list(answer.json()) == ["new_password"]


@pytest.mark.parametrize("uid", ["AAAA", "MQ", "not base64 !", "LTE", "%"])
def test_a_link_that_was_tampered_with_is_refused(mailed_link, uid) -> None:
    answer = APIClient(raise_request_exception=False).post(
        CONFIRM, {**mailed_link, "uid": uid, "new_password": "battery-staple-9"}
    )

    assert answer.status_code == 400


def test_a_mailed_token_of_somebody_else_is_refused(mailed_link, bob, visitor) -> None:
    from djoser.utils import encode_uid

    form = {**mailed_link, "uid": encode_uid(bob.pk), "new_password": "battery-staple-9"}

    assert visitor.post(CONFIRM, form).status_code == 400

"""Nobody reads a mail in the embedded mode's mailbox that opens somebody else's account."""

import pytest
from django.urls import reverse

from conftest import make_user
from tradepost.accounts.actions.users import close_account, register_user
from tradepost.accounts.errors import EmailTaken
from tradepost.accounts.models import User
from tradepost.accounts.tasks import send_password_reset


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND = "tradepost.kit.mail.FolderBackend"
    settings.MAIL_DIR = tmp_path


def mails_seen_by(client, person: User) -> list[object]:
    client.force_login(person)
    return client.get(reverse("mail")).context["mails"]


def register(username: str, email: str) -> User:
    return register_user(
        username=username, email=email, password="x", first_name="Eve", last_name="Adams"
    )


def test_staff_does_not_read_the_link_that_resets_a_superusers_password(client, db):
    root = User.objects.create_superuser("root", "root@example.com", "x")
    send_password_reset(user_id=str(root.pk))

    assert mails_seen_by(client, make_user("clerk", is_staff=True)) == []


def test_a_letter_that_looks_like_another_one_opens_no_mailbox(client, ann):
    send_password_reset(user_id=str(ann.pk))
    kelvin = make_user("kate", email="kate@example.com")
    send_password_reset(user_id=str(kelvin.pk))

    try:
        eve = register("eve", "\N{KELVIN SIGN}ate@example.com")
    except EmailTaken:
        return  # refused: as good

    assert mails_seen_by(client, eve) == []


def test_who_takes_the_address_of_a_closed_account_does_not_get_its_mails(client, ann):
    address = ann.email
    send_password_reset(user_id=str(ann.pk))
    close_account(user=ann)

    assert mails_seen_by(client, register("heir", address)) == []

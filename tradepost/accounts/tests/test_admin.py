"""Accounts in the admin."""

import pytest
from django.urls import reverse

from tradepost.accounts.models import User

NEW = {
    "username": "eve",
    "password1": "correct-horse-7",
    "password2": "correct-horse-7",
    "email": "eve@example.com",
    "first_name": "Eve",
    "last_name": "Example",
    "role": "guest",
}


@pytest.fixture
def add(client, boss):
    """Send the form of a new account."""

    def add(**fields):
        return client.post(reverse("admin:accounts_user_add"), {**NEW, **fields})

    return add


def test_a_new_account_is_asked_for_names_password_and_address(client, boss) -> None:
    form = client.get(reverse("admin:accounts_user_add")).context["adminform"].form

    assert [name for name in NEW if name not in form.fields] == []


def test_an_account_made_in_the_admin_can_sign_in(add, sign_in) -> None:
    add()

    eve = User.objects.get(username="eve")
    assert (eve.email, eve.get_full_name()) == ("eve@example.com", "Eve Example")
    assert sign_in("eve", "correct-horse-7").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "BOSS@example.com"),
        ("username", "BOSS"),
        ("first_name", ""),
        ("last_name", ""),
        ("password2", "another-horse-7"),
    ],
)
def test_a_bad_field_is_named_and_no_account_is_made(add, field, value) -> None:
    answer = add(**{field: value})

    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field] or "already exists" in str(errors)
    assert list(User.objects.values_list("username", flat=True)) == ["boss"]


@pytest.mark.parametrize(("role", "staff"), [("guest", False), ("host", False), ("admin", True)])
def test_an_administrator_who_is_made_in_the_admin_is_staff(add, role, staff) -> None:
    add(role=role)

    eve = User.objects.get(username="eve")
    assert (eve.role, eve.is_staff, eve.is_superuser) == (role, staff, False)

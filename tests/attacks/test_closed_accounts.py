"""A closed account stays closed, whatever else the same person did at that moment.

Each test acts with the user as a request had loaded it just before the account was closed.
"""

import pytest
from django.db import transaction

from tradepost.accounts.actions.users import change_profile, close_account
from tradepost.accounts.models import User


def close_meanwhile(person: User) -> None:
    """Close the account in another request; ``person`` still holds what was loaded before."""
    close_account(user=User.objects.get(pk=person.pk))


def test_a_change_of_profile_at_that_moment_does_not_open_the_account_again(api, ann):
    close_meanwhile(ann)

    api(ann).patch("/api/v1/auth/users/me/", {"phone_number": "123"})

    closed = User.objects.get(pk=ann.pk)
    assert (closed.is_active, closed.first_name, closed.phone_number) == (False, "Deleted", "")


def test_a_new_password_at_that_moment_does_not_open_the_account_again(api, ann):
    close_meanwhile(ann)

    passwords = {"current_password": "correct-horse", "new_password": "another-Horse-7"}
    api(ann).post("/api/v1/auth/users/set_password/", passwords)

    closed = User.objects.get(pk=ann.pk)
    assert (closed.is_active, closed.has_usable_password()) == (False, False)


def test_a_change_of_name_on_the_page_does_not_name_a_closed_account(ann):
    close_meanwhile(ann)

    try:
        with transaction.atomic():
            change_profile(
                user=ann, first_name="Ann", last_name="Example", phone_number="123",
                hides_presence=False,
            )  # fmt: skip
    except Exception:  # noqa: BLE001 - any refusal will do
        pass

    assert User.objects.get(pk=ann.pk).first_name == "Deleted"


def test_a_change_of_profile_does_not_undo_a_new_password(api, ann):
    elsewhere = User.objects.get(pk=ann.pk)
    elsewhere.set_password("another-Horse-7")
    elsewhere.save()

    api(ann).patch("/api/v1/auth/users/me/", {"phone_number": "123"})

    assert User.objects.get(pk=ann.pk).check_password("another-Horse-7")


@pytest.mark.parametrize(
    "squat", ["deleted-{id}", pytest.param("{id}@deleted.invalid", id="address")]
)
def test_nobody_can_keep_others_from_closing_their_account(api, ann, squat):
    taken = squat.format(id=ann.pk)
    fields = {"email": taken} if "@" in taken else {"username": taken}
    form = {
        "username": "eve",
        "email": "eve@example.com",
        "password": "a-long-phrase-of-mine",
        "first_name": "Eve",
        "last_name": "Adams",
        **fields,
    }
    api().post("/api/v1/auth/users/", form)

    close_account(user=ann)

    assert not User.objects.get(pk=ann.pk).is_active

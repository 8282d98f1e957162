"""The rules for a username hold for the name that is stored."""

import pytest
from rest_framework.test import APIClient

from tradepost.accounts.models import User


@pytest.fixture
def register(db):
    def register(**fields: str):
        form = {
            "username": "eve",
            "email": "eve@example.com",
            "password": "a-long-phrase-of-mine",
            "first_name": "Eve",
            "last_name": "Adams",
        }
        return APIClient(raise_request_exception=False).post(
            "/api/v1/auth/users/", {**form, **fields}
        )

    return register


def test_a_name_that_grows_when_it_is_normalised_is_still_too_long(register):
    answer = register(username="\N{LATIN SMALL LIGATURE FFI}" * 150)

    assert (answer.status_code, list(answer.json())) == (400, ["username"])


def test_a_name_does_not_get_spaces_by_being_normalised(register):
    # One letter for Unicode, four words after normalisation.
    answer = register(username="\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}")

    assert (answer.status_code, list(answer.json())) == (400, ["username"])


@pytest.mark.parametrize("email", ["\N{KELVIN SIGN}ate@example.com"])
def test_an_address_that_only_one_database_takes_for_another_is_no_fault(register, email):
    register(username="kate", email="kate@example.com")

    answer = register(email=email)

    assert answer.status_code == 400
    assert User.objects.count() == 1


def test_names_are_the_same_in_upper_and_lower_case_beyond_ascii(register):
    register(username="\N{LATIN SMALL LETTER E WITH ACUTE}va", email="one@example.com")

    answer = register(username="\N{LATIN CAPITAL LETTER E WITH ACUTE}VA")

    assert answer.status_code == 400

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from rest_framework.test import APIClient

from tradepost.accounts.models import User

USERS = "/api/v1/auth/users/"


def test_a_new_account_is_shown_without_its_password(register) -> None:
    answer = register()

    eve = User.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(eve.pk),
        "username": "eve",
        "email": "eve@example.com",
        "first_name": "Eve",
        "last_name": "Example",
        "phone_number": "",
        "role": "guest",
    }


def test_a_new_user_can_sign_in(register, sign_in) -> None:
    register()

    assert sign_in("eve", "correct-horse-7").status_code == 200


@pytest.mark.parametrize("field", ["username", "email", "password", "first_name", "last_name"])
def test_every_field_but_the_telephone_is_required(register, field) -> None:
    answer = register(**{field: ""})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert User.objects.count() == 0


@pytest.mark.parametrize("email", ["ann@example.com", "ANN@Example.com"])
def test_an_email_that_is_taken_is_refused_in_any_case(register, ann, email) -> None:
    answer = register(email=email)

    assert answer.status_code == 400
    assert answer.json() == {"email": ["A user with that email already exists."]}
    assert User.objects.count() == 1


@pytest.mark.parametrize("username", ["ann", "ANN"])
def test_a_username_that_is_taken_is_refused_in_any_case(register, ann, username) -> None:
    answer = register(username=username)

    assert answer.status_code == 400
    assert answer.json() == {"username": ["A user with that username already exists."]}


@pytest.mark.parametrize("password", ["short-7", "password123", "918273645", "eve@example.com"])
def test_a_weak_password_is_refused(register, password) -> None:
    answer = register(password=password)

    assert answer.status_code == 400
    assert list(answer.json()) == ["password"]


def test_somebody_may_register_as_a_host(register) -> None:
    assert register(role="host").json()["role"] == "host"


@pytest.mark.parametrize("role", ["admin", "ADMIN", "root"])
def test_nobody_registers_as_an_administrator(register, role) -> None:
    answer = register(role=role)

    assert answer.status_code == 400
    assert list(answer.json()) == ["role"]


def test_rights_and_ids_cannot_be_asked_for(register) -> None:
    wanted = "0193a2b4-7c1d-7e8f-9a3b-5d6e7f8091a2"

    register(id=wanted, is_staff=True, is_superuser=True, is_active=False, groups=[1])

    eve = User.objects.get()
    assert str(eve.pk) != wanted
    assert (eve.is_staff, eve.is_superuser, eve.is_active) == (False, False, True)


@pytest.mark.django_db(transaction=True)
def test_of_parallel_registrations_of_one_email_one_succeeds() -> None:
    gate = Barrier(4)

    def register(number: int) -> int:
        form = {
            "username": f"eve{number}", "email": "eve@example.com", "first_name": "Eve",
            "last_name": "Example", "password": "correct-horse-7",
        }  # fmt: skip
        gate.wait()
        try:
            return APIClient(raise_request_exception=False).post(USERS, form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(register, range(4)))

    assert statuses == [201, 400, 400, 400]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "ANN@example.com"},
        {"username": "ANN"},
        {"email": ""},
        {"role": "root"},
        {"role": "admin", "is_staff": False},
    ],
)
def test_the_database_itself_refuses_an_impossible_account(ann, fields) -> None:
    valid = {"username": "eve", "email": "eve@example.com"}

    with pytest.raises(IntegrityError):
        User.objects.create(**{**valid, **fields})


def test_a_superuser_is_an_administrator_by_role(db) -> None:
    root = User.objects.create_superuser("root", "root@example.com", "correct-horse")

    assert root.role == User.Role.ADMIN

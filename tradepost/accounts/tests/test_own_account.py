import pytest
from rest_framework.test import APIClient

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User

USERS = "/api/v1/auth/users/"
ME = f"{USERS}me/"


def account(user: User, **changed: object) -> dict[str, object]:
    shown = {
        "id": str(user.pk),
        "username": "ann",
        "email": "ann@example.com",
        "first_name": "Ann",
        "last_name": "Example",
        "phone_number": "",
        "role": "guest",
        "hides_presence": False,
    }
    return {**shown, **changed}


def test_people_see_their_own_account(api, ann) -> None:
    assert api(ann).get(ME).json() == account(ann)


def test_people_change_their_name_and_number(api, ann) -> None:
    form = {"first_name": "Anna", "last_name": "Bell", "phone_number": "+49 30 1"}

    answer = api(ann).put(ME, form)

    ann.refresh_from_db()
    assert answer.status_code == 200
    assert api(ann).get(ME).json() == answer.json() == account(ann, **form)


def test_people_change_one_thing(api, ann) -> None:
    api(ann).patch(ME, {"first_name": "Anna"})

    ann.refresh_from_db()
    assert api(ann).get(ME).json() == account(ann, first_name="Anna")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_address_role_and_rights_cannot_be_changed_here(api, ann, method) -> None:
    form = {
        "first_name": "Ann", "last_name": "Example", "email": "eve@example.com",
        "username": "eve", "role": "admin", "is_staff": True, "is_superuser": True,
    }  # fmt: skip

    getattr(api(ann), method)(ME, form)

    ann.refresh_from_db()
    assert api(ann).get(ME).json() == account(ann)
    assert (ann.is_staff, ann.is_superuser) == (False, False)


def test_the_list_of_accounts_holds_only_ones_own(api, ann, bob) -> None:
    answer = api(ann).get(USERS)

    rows = answer.json()
    assert [row["username"] for row in rows] == ["ann"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_users_account_is_not_there(api, ann, bob, method) -> None:
    form = {"first_name": "Eve", "current_password": "correct-horse"}

    answer = getattr(api(ann), method)(f"{USERS}{bob.pk}/", form if method != "get" else None)

    bob.refresh_from_db()
    assert answer.status_code == 404
    assert (bob.first_name, bob.is_active) == ("Bob", True)


def test_a_new_username_needs_the_password(api, ann) -> None:
    form = {"new_username": "anna", "current_password": "wrong"}

    assert api(ann).post(f"{USERS}set_username/", form).status_code == 400


@pytest.mark.parametrize("taken", ["bob", "BOB"])
def test_a_username_that_is_taken_is_refused_in_any_case(ann, bob, bearer, taken) -> None:
    form = {"new_username": taken, "current_password": "correct-horse"}

    answer = bearer("ann").post(f"{USERS}set_username/", form)

    assert answer.status_code == 400
    assert list(answer.json()) == ["new_username"]


def test_leaving_needs_the_password(ann, bearer) -> None:
    answer = bearer("ann").delete(ME, {"current_password": "wrong"})

    ann.refresh_from_db()
    assert answer.status_code == 400
    assert ann.is_active


@pytest.mark.parametrize("address", [ME, f"{USERS}{{id}}/"])
def test_who_leaves_is_gone_and_the_orders_stay(ann, bearer, order_of, dora, api, address) -> None:
    order = order_of(ann)

    answer = bearer("ann").delete(address.format(id=ann.pk), {"current_password": "correct-horse"})

    ann.refresh_from_db()
    assert answer.status_code == 204
    assert (ann.is_active, ann.first_name, ann.phone_number) == (False, "Deleted", "")
    assert ann.email.endswith("@deleted.invalid")
    kept = ann.customer.orders.get()
    assert kept.pk == order


def test_the_tokens_of_a_closed_account_open_nothing(ann, bearer, sign_in) -> None:
    refresh = sign_in("ann").json()["refresh"]
    client = bearer("ann")

    close_account(user=ann)

    assert client.get(ME).status_code == 401
    again = APIClient(raise_request_exception=False).post(
        "/api/v1/auth/jwt/refresh/", {"refresh": refresh}
    )
    assert again.status_code == 401


def test_name_and_address_of_a_closed_account_are_free_again(ann, register) -> None:
    close_account(user=ann)

    assert register(username="ann", email="ann@example.com").status_code == 201


def test_closing_twice_is_harmless(ann) -> None:
    close_account(user=ann)

    close_account(user=ann)

    assert not User.objects.get().is_active

"""What people do with their account reaches their other devices, and nobody else."""

from uuid import uuid4

from tradepost.feed.models import Pointer

ME = "/api/v1/auth/users/me/"


def told(user) -> list[tuple[str, dict]]:
    rows = Pointer.objects.visible_to(user).order_by("seq")
    return list(rows.values_list("event__kind", "event__data"))


def address_of(person) -> str:
    return f"/api/v1/users/{person}/block/"


def test_who_changes_the_own_account_hears_of_it(api, ann, bob) -> None:
    api(ann).patch(ME, {"first_name": "Anna"})

    assert (told(ann), told(bob)) == ([("account.changed", {})], [])


def test_who_changes_the_own_user_name_hears_of_it(api, ann) -> None:
    form = {"new_username": "anna", "current_password": "correct-horse"}

    answer = api(ann).post("/api/v1/auth/users/set_username/", form)

    assert answer.status_code == 204
    assert told(ann) == [("account.changed", {})]


def test_what_was_refused_is_no_change(api, ann, bob) -> None:
    form = {"new_username": "bob", "current_password": "correct-horse"}

    answer = api(ann).post("/api/v1/auth/users/set_username/", form)

    assert answer.status_code == 400
    assert told(ann) == []


def test_who_blocks_somebody_hears_of_it_and_they_do_not(api, ann, bob) -> None:
    api(ann).post(address_of(bob.pk))
    api(ann).delete(address_of(bob.pk))

    whom = {"user": str(bob.pk)}
    assert told(ann) == [("person.blocked", whom), ("person.unblocked", whom)]
    assert told(bob) == []


def test_to_let_in_whom_nobody_blocks_is_no_news(api, ann, bob) -> None:
    api(ann).delete(address_of(bob.pk))
    api(ann).post(address_of(uuid4()))

    assert told(ann) == []

import pytest

from tradepost.accounts.actions.users import close_account

PEOPLE = "/api/v1/users/"


def found(client, search: str = "") -> list[str]:
    answer = client.get(PEOPLE, {"search": search} if search else {})
    return [person["username"] for person in answer.json()["results"]]


def test_people_find_everybody_but_themselves(api, ann, bob, charlie) -> None:
    assert found(api(ann)) == ["bob", "charlie"]


@pytest.mark.parametrize("search", ["charlie", "CHARL", "Charlie Example", "exam charlie"])
def test_people_are_found_by_parts_of_their_names(api, ann, bob, charlie, search) -> None:
    assert found(api(ann), search) == ["charlie"]


def test_people_who_left_are_not_found(api, ann, bob) -> None:
    close_account(user=bob)

    assert found(api(ann)) == []
    assert api(ann).get(f"{PEOPLE}{bob.pk}/").status_code == 404


def test_other_people_see_a_name_and_no_address(api, ann, bob) -> None:
    answer = api(ann).get(f"{PEOPLE}{bob.pk}/")

    assert answer.json() == {
        "user_id": str(bob.pk),
        "username": "bob",
        "first_name": "Bob",
        "last_name": "Example",
        "role": "guest",
    }


def test_people_are_found_by_an_address_that_is_not_shown(api, ann, bob, charlie) -> None:
    answer = api(ann).get(PEOPLE, {"search": "bob@example.com"})

    assert [person["username"] for person in answer.json()["results"]] == ["bob"]
    assert "bob@example.com" not in answer.content.decode()


def test_visitors_find_nobody(api, db) -> None:
    assert api().get(PEOPLE).status_code == 401


def test_a_page_of_people_takes_one_query(
    api, ann, bob, charlie, dora, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):  # the people
        api(ann).get(PEOPLE)

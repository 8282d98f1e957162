"""Wanting no word from somebody."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tradepost.accounts.actions.blocks import block_person, unblock_person
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed, BlocksOneself
from tradepost.accounts.models import Block
from tradepost.accounts.queries import blocked_by, blockers_of
from tradepost.kit.errors import NotFound

PEOPLE = "/api/v1/users/"
BLOCKED = f"{PEOPLE}blocked/"


def address_of(person) -> str:
    return f"{PEOPLE}{person.pk}/block/"


def names(answer) -> list[str]:
    return [person["username"] for person in answer.json()["results"]]


def test_people_block_somebody_and_see_whom(api, ann, bob, charlie) -> None:
    answer = api(ann).post(address_of(bob))

    assert (answer.status_code, answer.content) == (204, b"")
    [shown] = api(ann).get(BLOCKED).json()["results"]
    assert shown.pop("blocked_at").endswith("Z")
    assert shown == {
        "user_id": str(bob.pk),
        "username": "bob",
        "first_name": "Bob",
        "last_name": "Example",
    }
    assert names(api(bob).get(BLOCKED)) == []


def test_the_latest_block_comes_first(api, ann, bob, charlie) -> None:
    api(ann).post(address_of(bob))
    api(ann).post(address_of(charlie))

    assert names(api(ann).get(BLOCKED)) == ["charlie", "bob"]


def test_blocking_twice_is_blocking_once(api, ann, bob) -> None:
    answers = [api(ann).post(address_of(bob)).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert Block.objects.count() == 1


def test_who_is_let_in_again_is_blocked_no_more(api, ann, bob, charlie) -> None:
    block_person(blocker=ann, person_id=bob.pk)
    block_person(blocker=ann, person_id=charlie.pk)

    answers = [api(ann).delete(address_of(bob)).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert blocked_by(ann) == {charlie.pk}


def test_letting_somebody_in_leaves_the_blocks_of_others(api, ann, bob, charlie) -> None:
    for blocker, person in ((ann, bob), (bob, ann), (charlie, bob)):
        block_person(blocker=blocker, person_id=person.pk)

    unblock_person(blocker=ann, person_id=bob.pk)

    left = [blocked_by(person) for person in (ann, bob, charlie)]
    assert left == [set(), {ann.pk}, {bob.pk}]


@pytest.mark.parametrize("method", ["post", "delete"])
@pytest.mark.parametrize("person", [uuid4(), "nobody", "0"])
def test_nobody_cannot_be_blocked(api, ann, method, person) -> None:
    answer = getattr(api(ann), method)(f"{PEOPLE}{person}/block/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_nobody_blocks_themselves(api, ann) -> None:
    answer = api(ann).post(address_of(ann))

    assert answer.status_code == 400
    assert answer.json()["code"] == "blocks_oneself"
    with pytest.raises(BlocksOneself):
        block_person(blocker=ann, person_id=ann.pk)


def test_the_database_knows_no_block_of_oneself(ann) -> None:
    with pytest.raises(IntegrityError, match="block_of_another"), transaction.atomic():
        Block.objects.create(blocker=ann, blocked=ann)


def test_visitors_block_nobody(api, bob) -> None:
    assert api().post(address_of(bob)).status_code == 401
    assert api().delete(address_of(bob)).status_code == 401
    assert api().get(BLOCKED).status_code == 401


def test_who_is_blocked_does_not_find_the_person_any_more(api, ann, bob, charlie) -> None:
    block_person(blocker=ann, person_id=bob.pk)

    assert names(api(bob).get(PEOPLE)) == ["charlie"]
    assert names(api(bob).get(PEOPLE, {"search": "ann"})) == []
    assert api(bob).get(f"{PEOPLE}{ann.pk}/").status_code == 404
    assert names(api(charlie).get(PEOPLE)) == ["ann", "bob"]


def test_who_blocks_somebody_still_finds_them(api, ann, bob) -> None:
    block_person(blocker=ann, person_id=bob.pk)

    assert names(api(ann).get(PEOPLE)) == ["bob"]
    assert api(ann).get(f"{PEOPLE}{bob.pk}/").status_code == 200


def test_who_is_blocked_can_block_in_return(api, ann, bob) -> None:
    block_person(blocker=ann, person_id=bob.pk)

    assert api(bob).post(address_of(ann)).status_code == 204


def test_who_blocks_a_person_is_found_among_others(
    ann, bob, charlie, django_assert_num_queries
) -> None:
    block_person(blocker=ann, person_id=charlie.pk)
    block_person(blocker=bob, person_id=charlie.pk)

    with django_assert_num_queries(1):  # the blocks
        blockers = blockers_of(charlie.pk, among=[ann.pk, charlie.pk])

    assert blockers == {ann.pk}


def test_people_who_left_are_not_blocked(ann, bob) -> None:
    close_account(user=bob)

    with pytest.raises(NotFound):
        block_person(blocker=ann, person_id=bob.pk)
    with pytest.raises(AccountClosed):
        block_person(blocker=bob, person_id=ann.pk)
    assert not Block.objects.exists()


@pytest.mark.parametrize("leaving", ["ann", "bob"])
def test_blocks_end_with_either_account(ann, bob, charlie, leaving) -> None:
    block_person(blocker=ann, person_id=bob.pk)
    block_person(blocker=charlie, person_id=ann.pk)
    block_person(blocker=bob, person_id=charlie.pk)

    close_account(user={"ann": ann, "bob": bob}[leaving])

    kept = {"ann": (bob, charlie), "bob": (charlie, ann)}[leaving]
    assert [(block.blocker, block.blocked) for block in Block.objects.all()] == [kept]


def test_a_page_of_blocked_people_takes_one_query(
    api, ann, bob, charlie, dora, django_assert_num_queries
) -> None:
    for person in (bob, charlie, dora):
        block_person(blocker=ann, person_id=person.pk)

    with django_assert_num_queries(1):  # the blocks, each with its person
        api(ann).get(BLOCKED)


def test_blocking_takes_four_queries_and_those_of_the_feed(
    ann, bob, django_assert_num_queries
) -> None:
    # all at once; event, counter and pointer; or the counter is there, locked and moved besides
    feed = {"postgresql": 1, "sqlite": 3, "mysql": 5}[connection.vendor]

    with django_assert_num_queries(4 + feed):  # begin, both accounts locked, the block, commit
        block_person(blocker=ann, person_id=bob.pk)

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tradepost.accounts.models import User
from tradepost.feed.actions import publishing
from tradepost.feed.actions.publishing import publish
from tradepost.feed.models import Event, FeedHead, Pointer
from tradepost.kit.transactions import unit_of_work

PEOPLE = st.integers(0, 3)


def publish_number(number: int, *users: User) -> None:
    publish(kind="test", user_ids=[user.pk for user in users], data={"number": number})


def announce(*users: User, number: int = 0) -> None:
    with unit_of_work():
        publish_number(number, *users)


def make_people(count: int) -> list[User]:
    names = [f"person{number}" for number in range(count)]
    return User.objects.bulk_create(
        [User(username=name, email=f"{name}@example.com") for name in names]
    )


def numbers_of(user: User) -> list[int]:
    rows = Pointer.objects.visible_to(user).order_by("seq")
    return list(rows.values_list("seq", flat=True))


def test_the_events_of_a_user_are_numbered_from_1(ann) -> None:
    announce(ann)
    announce(ann)

    assert numbers_of(ann) == [1, 2]


def test_an_event_for_several_people_is_one_event(ann, bob) -> None:
    announce(ann, bob)

    assert Event.objects.count() == 1
    assert (numbers_of(ann), numbers_of(bob)) == ([1], [1])


def test_events_of_one_action_keep_their_order(ann, bob) -> None:
    with unit_of_work():
        publish_number(1, ann)
        publish_number(2, bob, ann)
        publish_number(3, ann)

    rows = Pointer.objects.visible_to(ann).order_by("seq").values_list("event__data", flat=True)
    assert list(rows) == [{"number": 1}, {"number": 2}, {"number": 3}]


def test_a_person_named_twice_gets_the_event_once(ann) -> None:
    announce(ann, ann)

    assert numbers_of(ann) == [1]


def test_an_event_for_nobody_is_not_written(db) -> None:
    announce()

    assert Event.objects.count() == 0


def test_nothing_is_published_outside_an_action(ann) -> None:
    with pytest.raises(RuntimeError, match="@atomic"):
        publish_number(1, ann)


def test_nothing_is_left_of_what_was_rolled_back(ann) -> None:
    with pytest.raises(LookupError), unit_of_work():
        publish_number(1, ann)
        raise LookupError

    assert Event.objects.count() == 0
    assert FeedHead.objects.count() == 0


def test_a_rolled_back_event_leaves_no_gap(ann) -> None:
    announce(ann)
    with pytest.raises(LookupError), unit_of_work():
        announce(ann)
        raise LookupError
    announce(ann)

    assert numbers_of(ann) == [1, 2]


@pytest.mark.parametrize("people", [2, 100, 250])
def test_the_queries_of_a_deed_do_not_grow_with_its_people(
    db, people, django_assert_num_queries
) -> None:
    users = make_people(people)
    # begin, all at once, end; SQLite: events, counters, pointers in between; MariaDB: counters are
    # there, locked, moved, and then events and pointers
    queries = {"postgresql": 3, "sqlite": 5, "mysql": 7}[connection.vendor]

    with django_assert_num_queries(queries), unit_of_work():
        publish_number(1, *users)
        publish_number(2, *users)

    assert Pointer.objects.count() == 2 * people


def test_data_comes_back_as_it_was_given(ann) -> None:
    data = {
        "thing": str(ann.pk), "text": "ü'\"\\ %s {}", "count": 2**53, "yes": True, "nothing": None,
    }  # fmt: skip

    with unit_of_work():
        publish(kind="test.facts", user_ids=[ann.pk], data=data)

    assert Event.objects.get().data == data


def test_rows_written_one_by_one_are_the_same(ann, bob, charlie, monkeypatch) -> None:
    """Databases that are neither PostgreSQL nor SQLite are served so."""
    announce(bob)
    monkeypatch.setattr(publishing, "_write", publishing._write_rows)

    with unit_of_work():
        publish_number(1, ann, bob)
        publish_number(2, bob, charlie)

    assert [numbers_of(user) for user in (ann, bob, charlie)] == [[1], [1, 2, 3], [1]]
    assert [head.seq for head in FeedHead.objects.order_by("user__username")] == [1, 3, 1]
    assert Pointer.objects.get(user=bob, seq=3).event.data == {"number": 2}


@pytest.mark.django_db(transaction=True)
def test_parallel_publishers_leave_no_gap_and_no_double(ann, bob, charlie) -> None:
    people, rounds, threads = [ann, bob, charlie], 10, 4
    gate = Barrier(threads)

    def publish_some(number: int) -> None:
        gate.wait()
        try:
            for turn in range(rounds):
                left_out = (number + turn) % 3
                announce(*people[:left_out], *people[left_out + 1 :], number=turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(publish_some, range(threads)))

    for person in people:
        seqs = numbers_of(person)
        assert seqs == list(range(1, len(seqs) + 1))
        assert FeedHead.objects.get(user=person).seq == len(seqs)
    assert Pointer.objects.count() == threads * rounds * 2


@pytest.mark.django_db(transaction=True)
def test_the_very_first_events_may_come_at_once(ann, bob, charlie) -> None:
    groups = [[ann, bob], [bob, charlie], [charlie, ann], [ann, bob, charlie]]
    gate = Barrier(len(groups))

    def publish_first(people: list[User]) -> None:
        gate.wait()
        try:
            announce(*people)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(publish_first, groups))

    assert [numbers_of(person) for person in (ann, bob, charlie)] == [[1, 2, 3]] * 3


def test_the_database_refuses_the_same_number_twice(ann) -> None:
    announce(ann)

    with pytest.raises(IntegrityError):
        Pointer.objects.create(user=ann, seq=1, event=Event.objects.get())


def test_the_database_refuses_an_event_for_somebody_unknown(db) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        with unit_of_work():
            publish(kind="test", user_ids=[uuid4()], data={"number": 1})
        connection.check_constraints()  # as a commit does


def test_the_feed_of_a_deleted_person_goes_and_others_stay(ann, bob) -> None:
    announce(ann, bob)

    ann.delete()

    assert [row.user_id for row in Pointer.objects.all()] == [bob.pk]
    assert [head.user_id for head in FeedHead.objects.all()] == [bob.pk]


def test_what_is_kept_cannot_start_after_the_end(ann) -> None:
    with pytest.raises(IntegrityError):
        FeedHead.objects.create(user=ann, seq=1, kept_after=2)


class AnyActions(TestCase):
    @given(st.lists(st.tuples(st.booleans(), st.lists(st.sets(PEOPLE), max_size=4)), max_size=6))
    def test_whatever_is_published_every_feed_has_each_of_its_events_once_in_order(
        self, actions: list[tuple[bool, list[set[int]]]]
    ) -> None:
        people = make_people(4)

        for number, (kept, groups) in enumerate(actions):
            with suppress(LookupError), unit_of_work():
                for place, group in enumerate(groups):
                    publish_number(10 * number + place, *(people[index] for index in group))
                if not kept:
                    raise LookupError

        told = [
            ({"number": 10 * number + place}, group)
            for number, (kept, groups) in enumerate(actions)
            for place, group in enumerate(groups)
            if kept
        ]
        for index, person in enumerate(people):
            rows = Pointer.objects.visible_to(person).select_related("event").order_by("seq")
            mine = [data for data, group in told if index in group]
            assert [row.seq for row in rows] == list(range(1, len(mine) + 1))
            assert [row.event.data for row in rows] == mine
        assert Event.objects.count() == len([group for _, group in told if group])

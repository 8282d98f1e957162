from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.feed.models import Event, FeedHead, Pointer
from tradepost.kit.transactions import unit_of_work


def announce(*users: User, kind: str = "test.happened", **data: object) -> None:
    with unit_of_work():
        publish(kind=kind, user_ids=[user.pk for user in users], data=data)


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
        publish(kind="first", user_ids=[ann.pk], data={})
        publish(kind="second", user_ids=[bob.pk, ann.pk], data={})
        publish(kind="third", user_ids=[ann.pk], data={})

    kinds = Pointer.objects.visible_to(ann).order_by("seq").values_list("event__kind", flat=True)
    assert list(kinds) == ["first", "second", "third"]


def test_a_person_named_twice_gets_the_event_once(ann) -> None:
    announce(ann, ann)

    assert numbers_of(ann) == [1]


def test_an_event_for_nobody_is_not_written(db) -> None:
    announce()

    assert Event.objects.count() == 0


def test_nothing_is_published_outside_an_action(ann) -> None:
    with pytest.raises(RuntimeError, match="@atomic"):
        publish(kind="test", user_ids=[ann.pk], data={})


def test_nothing_is_left_of_what_was_rolled_back(ann) -> None:
    with pytest.raises(LookupError), unit_of_work():
        publish(kind="test", user_ids=[ann.pk], data={})
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


def test_the_cost_of_an_event_does_not_grow_with_its_people(
    ann, bob, charlie, dora, django_assert_num_queries
) -> None:
    announce(ann, bob, charlie, dora)

    # begin, move the heads, event, pointers, end
    with django_assert_num_queries(5):
        announce(ann, bob, charlie, dora)


@pytest.mark.django_db(transaction=True)
def test_parallel_publishers_leave_no_gap_and_no_double(ann, bob, charlie) -> None:
    people, rounds, threads = [ann, bob, charlie], 10, 4
    gate = Barrier(threads)

    def publish_some(number: int) -> None:
        gate.wait()
        try:
            for turn in range(rounds):
                left_out = (number + turn) % 3
                announce(*people[:left_out], *people[left_out + 1 :], turn=turn)
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


def test_what_is_kept_cannot_start_after_the_end(ann) -> None:
    with pytest.raises(IntegrityError):
        FeedHead.objects.create(user=ann, seq=1, kept_after=2)


class AnyActions(TestCase):
    @given(st.lists(st.lists(st.sets(st.integers(0, 2)), max_size=4), max_size=6))
    def test_whatever_is_published_every_feed_has_each_of_its_events_once_in_order(
        self, actions: list[list[set[int]]]
    ) -> None:
        people = [User.objects.create(username=name, email=f"{name}@example.com") for name in "abc"]

        for action in actions:
            with unit_of_work():
                for number, group in enumerate(action):
                    ids = [people[index].pk for index in group]
                    publish(kind="test", user_ids=ids, data={"number": number})

        for index, person in enumerate(people):
            told = [n for action in actions for n, group in enumerate(action) if index in group]
            rows = Pointer.objects.visible_to(person).select_related("event").order_by("seq")
            assert [row.seq for row in rows] == list(range(1, len(told) + 1))
            assert [row.event.data["number"] for row in rows] == told

"""Tags know no other app, so these tests tie them to tags."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tradepost.tags.actions.tagging import set_tags
from tradepost.tags.models import Tag, TaggedItem

labels = st.sets(st.sampled_from(["red", "green", "blue", "Red"]))


def labels_of(object_id: int, model=Tag) -> list[str]:
    return [item.tag.label for item in TaggedItem.objects.get_tags_for(model, object_id)]


def test_an_object_gets_its_labels(db) -> None:
    assert set_tags(model=Tag, labels_by_id={7: {"red", "green"}}) == 2
    assert labels_of(7) == ["green", "red"]


def test_labels_that_are_not_named_are_taken_off(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red", "green"]})

    assert set_tags(model=Tag, labels_by_id={7: ["green", "blue"]}) == 2
    assert labels_of(7) == ["blue", "green"]


def test_an_object_can_lose_all_its_labels(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"]})

    assert set_tags(model=Tag, labels_by_id={7: []}) == 1
    assert labels_of(7) == []


def test_the_same_labels_again_change_nothing(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"]})
    ids = list(TaggedItem.objects.values_list("id", flat=True))

    assert set_tags(model=Tag, labels_by_id={7: ["red"]}) == 0
    assert list(TaggedItem.objects.values_list("id", flat=True)) == ids


def test_a_label_named_twice_is_tied_once(db) -> None:
    assert set_tags(model=Tag, labels_by_id={7: ["red", "red"]}) == 1


def test_objects_share_their_tags(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"], 8: ["red"]})

    assert Tag.objects.count() == 1
    assert (labels_of(7), labels_of(8)) == (["red"], ["red"])


def test_a_deleted_tag_is_taken_off_everything(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red", "green"], 8: ["red"]})

    Tag.objects.get(label="red").delete()

    assert (labels_of(7), labels_of(8)) == (["green"], [])


def test_objects_that_are_not_named_keep_their_labels(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"], 8: ["red"]})

    set_tags(model=Tag, labels_by_id={7: ["blue"]})

    assert labels_of(8) == ["red"]


def test_the_same_number_of_another_kind_is_another_object(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"]})

    set_tags(model=TaggedItem, labels_by_id={7: ["blue"]})

    assert labels_of(7) == ["red"]
    assert labels_of(7, TaggedItem) == ["blue"]


def test_tags_are_read_in_one_query(db, django_assert_num_queries) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red", "green", "blue"]})
    ContentType.objects.get_for_model(Tag)

    with django_assert_num_queries(1):  # the items with their tags
        assert labels_of(7) == ["blue", "green", "red"]


def test_the_database_ties_a_tag_once(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"]})
    item = TaggedItem.objects.get()
    item.pk = None

    with pytest.raises(IntegrityError):
        item.save(force_insert=True)


def test_tying_many_objects_takes_no_more_queries_than_tying_one(
    db, django_assert_max_num_queries
) -> None:
    ContentType.objects.get_for_model(Tag)

    # begin, known tags, new tags, their ids, present ties, new ties, end
    with django_assert_max_num_queries(9):
        set_tags(model=Tag, labels_by_id={n: ["red", "green"] for n in range(100)})


class AnyLabels(TestCase):
    @settings(deadline=None)
    @given(st.lists(st.dictionaries(st.integers(1, 3), labels), max_size=5))
    def test_the_last_labels_that_were_set_are_the_ones_that_hold(
        self, calls: list[dict[int, set[str]]]
    ) -> None:
        expected: dict[int, set[str]] = {}

        for call in calls:
            set_tags(model=Tag, labels_by_id=call)
            expected |= call

        assert {n: set(labels_of(n)) for n in expected} == expected

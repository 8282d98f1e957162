"""Tags know no other app, so these tests tie them to tags."""

import pytest
from django.contrib.contenttypes.models import ContentType

from tradepost.tags.actions.tagging import forget_tags, set_tags
from tradepost.tags.models import Tag, TaggedItem
from tradepost.tags.queries import ids_with_label, read_labels


def test_tags_of_an_object_are_found_from_the_object_itself(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"]})

    items = TaggedItem.objects.get_tags_for(Tag(pk=7))

    assert [item.tag.label for item in items] == ["red"]


def test_tags_of_an_object_are_found_from_a_related_manager(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red", "green"], 8: ["red"]})
    red = Tag.objects.get(label="red")

    items = red.items.get_tags_for(Tag, 7)

    assert [(item.tag.label, item.object_id) for item in items] == [("red", 7)]


def test_labels_of_many_objects_are_read_in_one_query(db, django_assert_num_queries) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red", "green"], 8: ["blue"], 9: ["red"]})
    set_tags(model=TaggedItem, labels_by_id={7: ["black"]})

    with django_assert_num_queries(1):  # the items with their labels
        labels = read_labels(model=Tag, ids=[7, 8, 10])

    assert labels == {7: ["green", "red"], 8: ["blue"]}


@pytest.mark.parametrize("asked", ["Grün", "grün", "GRÜN"])
def test_a_label_is_found_however_it_is_capitalized(db, asked) -> None:
    set_tags(model=Tag, labels_by_id={7: ["Grün"], 8: ["grün"], 9: ["Grünlich"]})
    set_tags(model=TaggedItem, labels_by_id={10: ["Grün"]})

    assert set(ids_with_label(model=Tag, label=asked)) == {7, 8}


def test_a_label_is_no_pattern(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["50 %"], 8: ["50 x"]})

    assert list(ids_with_label(model=Tag, label="50 %")) == [7]


def test_tags_of_what_is_gone_are_forgotten(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red"], 8: ["red"]})
    set_tags(model=TaggedItem, labels_by_id={7: ["red"]})

    forget_tags(model=Tag, ids=[7])

    kind = ContentType.objects.get_for_model(TaggedItem)
    left = TaggedItem.objects.order_by("object_id").values_list("object_id", flat=True)
    assert list(left.exclude(content_type=kind)) == [8]
    assert list(left.filter(content_type=kind)) == [7]


def test_tags_in_use_are_counted(db) -> None:
    set_tags(model=Tag, labels_by_id={7: ["red", "blue"], 8: ["red"]})
    set_tags(model=TaggedItem, labels_by_id={7: ["red", "green"]})

    tags = Tag.objects.on(Tag).order_by("label")

    assert [(tag.label, tag.uses) for tag in tags] == [("blue", 1), ("red", 2)]

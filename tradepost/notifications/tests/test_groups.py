"""Notifications of one group are shown and read as one."""

from datetime import datetime

import pytest

from conftest import make_user
from tradepost.feed.models import Pointer
from tradepost.notifications import models
from tradepost.notifications.actions.notifications import (
    mark_group_read,
    mark_notification_read,
    open_notification,
)
from tradepost.notifications.actions.preferences import change_preferences
from tradepost.notifications.kinds import Channel
from tradepost.notifications.models import Notification
from tradepost.notifications.queries import MOST_COUNTED

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
GROUPED = "/api/v1/notifications/grouped/"
COUNT = "/api/v1/notifications/unread_count/"
READ = "/api/v1/notifications/mark_group_as_read/"


def texts(api, user) -> list[str]:
    return [row["text"] for row in api(user).get(GROUPED).json()["results"]]


def test_a_group_is_one_row_with_its_newest(api, ann, bob, charlie, wave) -> None:
    wave(ann, cause="a", actor=bob, group="party")
    wave(ann, cause="b", actor=charlie, group="party")

    [row] = api(ann).get(GROUPED).json()["results"]

    newest = Notification.objects.get(cause="b")
    assert {**row, "created_at": None} == {
        "group": "party",
        "newest": str(newest.pk),
        "kind": "test.waved",
        "text": "Charlie Example and 1 other waved.",
        "link": "/waves/2/",
        "count": 2,
        "unread_count": 2,
        "actors": [
            {"id": str(charlie.pk), "name": "Charlie Example"},
            {"id": str(bob.pk), "name": "Bob Example"},
        ],
        "created_at": None,
    }


def test_groups_come_newest_first_and_each_once(api, ann, bob, wave) -> None:
    wave(ann, cause="a", actor=bob, group="one")
    wave(ann, cause="b", actor=bob, group="two")
    wave(ann, cause="c", actor=bob, group="one")
    wave(ann, cause="d", actor=bob)

    rows = api(ann).get(GROUPED).json()["results"]

    assert [row["group"] for row in rows] == ["d", "one", "two"]


def test_groups_are_paged(api, ann, bob, wave) -> None:
    for number in range(21):
        wave(ann, cause=f"{number}:first", group=f"group:{number}")
        wave(ann, cause=f"{number}:second", group=f"group:{number}")

    first = api(ann).get(GROUPED).json()
    second = api(ann).get(first["next"]).json()

    assert [row["group"] for row in first["results"]] == [f"group:{n}" for n in range(20, 0, -1)]
    assert [row["group"] for row in second["results"]] == ["group:0"]


def test_one_who_did_it_often_is_one(api, ann, bob, wave) -> None:
    for cause in "abc":
        wave(ann, cause=cause, actor=bob, group="party")

    assert texts(api, ann) == ["Bob Example waved 2 times."]


def test_three_are_named_and_all_are_counted(api, ann, wave) -> None:
    for number in range(5):
        friend = make_user(f"friend{number}")
        wave(ann, cause=f"{number}", actor=friend, group="party")

    [row] = api(ann).get(GROUPED).json()["results"]

    assert row["text"] == "Friend4 Example and 4 others waved."
    assert [actor["name"][:7] for actor in row["actors"]] == ["Friend4", "Friend3", "Friend2"]


def test_somebody_who_left_is_counted_and_not_named(api, ann, bob, wave) -> None:
    wave(ann, cause="a", group="party")
    wave(ann, cause="b", actor=bob, group="party")

    [row] = api(ann).get(GROUPED).json()["results"]

    assert row["text"] == "Bob Example and 1 other waved."
    assert [actor["name"] for actor in row["actors"]] == ["Bob Example"]


def test_who_did_what_was_read_is_not_named_any_more(api, ann, bob, charlie, wave) -> None:
    wave(ann, cause="a", actor=bob, group="party")
    mark_group_read(user=ann, group="party", now=NOON)
    wave(ann, cause="b", actor=charlie, group="party")

    [row] = api(ann).get(GROUPED).json()["results"]

    assert (row["text"], row["count"], row["unread_count"]) == (
        "Charlie Example waved 2 times.",
        2,
        1,
    )


def test_what_others_were_told_is_in_nobody_elses_group(api, ann, bob, charlie, wave) -> None:
    wave(ann, cause="a", actor=bob, group="party")
    wave(charlie, cause="b", actor=bob, group="party")

    [row] = api(ann).get(GROUPED).json()["results"]

    assert row["count"] == 1
    assert row["newest"] == str(Notification.objects.get(user=ann).pk)


def test_a_group_goes_on_without_the_kinds_that_are_switched_off(api, ann, bob, wave) -> None:
    wave(ann, cause="a", kind="test.warned", group="party")
    wave(ann, cause="b", actor=bob, group="party")
    change_preferences(user=ann, switches={("test.waved", Channel.IN_APP): False})

    [row] = api(ann).get(GROUPED).json()["results"]

    assert (row["text"], row["count"]) == ("You are warned.", 1)


def test_groups_are_made_of_the_newest_notifications(api, ann, wave, monkeypatch) -> None:
    monkeypatch.setattr(models, "MOST_GROUPED", 2)
    for cause in ("old", "a", "b"):
        wave(ann, cause=cause, group="party" if cause != "b" else "")

    rows = api(ann).get(GROUPED).json()["results"]

    assert [(row["group"], row["count"]) for row in rows] == [("b", 1), ("party", 1)]


@pytest.mark.parametrize("groups", [1, 19])
def test_a_page_of_groups_takes_three_queries(
    groups, api, ann, bob, charlie, wave, django_assert_num_queries
) -> None:
    for number in range(groups):
        wave(ann, cause=f"{number}:b", actor=bob, group=f"group:{number}")
        wave(ann, cause=f"{number}:c", actor=charlie, group=f"group:{number}")

    with django_assert_num_queries(3):  # the newest with who did it, counts, other people
        api(ann).get(GROUPED)


def test_a_group_is_read_at_once(api, ann, wave) -> None:
    wave(ann, cause="a", group="party")
    wave(ann, cause="b", group="party")
    wave(ann, cause="c", group="other")

    assert api(ann).post(READ, {"group": "party"}).json() == {"marked": 2}
    assert api(ann).post(READ, {"group": "party"}).json() == {"marked": 0}
    assert [n.group for n in Notification.objects.unread()] == ["other"]
    kinds = Pointer.objects.visible_to(ann).values_list("event__kind", "event__data")
    assert [data for kind, data in kinds if kind == "notification.group_read"] == [
        {"group": "party", "count": 2, "up_to": None}
    ]


def test_nobody_reads_the_group_of_another(api, ann, bob, wave) -> None:
    wave(ann, cause="a", group="party")

    assert api(bob).post(READ, {"group": "party"}).json() == {"marked": 0}
    assert Notification.objects.unread().count() == 1


@pytest.mark.parametrize("body", [{}, {"group": ""}, {"group": "x" * 101}, {"group": ["a"]}])
def test_no_group_is_refused(body, api, ann) -> None:
    assert api(ann).post(READ, body).status_code == 400


def test_what_is_hidden_is_read_with_its_group(ann, wave) -> None:
    wave(ann, cause="a", group="party")
    change_preferences(user=ann, switches={("test.waved", Channel.IN_APP): False})

    assert mark_group_read(user=ann, group="party", now=NOON) == 1


def test_opening_one_reads_the_group_and_keeps_when_it_was_read(ann, wave) -> None:
    wave(ann, cause="a", group="party")
    wave(ann, cause="b", group="party")
    first, second = Notification.objects.order_by("cause")

    later = datetime.fromisoformat("2026-11-21T13:00:00+00:00")
    mark_notification_read(user=ann, notification_id=first.pk, now=NOON)
    open_notification(user=ann, notification_id=second.pk, now=later)

    read = Notification.objects.order_by("cause").values_list("read_at", flat=True)
    assert list(read) == [NOON, later]


def test_the_unread_are_counted(api, ann, bob, wave, django_assert_num_queries) -> None:
    wave(ann, bob, cause="a")
    wave(ann, cause="b")

    with django_assert_num_queries(1):  # the count
        answer = api(ann).get(COUNT).json()

    assert answer == {"count": 2}


def test_the_count_ends_at_a_hundred(api, ann) -> None:
    Notification.objects.bulk_create(
        Notification(user=ann, kind="test.warned", cause=f"{n}", group="g") for n in range(105)
    )

    assert api(ann).get(COUNT).json() == {"count": MOST_COUNTED} == {"count": 100}


@pytest.mark.parametrize(
    ("query", "causes"),
    [
        ("unread=true", ["c", "b"]),
        ("unread=false", ["a"]),
        ("kind=test.warned", ["c"]),
        ("", "cba"),
    ],
)
def test_the_list_is_narrowed(query, causes, api, ann, wave) -> None:
    wave(ann, cause="a")
    mark_group_read(user=ann, group="a", now=NOON)
    wave(ann, cause="b")
    wave(ann, cause="c", kind="test.warned")

    rows = api(ann).get(f"/api/v1/notifications/?{query}").json()["results"]

    assert [row["group"] for row in rows] == list(causes)


@pytest.mark.parametrize("query", ["unread=maybe", "kind=no.such", "kind=%00"])
def test_what_cannot_be_asked_is_refused(query, api, ann) -> None:
    assert api(ann).get(f"/api/v1/notifications/?{query}").status_code == 400

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

import tradepost
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.feed.models import Pointer
from tradepost.kit.errors import NotFound
from tradepost.notifications import kinds
from tradepost.notifications.actions.notifications import (
    mark_all_notifications_read,
    mark_notification_read,
    notify,
    withdraw_notifications,
)
from tradepost.notifications.kinds import Offer, link_for, register_kind, sentence_for
from tradepost.notifications.models import Notification

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
LATER = datetime.fromisoformat("2026-11-21T13:00:00+00:00")


def events_of(user) -> list[str]:
    rows = Pointer.objects.visible_to(user).order_by("seq")
    return list(rows.values_list("event__kind", flat=True))


def test_everybody_named_is_told(ann, bob, charlie, wave) -> None:
    wave(ann, bob)

    assert {n.user for n in Notification.objects.all()} == {ann, bob}


def test_nobody_is_told_twice_for_one_cause(ann, bob, wave) -> None:
    wave(ann)
    wave(ann, bob)

    assert Notification.objects.visible_to(ann).count() == 1
    assert Notification.objects.visible_to(bob).count() == 1


def test_another_cause_is_told_again(ann, wave) -> None:
    wave(ann, cause="wave:1")
    wave(ann, cause="wave:2")

    assert Notification.objects.visible_to(ann).count() == 2


def test_the_database_itself_keeps_a_cause_from_being_told_twice(ann, wave) -> None:
    wave(ann)

    with pytest.raises(IntegrityError):
        Notification.objects.create(user=ann, kind="test.waved", cause="wave:1", group="x")


def test_nobody_named_is_nobody_told(db, wave) -> None:
    wave()

    assert Notification.objects.count() == 0


def test_a_kind_that_nobody_registered_is_refused(ann) -> None:
    with pytest.raises(LookupError, match=r"test\.unheard_of"):
        notify(user_ids=[ann.pk], kind="test.unheard_of", cause="x")

    assert Notification.objects.count() == 0


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        register_kind("test.waved", sentence="Twice.", link=lambda data: "/")


def test_a_sentence_names_who_did_what(ann, bob, wave) -> None:
    wave(ann, actor=bob)

    assert sentence_for(Notification.objects.get()) == "Bob Example waved 2 times."


def test_a_sentence_without_a_person_says_somebody(ann, wave) -> None:
    wave(ann)

    assert sentence_for(Notification.objects.get()) == "Somebody waved 2 times."


def test_a_sentence_forgets_who_has_left(ann, bob, wave) -> None:
    wave(ann, actor=bob)

    close_account(user=bob)

    assert sentence_for(Notification.objects.get()) == "Somebody waved 2 times."


def test_a_name_is_no_template(ann, bob, wave) -> None:
    bob.first_name = "{times} {actor.password}"

    wave(ann, actor=bob)
    notification = Notification.objects.get()
    notification.actor = bob

    assert sentence_for(notification) == "{times} {actor.password} Example waved 2 times."


def test_a_link_is_made_of_the_ids_that_were_kept(ann, wave) -> None:
    wave(ann)

    assert link_for(Notification.objects.get()) == "/waves/2/"


def test_reading_a_notification_counts_the_first_time(ann, wave) -> None:
    wave(ann)
    pk = Notification.objects.get().pk

    mark_notification_read(user=ann, notification_id=pk, now=NOON)
    mark_notification_read(user=ann, notification_id=pk, now=LATER)

    assert Notification.objects.get().read_at == NOON
    assert events_of(ann) == ["notification.created", "notification.read"]


def test_other_peoples_notifications_cannot_be_read(ann, bob, wave) -> None:
    wave(ann)

    with pytest.raises(NotFound):
        mark_notification_read(user=bob, notification_id=Notification.objects.get().pk, now=NOON)

    assert Notification.objects.get().read_at is None


def test_reading_everything_leaves_other_people_alone(ann, bob, wave) -> None:
    wave(ann, bob, cause="wave:1")
    wave(ann, cause="wave:2")

    assert mark_all_notifications_read(user=ann, now=NOON) == 2
    assert mark_all_notifications_read(user=ann, now=LATER) == 0
    assert Notification.objects.visible_to(bob).unread().count() == 1
    assert events_of(ann)[-1] == "notification.all_read"
    assert len(events_of(ann)) == 3


def test_every_kind_that_the_code_names_is_registered() -> None:
    code = Path(tradepost.__file__).parent.rglob("actions/*.py")
    calls = [
        call
        for file in code
        for call in re.findall(r"notify\((.*?)\n    \)", file.read_text(), re.S)
    ]

    named = {kind for call in calls for kind in re.findall(r'kind="([^"]+)"', call)}

    assert "order.placed" in named
    assert named - kinds._kinds.keys() == set()


@pytest.mark.parametrize("people", [2, 100, 250])
def test_telling_takes_as_many_queries_for_many_as_for_two(people, ann, wave, settings) -> None:
    settings.VAPID_PRIVATE_KEY = "a key"
    users = [User(username=f"u{n}", email=f"u{n}@example.com") for n in range(people)]
    User.objects.bulk_create(users)
    # the notifications, the job of the pushes, the feed: heads with pointers, or both apart, with
    # the event, on MariaDB heads thrice; the transaction around it
    budget = 9 if connection.vendor == "mysql" else 7
    with CaptureQueriesContext(connection) as queries:
        wave(*users, cause="wave:2", actor=ann, group="waves")

    assert len(queries) <= budget
    assert Notification.objects.filter(cause="wave:2").count() == people


def test_a_cause_that_is_no_more_is_taken_back_from_everybody(ann, bob, wave) -> None:
    wave(ann, bob)
    wave(ann, cause="wave:2")

    assert withdraw_notifications(cause="wave:1") == 2

    assert [n.cause for n in Notification.objects.all()] == ["wave:2"]
    assert events_of(bob)[-1] == "notification.withdrawn"


def test_a_cause_is_taken_back_from_those_named(ann, bob, wave) -> None:
    wave(ann, bob)

    assert withdraw_notifications(cause="wave:1", user_ids=[bob.pk]) == 1

    assert [n.user for n in Notification.objects.all()] == [ann]
    assert "notification.withdrawn" not in events_of(ann)


def test_a_kind_cannot_be_out_of_the_list_for_everybody() -> None:
    with pytest.raises(ValueError, match="in the list"):
        register_kind("test.hidden", sentence="", link=lambda data: "/", in_app=Offer.OFF)

"""The list of what one was told, in the browser."""

import pytest

from tradepost.accounts.models import User
from tradepost.notifications.actions.notifications import notify
from tradepost.notifications.models import Notification, Preference

TALK = "01900000-0000-7000-8000-000000000000"


def tell(user: User, *, about: User, cause: str = "message:first", group: str = "") -> Notification:
    """Tell the user that somebody wrote."""
    notify(
        user_ids=[user.pk],
        kind="message.received",
        cause=cause,
        actor=about,
        data={"conversation": TALK},
        group=group,
    )
    return Notification.objects.get(user=user, cause=cause)


@pytest.fixture
def told(ann, bob) -> Notification:
    """What ann was told: that bob wrote to her."""
    return tell(ann, about=bob)


def test_the_list_says_who_did_what(client, ann, told):
    client.force_login(ann)

    answer = client.get("/notifications/")

    assert [group.text for group in answer.context["groups"]] == ["Bob Example wrote to you."]
    assert "Mark all as read" in answer.content.decode()


def test_opening_one_marks_it_read_and_leads_to_what_it_is_about(client, ann, told):
    client.force_login(ann)

    answer = client.post(f"/notifications/{told.pk}/")

    told.refresh_from_db()
    assert answer["Location"] == f"/inbox/{TALK}/"
    assert told.read_at is not None


def test_a_strangers_notification_is_a_404_and_stays_unread(client, charlie, told):
    client.force_login(charlie)

    answer = client.post(f"/notifications/{told.pk}/")

    told.refresh_from_db()
    assert (answer.status_code, told.read_at) == (404, None)


def test_marking_all_read_leaves_other_peoples_unread(client, ann, bob, told):
    tell(bob, about=ann)
    client.force_login(ann)

    answer = client.post("/notifications/read/")

    assert answer["Location"] == "/notifications/"
    assert list(Notification.objects.unread().values_list("user", flat=True)) == [bob.pk]


def test_nothing_is_marked_read_by_a_link(client, ann, told):
    client.force_login(ann)

    for address in ("/notifications/read/", f"/notifications/{told.pk}/"):
        assert client.get(address)["Location"] == "/notifications/"

    told.refresh_from_db()
    assert told.read_at is None


def test_the_list_takes_eight_queries_however_long_it_is(
    client, ann, bob, charlie, told, django_assert_num_queries
):
    for number in range(3):
        for actor in (bob, charlie):
            cause = f"message:{number}:{actor.username}"
            tell(ann, about=actor, cause=cause, group=f"conversation:{number}")
    client.force_login(ann)

    # session, user, place in the feed, the newest of each group with its actor, counts, people, and
    # what is unread: conversations, notifications
    with django_assert_num_queries(8):
        client.get("/notifications/")


def test_a_group_is_one_line_and_is_read_as_one(client, ann, bob, charlie):
    for number, actor in enumerate([bob, charlie, bob]):
        tell(ann, about=actor, cause=f"message:{number}", group="conversation:1")
    client.force_login(ann)

    [group] = client.get("/notifications/").context["groups"]
    client.post(f"/notifications/{group.newest.pk}/")

    assert (group.count, group.unread_count) == (3, 3)
    assert Notification.objects.unread().count() == 0


def test_preferences_are_chosen_in_a_form(client, ann):
    client.force_login(ann)
    page = client.get("/notifications/preferences/")
    boxes = {box.html_name: "on" for box in page.context["form"] if box.initial}

    boxes.pop("message.received:email")
    answer = client.post("/notifications/preferences/", {**boxes, "digest": "on"})

    assert answer["Location"] == "/notifications/preferences/"
    rows = Preference.objects.order_by("kind").values_list("kind", "channel", "is_on")
    assert list(rows) == [("", "digest", True), ("message.received", "email", False)]


def test_a_form_cannot_switch_what_is_fixed(client, ann):
    client.force_login(ann)
    page = client.get("/notifications/preferences/")
    boxes = {box.html_name: "on" for box in page.context["form"] if box.initial}

    assert boxes.pop("test.warned:email")
    client.post("/notifications/preferences/", boxes)

    assert Preference.objects.count() == 0


def test_the_worker_of_pushes_is_a_script_at_the_root(client, db):
    answer = client.get("/push-worker.js")

    assert answer["Content-Type"] == "text/javascript"
    assert "showNotification" in answer.content.decode()


def test_a_browser_is_asked_where_the_server_sends_pushes(client, ann, settings):
    client.force_login(ann)
    assert "data-key" not in client.get("/notifications/preferences/").content.decode()

    settings.VAPID_PUBLIC_KEY = "a-public-key"

    assert 'data-key="a-public-key"' in client.get("/notifications/preferences/").content.decode()

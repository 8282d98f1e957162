"""The list of what one was told, in the browser."""

import pytest

from tradepost.accounts.models import User
from tradepost.notifications.actions.notifications import notify
from tradepost.notifications.models import Notification

TALK = "01900000-0000-7000-8000-000000000000"


def tell(user: User, *, about: User, cause: str = "message:first") -> Notification:
    """Tell the user that somebody wrote."""
    data = {"conversation": TALK}
    notify(user_ids=[user.pk], kind="message.received", cause=cause, actor=about, data=data)
    return Notification.objects.get(user=user, cause=cause)


@pytest.fixture
def told(ann, bob) -> Notification:
    """What ann was told: that bob wrote to her."""
    return tell(ann, about=bob)


def test_the_list_says_who_did_what(client, ann, told):
    client.force_login(ann)

    answer = client.get("/notifications/")

    assert answer.context["rows"] == [(told, "Bob Example wrote to you.")]
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


def test_the_list_takes_five_queries_however_long_it_is(
    client, ann, bob, told, django_assert_num_queries
):
    for number in range(3):
        tell(ann, about=bob, cause=f"message:{number}")
    client.force_login(ann)

    # session, user, notifications with their actors, and what is unread: conversations,
    # notifications
    with django_assert_num_queries(5):
        client.get("/notifications/")

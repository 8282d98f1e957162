import pytest

from tradepost.notifications.actions.notifications import notify
from tradepost.notifications.models import Notification

LIST = "/api/v1/notifications/"
TALK = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def tell():
    """Tell somebody of so many messages of bob's."""

    def tell(user, actor, count: int = 1) -> None:
        for number in range(1, count + 1):
            notify(
                user_ids=[user.pk],
                kind="message.received",
                cause=f"message:{number}",
                actor=actor,
                data={"conversation": TALK},
            )

    return tell


def test_people_see_what_they_were_told_newest_first(api, ann, bob, tell) -> None:
    tell(ann, bob, 2)

    rows = api(ann).get(LIST).json()["results"]

    newest, oldest = Notification.objects.order_by("-id")
    assert [row["id"] for row in rows] == [str(newest.pk), str(oldest.pk)]
    assert {**rows[0], "created_at": None} == {
        "id": str(newest.pk),
        "kind": "message.received",
        "text": "Bob Example wrote to you.",
        "link": f"/inbox/{TALK}/",
        "data": {"conversation": TALK},
        "group": "message:2",
        "is_read": False,
        "created_at": None,
    }


def test_people_do_not_see_what_others_were_told(api, ann, bob, tell) -> None:
    tell(ann, bob)

    assert api(bob).get(LIST).json()["results"] == []


def test_visitors_are_told_nothing(api, db) -> None:
    assert api().get(LIST).status_code == 401


def test_a_notification_is_marked_read(api, ann, bob, tell) -> None:
    tell(ann, bob)
    notification = Notification.objects.get()

    answer = api(ann).patch(f"{LIST}{notification.pk}/mark_as_read/")

    assert answer.status_code == 200
    assert answer.json()["is_read"] is True
    assert answer.json()["text"] == "Bob Example wrote to you."


def test_another_users_notification_is_not_there(api, ann, bob, tell) -> None:
    tell(ann, bob)
    notification = Notification.objects.get()

    assert api(bob).patch(f"{LIST}{notification.pk}/mark_as_read/").status_code == 404
    assert api(ann).get(LIST).json()["results"][0]["is_read"] is False


def test_everything_is_marked_read_at_once(api, ann, bob, tell) -> None:
    tell(ann, bob, 3)

    assert api(ann).post(f"{LIST}mark_all_as_read/").json() == {"marked": 3}
    assert api(ann).post(f"{LIST}mark_all_as_read/").json() == {"marked": 0}


def test_a_page_of_notifications_takes_one_query(
    api, ann, bob, tell, django_assert_num_queries
) -> None:
    tell(ann, bob, 20)

    with django_assert_num_queries(1):  # the notifications with who did it
        api(ann).get(LIST)


def test_a_message_is_told_to_everybody_but_its_sender(api, ann, bob) -> None:
    start = {"participant_ids": [str(bob.pk)]}
    talk = api(ann).post("/api/v1/conversations/", start).json()["conversation_id"]

    api(ann).post("/api/v1/messages/", {"conversation": talk, "message_body": "Hello"})

    assert [row["text"] for row in api(bob).get(LIST).json()["results"]] == [
        "Ann Example wrote to you."
    ]
    assert api(ann).get(LIST).json()["results"] == []


def test_a_notification_of_a_message_leads_to_its_conversation(api, ann, bob) -> None:
    start = {"participant_ids": [str(bob.pk)]}
    talk = api(ann).post("/api/v1/conversations/", start).json()["conversation_id"]

    api(ann).post("/api/v1/messages/", {"conversation": talk, "message_body": "Hello"})

    assert [row["link"] for row in api(bob).get(LIST).json()["results"]] == [f"/inbox/{talk}/"]


def test_what_was_written_is_not_kept_in_a_notification(api, ann, bob) -> None:
    start = {"participant_ids": [str(bob.pk)]}
    talk = api(ann).post("/api/v1/conversations/", start).json()["conversation_id"]

    api(ann).post("/api/v1/messages/", {"conversation": talk, "message_body": "a secret"})

    assert "a secret" not in str(Notification.objects.values().get())

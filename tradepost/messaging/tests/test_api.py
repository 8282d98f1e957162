"""The API of messaging as clients meet it."""

from uuid import uuid4

import pytest

from tradepost.messaging.actions.conversations import open_conversation_about
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.tests.factories import make_conversation, say

CONVERSATIONS = "/api/v1/conversations/"
MESSAGES = "/api/v1/messages/"


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


def test_starting_a_conversation_answers_201_with_its_people(api, ann, bob):
    answer = api(ann).post(CONVERSATIONS, {"participant_ids": [str(bob.pk)]})

    assert answer.status_code == 201
    shown = answer.json()
    assert shown["conversation_id"] == str(Conversation.objects.get().pk)
    assert [p["user_id"] for p in shown["participants"]] == [str(ann.pk), str(bob.pk)]
    assert shown["messages"] == []


@pytest.mark.parametrize("ids", [[], "x", ["x"], [str(uuid4())], None])
def test_bad_people_are_400_on_the_field(api, ann, ids):
    answer = api(ann).post(CONVERSATIONS, {"participant_ids": ids})

    assert answer.status_code == 400
    assert set(answer.json()) == {"participant_ids"}


def test_nobodys_mail_address_is_shown(api, ann, bob, talk):
    say(ann, talk)

    shown = api(bob).get(CONVERSATIONS).content + api(bob).get(f"{CONVERSATIONS}{talk.pk}/").content

    assert b"@example.com" not in shown


def test_the_list_shows_last_message_count_and_unread(api, ann, bob, talk):
    say(ann, talk, "first")
    say(bob, talk, "second")
    say(bob, talk, "third")

    [shown] = api(ann).get(CONVERSATIONS).json()["results"]

    assert shown["message_count"] == 3
    assert shown["unread_count"] == 2
    assert shown["last_message"]["message_body"] == "third"
    assert shown["last_message"]["is_read"] is False
    assert "messages" not in shown


def test_the_list_has_the_newest_activity_first(api, ann, bob, charlie, talk):
    other = make_conversation(ann, charlie)
    say(ann, other)
    say(ann, talk)

    rows = api(ann).get(CONVERSATIONS).json()["results"]

    assert [row["conversation_id"] for row in rows] == [str(talk.pk), str(other.pk)]


def test_the_list_takes_three_queries_however_long_it_is(
    api, ann, bob, charlie, django_assert_num_queries
):
    for other in (bob, charlie):
        conversation = make_conversation(ann, other)
        for _ in range(3):
            say(other, conversation)
    open_conversation_about(subject=bob, title="", owner=ann, people=[charlie])
    client = api(ann)

    with django_assert_num_queries(3):  # conversations with counts, people, last messages
        assert len(client.get(CONVERSATIONS).json()["results"]) == 3


def test_the_list_is_paged_by_twenty(api, ann, bob):
    for number in range(21):
        open_conversation_about(subject=bob, title=str(number), owner=ann, people=[bob])
        Conversation.objects.filter(title=str(number)).update(dedupe_key=str(number))

    first = api(ann).get(CONVERSATIONS).json()
    second = api(ann).get(first["next"]).json()

    assert (len(first["results"]), len(second["results"])) == (20, 1)


def test_a_conversation_shows_its_newest_fifty_messages_oldest_first(
    api, ann, bob, talk, django_assert_num_queries
):
    for number in range(51):
        say(bob, talk, str(number))
    client = api(ann)

    with django_assert_num_queries(4):  # conversation, people, last message, newest messages
        shown = client.get(f"{CONVERSATIONS}{talk.pk}/").json()

    assert [m["message_body"] for m in shown["messages"]] == [str(n) for n in range(1, 51)]


def test_sending_answers_201_with_the_message(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "sender": str(uuid4())}

    answer = api(ann).post(MESSAGES, body)

    message = Message.objects.get()
    assert answer.status_code == 201
    assert message.sender == ann
    assert answer.json() == {
        "message_id": str(message.pk),
        "conversation": str(talk.pk),
        "seq": 1,
        "sender": {
            "user_id": str(ann.pk),
            "username": "ann",
            "first_name": "Ann",
            "last_name": "Example",
            "role": "guest",
        },
        "kind": "text",
        "message_body": "Hello",
        "parent_message": None,
        "sent_at": message.sent_at.isoformat().replace("+00:00", "Z"),
        "is_read": True,
    }


def test_sending_again_gives_the_same_answer_and_says_so(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "client_id": "phone-1"}

    first = api(ann).post(MESSAGES, body)
    again = api(ann).post(MESSAGES, body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"


def test_another_message_under_a_used_client_id_is_409(api, ann, talk):
    body = {"conversation": str(talk.pk), "message_body": "Hello", "client_id": "phone-1"}
    api(ann).post(MESSAGES, body)

    answer = api(ann).post(MESSAGES, body | {"message_body": "Goodbye"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "client_id_reused"


def test_content_is_another_name_for_the_body(api, ann, talk):
    answer = api(ann).post(MESSAGES, {"conversation": str(talk.pk), "content": "Hello"})

    assert answer.json()["message_body"] == "Hello"


@pytest.mark.parametrize(
    "body", [{}, {"message_body": ""}, {"message_body": "  "}, {"message_body": "x" * 20_001}]
)
def test_bad_bodies_are_400_on_the_field(api, ann, talk, body):
    answer = api(ann).post(MESSAGES, {"conversation": str(talk.pk), **body})

    assert answer.status_code == 400
    assert set(answer.json()) == {"message_body"}


def test_a_reply_names_its_parent(api, ann, bob, talk):
    question = say(bob, talk)

    answer = api(ann).post(
        MESSAGES,
        {
            "conversation": str(talk.pk),
            "message_body": "Yes",
            "parent_message": str(question.pk),
        },
    )

    assert answer.json()["parent_message"] == str(question.pk)


def test_strangers_see_the_same_404_for_a_conversation_as_for_none(api, ann, charlie, talk):
    message = say(ann, talk)
    stranger = api(charlie)

    def look(pk):
        return [
            stranger.get(f"{CONVERSATIONS}{pk}/"),
            stranger.get(f"{CONVERSATIONS}{pk}/messages/"),
            stranger.post(MESSAGES, {"conversation": str(pk), "message_body": "Hi"}),
            stranger.post(f"{MESSAGES}mark_conversation_as_read/", {"conversation_id": str(pk)}),
        ]

    for theirs, nothing in zip(look(talk.pk), look(uuid4()), strict=True):
        assert theirs.status_code == nothing.status_code == 404
        assert theirs.content == nothing.content
    assert stranger.get(f"{MESSAGES}{message.pk}/").status_code == 404
    assert stranger.get(CONVERSATIONS).json()["results"] == []
    assert stranger.get(MESSAGES).json()["results"] == []


def test_who_left_sees_nothing_any_more(api, ann, bob, talk):
    say(ann, talk)
    Participant.objects.filter(user=bob).update(left_seq=1)

    assert api(bob).get(f"{CONVERSATIONS}{talk.pk}/").status_code == 404
    assert api(bob).get(MESSAGES).json()["results"] == []


def test_who_joins_later_sees_what_comes_after(api, ann, bob, charlie, talk):
    say(ann, talk, "before")
    Participant.objects.create(conversation=talk, user=charlie, joined_seq=1, last_read_seq=1)
    [joining] = api(charlie).get(CONVERSATIONS).json()["results"]
    say(ann, talk, "after")

    shown = api(charlie).get(f"{CONVERSATIONS}{talk.pk}/").json()

    assert joining["last_message"] is None
    assert [m["message_body"] for m in shown["messages"]] == ["after"]
    assert shown["last_message"]["message_body"] == "after"


def test_visitors_are_401_everywhere(api, db):
    for url in (CONVERSATIONS, MESSAGES, "/api/v1/users/", "/api/v1/feed/"):
        assert api().get(url).status_code == 401


def test_messages_of_one_conversation_newest_first(api, ann, bob, charlie, talk):
    say(ann, talk, "1")
    say(ann, make_conversation(ann, charlie), "elsewhere")
    say(bob, talk, "2")

    nested = api(ann).get(f"{CONVERSATIONS}{talk.pk}/messages/").json()["results"]
    filtered = api(ann).get(MESSAGES, {"conversation_id": str(talk.pk)}).json()["results"]

    assert [m["message_body"] for m in nested] == ["2", "1"]
    assert nested == filtered


def test_a_bad_conversation_id_is_400(api, ann):
    assert api(ann).get(MESSAGES, {"conversation_id": "x"}).status_code == 400


def test_marking_read_is_the_callers_alone(api, ann, bob, talk):
    say(bob, talk)

    answer = api(ann).post(
        f"{MESSAGES}mark_conversation_as_read/", {"conversation_id": str(talk.pk)}
    )

    assert answer.json() == {"last_read_seq": 1}
    assert api(ann).get(CONVERSATIONS).json()["results"][0]["unread_count"] == 0
    [message] = api(ann).get(MESSAGES).json()["results"]
    assert message["is_read"] is True

"""What the caller has not read."""

import pytest
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message
from tradepost.messaging.actions.members import add_participant, remove_participant
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.tests.factories import make_conversation, say

MESSAGES = "/api/v1/messages/"
UNREAD = f"{MESSAGES}unread/"


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    ids = [bob.pk, charlie.pk]
    return start_conversation(starter=ann, participant_ids=ids, title="Boats")


def bodies(answer) -> list[str]:
    return [message["message_body"] for message in answer.json()["results"]]


def test_unread_is_what_others_wrote_beyond_ones_place_newest_first(api, ann, bob, talk, group):
    say(bob, talk, "read")
    api(ann).post(f"{MESSAGES}mark_conversation_as_read/", {"conversation_id": str(talk.pk)})
    say(bob, talk, "1")
    say(bob, group, "2")

    answer = api(ann).get(UNREAD)

    assert bodies(answer) == ["2", "1"]
    assert answer.json()["unread_count"] == 2
    assert [message["is_read"] for message in answer.json()["results"]] == [False, False]
    assert bodies(api(bob).get(UNREAD)) == []


def test_what_is_unread_is_shown_as_everywhere(api, ann, bob, talk):
    message = say(bob, talk, "Hello @ann")

    [shown] = api(ann).get(UNREAD).json()["results"]

    assert shown == api(ann).get(f"{MESSAGES}{message.pk}/").json()


def test_what_does_not_count(api, ann, bob, charlie, group):
    deleted = say(bob, group, "deleted")
    delete_message(deleter=bob, message_id=deleted.pk, now=timezone.now())
    hidden = say(bob, group, "hidden")
    Message.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
    block_person(blocker=ann, person_id=charlie.pk)
    say(charlie, group, "blocked")
    Participant.objects.filter(user=ann).update(last_read_seq=0)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    answer = api(ann).get(UNREAD)

    assert (bodies(answer), answer.json()["unread_count"]) == ([], 0)


def test_who_left_has_nothing_unread_and_who_joined_only_what_came_after(
    api, ann, bob, charlie, dora, group
):
    say(ann, group, "before")
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    add_participant(owner=ann, conversation_id=group.pk, user_id=dora.pk)
    say(ann, group, "after")

    assert bodies(api(charlie).get(UNREAD)) == []
    assert bodies(api(dora).get(UNREAD)) == ["after"]
    assert bodies(api(bob).get(UNREAD)) == ["after", "before"]


def test_the_number_goes_up_to_a_hundred(api, ann, bob, talk):
    for number in range(102):
        say(bob, talk, str(number))

    shown = api(ann).get(UNREAD).json()

    assert shown["unread_count"] == 100
    assert len(shown["results"]) == 20


def test_pages_of_what_is_unread_follow_one_another(api, ann, bob, talk):
    for number in range(5):
        say(bob, talk, str(number))
    client = api(ann)

    first = client.get(UNREAD, {"page_size": 3})
    second = client.get(first.json()["next"])

    assert bodies(first) + bodies(second) == ["4", "3", "2", "1", "0"]
    assert second.json()["next"] is None


def test_unread_costs_the_same_however_much_there_is_and_reads_only_what_is_shown(
    api, ann, bob, charlie, talk, django_assert_num_queries
):
    client = api(ann)
    for rows in (1, 20):
        for _ in range(rows):
            say(bob, talk)
            say(charlie, make_conversation(ann, charlie))
        # messages with senders, blocks, reactions, numbers of replies, how many
        with django_assert_num_queries(5) as queries:
            client.get(UNREAD)
    assert "request_hash" not in queries[0]["sql"]
    assert "password" not in queries[0]["sql"]


def test_marking_a_message_read_moves_the_place_to_it(api, ann, bob, talk):
    say(bob, talk, "1")
    second = say(bob, talk, "2")
    say(bob, talk, "3")

    shown = api(ann).patch(f"{MESSAGES}{second.pk}/mark_as_read/").json()

    assert (shown["message_body"], shown["is_read"]) == ("2", True)
    assert bodies(api(ann).get(UNREAD)) == ["3"]


def test_marking_unread_from_here_lasts_until_one_reads_on(api, ann, bob, talk):
    first, second = say(bob, talk, "1"), say(bob, talk, "2")
    client = api(ann)
    client.patch(f"{MESSAGES}{second.pk}/mark_as_read/")

    shown = client.post(f"{MESSAGES}{second.pk}/mark_as_unread/").json()

    assert shown["is_read"] is False
    assert bodies(client.get(UNREAD)) == ["2"]
    assert [m["is_read"] for m in client.get(MESSAGES).json()["results"]] == [False, True]
    client.patch(f"{MESSAGES}{first.pk}/mark_as_read/")
    assert bodies(client.get(UNREAD)) == []


def test_what_is_unread_cannot_be_marked_unread(api, ann, bob, talk):
    answer = api(ann).post(f"{MESSAGES}{say(bob, talk).pk}/mark_as_unread/")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_place")


def test_marking_a_conversation_read_is_the_callers_alone(api, ann, bob, charlie, group):
    say(bob, group, "1")
    say(bob, group, "2")
    address = f"{MESSAGES}mark_conversation_as_read/"

    part = api(ann).post(address, {"conversation_id": str(group.pk), "up_to_seq": 1})
    rest = bodies(api(ann).get(UNREAD))
    whole = api(ann).post(address, {"conversation_id": str(group.pk)})

    assert (part.json(), whole.json()) == ({"last_read_seq": 1}, {"last_read_seq": 2})
    assert (rest, bodies(api(ann).get(UNREAD))) == (["2"], [])
    assert bodies(api(charlie).get(UNREAD)) == ["2", "1"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "conversation_id"), ({"conversation_id": "x"}, "conversation_id")],
)
def test_a_bad_mark_is_400_on_the_field(api, ann, body, field):
    answer = api(ann).post(f"{MESSAGES}mark_conversation_as_read/", body)

    assert answer.status_code == 400
    assert set(answer.json()) == {field}

"""How often somebody may write."""

from uuid import uuid4

import pytest
from time_machine import travel

from conftest import make_user
from tradepost.messaging.limits import Messages, NewConversations, Reactions
from tradepost.messaging.models import Message
from tradepost.messaging.tests.factories import make_conversation, say

CONVERSATIONS = "/api/v1/conversations/"
MESSAGES = "/api/v1/messages/"
NOON = "2026-11-21T12:00:00Z"


@pytest.fixture(autouse=True)
def two_each(db, settings, monkeypatch) -> None:
    settings.RATE_LIMITS = True
    for limit in (Messages, NewConversations, Reactions):
        monkeypatch.setattr(limit, "most", 2)


def send(client, conversation, client_id=None):
    body = {"conversation": str(conversation.pk), "message_body": "Hello"}
    return client.post(MESSAGES, {**body, "client_id": client_id or str(uuid4())})


def test_what_was_refused_comes_through_later_under_the_same_id(api, ann, bob):
    talk, mine = make_conversation(ann, bob), str(uuid4())
    with travel(NOON, tick=False) as clock:
        for _ in range(2):
            send(api(ann), talk)
        refused = send(api(ann), talk, mine)
        clock.shift(int(refused["Retry-After"]))
        sent = send(api(ann), talk, mine)

    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert sent.status_code == 201
    assert Message.objects.filter(client_id=mine).count() == 1


@travel(NOON, tick=False)
def test_what_is_refused_is_not_remembered_as_the_answer(api, ann, bob, settings):
    talk, headers = make_conversation(ann, bob), {"Idempotency-Key": str(uuid4())}
    body = {"conversation": str(talk.pk), "message_body": "Hello"}
    for _ in range(2):
        send(api(ann), talk)
    assert api(ann).post(MESSAGES, body, headers=headers).status_code == 429
    settings.RATE_LIMITS = False

    assert api(ann).post(MESSAGES, body, headers=headers).status_code == 201


@travel(NOON, tick=False)
def test_changes_count_as_messages(api, ann, bob):
    talk = make_conversation(ann, bob)
    mine = send(api(ann), talk).json()["message_id"]

    answers = [
        api(ann).patch(f"{MESSAGES}{mine}/", {"message_body": f"v{n}"}).status_code
        for n in range(2)
    ]

    assert answers == [200, 429]


@travel(NOON, tick=False)
def test_each_sender_has_a_limit_of_their_own(api, ann, bob):
    talk = make_conversation(ann, bob)
    for _ in range(3):
        send(api(ann), talk)

    assert send(api(bob), talk).status_code == 201


@travel(NOON, tick=False)
@pytest.mark.parametrize("door", ["conversations", "messages"])
def test_strangers_are_written_to_only_so_often(api, ann, monkeypatch, door):
    monkeypatch.setattr(Messages, "most", 100)
    people = [str(make_user(f"stranger{n}").pk) for n in range(3)]
    ways = {
        "conversations": lambda pk: (CONVERSATIONS, {"participant_ids": [pk]}),
        "messages": lambda pk: (MESSAGES, {"receiver": pk, "message_body": "Buy"}),
    }

    answers = [api(ann).post(*ways[door](pk)).status_code for pk in people]

    assert answers == [201, 201, 429]


@travel(NOON, tick=False)
def test_whom_one_talks_with_is_no_stranger(api, ann, bob, monkeypatch):
    monkeypatch.setattr(Messages, "most", 100)
    make_conversation(ann, bob)

    for _ in range(3):
        written = api(ann).post(MESSAGES, {"receiver": str(bob.pk), "message_body": "Hello"})
        opened = api(ann).post(CONVERSATIONS, {"participant_ids": [str(bob.pk)]})
        assert (written.status_code, opened.status_code) == (201, 201)


@travel(NOON, tick=False)
@pytest.mark.parametrize("body", [{"receiver": "x"}, {"receiver": None}, {"participant_ids": "x"}])
def test_what_makes_no_sense_is_400_and_no_fault(api, ann, body):
    for door in (MESSAGES, CONVERSATIONS):
        assert api(ann).post(door, body, format="json").status_code == 400


@travel(NOON, tick=False)
def test_putting_and_taking_reactions_has_a_limit(api, ann, bob):
    message = say(bob, make_conversation(ann, bob))
    path = f"{MESSAGES}{message.pk}/reactions/"

    answers = [
        api(ann).post(path, {"emoji": "👍"}).status_code,
        api(ann).delete(f"{path}?emoji=👍").status_code,
        api(ann).delete(f"{path}?emoji=👍").status_code,
    ]

    assert answers == [200, 204, 429]


@travel(NOON, tick=False)
def test_reading_has_none(api, ann, bob):
    talk = make_conversation(ann, bob)

    assert {api(ann).get(f"{CONVERSATIONS}{talk.pk}/").status_code for _ in range(5)} == {200}

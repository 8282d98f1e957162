"""What the apps put into the feed arrives over the socket, and its commands are the endpoints'."""

from uuid import UUID, uuid4

import httpx
import pytest

from tradepost.accounts.actions.blocks import block_person
from tradepost.feed.actions.publishing import publish
from tradepost.feed.kinds import list_events, types_of
from tradepost.feed.tests.live import Live, cookie_of, numbers, session_of, token_of
from tradepost.kit.transactions import unit_of_work
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message, edit_message
from tradepost.messaging.actions.members import leave_conversation, remove_participant
from tradepost.messaging.models import Message, Participant
from tradepost.messaging.tests.factories import make_conversation, say

pytest_plugins = ["tradepost.feed.tests.live"]


def post(live: Live, user, path: str, body: dict) -> httpx.Response:
    with httpx.Client(base_url=live.http, headers=token_of(user)) as client:
        return client.post(path, json=body)


def do(client, command: str, **data: object) -> dict:
    client.say(command, ref=str(uuid4()), data=data)
    return client.hear("answer")


@pytest.fixture
def talk(transactional_db, ann, bob):
    """A conversation of ann and bob."""
    return make_conversation(ann, bob)


def the_same_but_for_names_and_times(answer: dict) -> dict:
    changing = {"message_id", "seq", "client_id", "sent_at", "message_body"}
    return {name: value for name, value in answer.items() if name not in changing}


# --- Commands --------------------------------------------------------------------------------


def test_a_message_is_answered_as_http_does(live, ann, talk) -> None:
    by_http = post(live, ann, "messages/", {"conversation": str(talk.pk), "message_body": "One"})

    client = live.enter(ann)
    client.say("message.send", ref="r", data={"conversation": str(talk.pk), "message_body": "Two"})
    answer = client.hear("answer")

    assert sorted(answer) == ["data", "ref", "status", "type"]
    assert (answer["ref"], answer["status"]) == ("r", by_http.status_code) == ("r", 201)
    assert sorted(answer["data"]) == sorted(by_http.json())
    assert the_same_but_for_names_and_times(answer["data"]) == the_same_but_for_names_and_times(
        by_http.json()
    )
    assert Message.objects.get(seq=2).sender == ann


def test_a_message_reaches_the_other_and_oneself(live, ann, bob, talk) -> None:
    of_ann, of_bob = live.enter(ann), live.enter(bob)

    message = do(of_ann, "message.send", conversation=str(talk.pk), message_body="Hello")["data"]

    [row] = of_ann.rows(1)
    said = {"conversation": str(talk.pk), "message": message["message_id"], "seq": 1}
    assert (row["kind"], row["data"]) == ("message.created", said)
    assert said in [one["data"] for one in of_bob.rows(2) if one["kind"] == "message.created"]


def test_the_same_client_id_is_the_same_message(live, ann, talk) -> None:
    client = live.enter(ann)
    said = {"conversation": str(talk.pk), "message_body": "Hello", "client_id": str(uuid4())}

    first, second = do(client, "message.send", **said), do(client, "message.send", **said)
    third = do(live.enter(ann), "message.send", **said)

    assert first["status"] == 201
    assert {one["data"]["message_id"] for one in (first, second, third)} == {
        first["data"]["message_id"]
    }
    by_http = post(live, ann, "messages/", said)
    assert (second["status"], second["data"]) == (by_http.status_code, by_http.json())
    assert Message.objects.count() == 1


def test_a_client_id_for_another_message_is_refused(live, ann, talk) -> None:
    client = live.enter(ann)
    said = {"conversation": str(talk.pk), "client_id": str(uuid4())}
    do(client, "message.send", **said, message_body="Hello")

    answer = do(client, "message.send", **said, message_body="Goodbye")

    by_http = post(live, ann, "messages/", {**said, "message_body": "Goodbye"})
    assert (answer["status"], answer["data"]) == (by_http.status_code, by_http.json())
    assert answer["status"] == 409
    assert Message.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"message_body": ""}])
def test_a_refusal_is_the_endpoints(live, ann, talk, body) -> None:
    said = {"conversation": str(talk.pk), **body}
    by_http = post(live, ann, "messages/", said)

    answer = do(live.enter(ann), "message.send", **said)

    assert (answer["status"], answer["data"]) == (by_http.status_code, by_http.json())
    assert not Message.objects.filter(body="").exists()


def test_a_stranger_finds_no_conversation(live, charlie, talk) -> None:
    said = {"conversation": str(talk.pk), "message_body": "Hello"}
    by_http = post(live, charlie, "messages/", said)

    answer = do(live.enter(charlie), "message.send", **said)

    assert (answer["status"], answer["data"]) == (404, by_http.json())
    assert not Message.objects.exists()


def test_who_is_blocked_cannot_send(live, ann, bob, talk) -> None:
    client = live.enter(ann)
    block_person(blocker=bob, person_id=ann.pk)
    said = {"conversation": str(talk.pk), "message_body": "Hello"}

    answer = do(client, "message.send", **said)

    by_http = post(live, ann, "messages/", said)
    assert (answer["status"], answer["data"]) == (by_http.status_code, by_http.json())
    assert not Message.objects.exists()


def test_who_sends_too_much_is_told_when_to_try_again(settings, live, ann, talk) -> None:
    settings.RATE_LIMITS = True
    client = live.enter(ann)
    answers = []

    while not answers or answers[-1]["status"] == 201:
        assert len(answers) < 99
        answers.append(do(client, "message.send", conversation=str(talk.pk), message_body="Hello"))

    assert answers[-1]["status"] == 429
    assert 0 < answers[-1]["retry_after_seconds"] <= 3600
    assert Message.objects.count() == len(answers) - 1


def test_commands_are_done_in_their_order(live, ann, talk) -> None:
    client = live.enter(ann)

    for number in range(20):
        said = {"conversation": str(talk.pk), "message_body": str(number)}
        client.say("message.send", ref=number, data=said)

    answers = [client.hear("answer") for _ in range(20)]
    assert [answer["ref"] for answer in answers] == list(range(20))
    bodies = Message.objects.order_by("seq").values_list("body", flat=True)
    assert list(bodies) == [str(number) for number in range(20)]


def test_a_conversation_is_read_up_to_a_message(live, ann, bob, talk) -> None:
    say(bob, talk)
    client = live.enter(ann)

    answer = do(client, "conversation.read", conversation_id=str(talk.pk), up_to_seq=1)

    assert (answer["status"], Participant.objects.get(user=ann).last_read_seq) == (200, 1)
    assert client.rows(1)[0]["kind"] == "conversation.read"


def test_a_closed_account_cannot_send(live, ann, talk) -> None:
    client = live.enter(ann)
    type(ann).objects.filter(pk=ann.pk).update(is_active=False)

    answer = do(client, "message.send", conversation=str(talk.pk), message_body="Hello")

    assert answer["status"] == 401
    assert not Message.objects.exists()


def test_a_page_sends_by_its_session_without_a_token_against_forgery(live, ann, talk) -> None:
    client = live.connect(
        additional_headers=cookie_of(session_of(ann)), origin=f"http://{live.host}"
    )
    client.say("hello")
    client.hear("welcome")

    answer = do(client, "message.send", conversation=str(talk.pk), message_body="Hello")

    assert answer["status"] == 201


@pytest.mark.parametrize("name", ["Tradepost.User-Of-Socket", "tradepost.user_of_socket"])
def test_no_header_makes_a_request_somebodys(live, ann, talk, name) -> None:
    said = {"conversation": str(talk.pk), "message_body": "Hello"}

    answer = httpx.post(live.http + "messages/", json=said, headers={name: str(ann.pk)})

    assert answer.status_code == 401
    assert not Message.objects.exists()


# --- Rows ------------------------------------------------------------------------------------


SAMPLES = {UUID: str(uuid4()), str: "é", int: 7, bool: True}


def happens_all(user) -> int:
    """Publish an event of every kind that there is; return how many."""
    for name, kind in list_events().items():
        facts = {
            field: next(SAMPLES[one] for one in SAMPLES if one in types_of(said))
            for field, said in kind.fields.items()
        }
        with unit_of_work():
            publish(kind=name, user_ids=[user.pk], data=facts)
    return len(list_events())


def test_every_kind_of_event_comes_as_asking_has_it(live, ann) -> None:
    at_hand = live.enter(ann)
    live.settle(ann)

    count = happens_all(ann)

    asked = live.ask(ann, after=0)["results"]
    assert count > 20
    assert at_hand.rows(count) == live.enter(ann, seq=0).rows(count) == asked


def test_everything_that_happens_comes_as_asking_has_it(live, ann, bob, talk) -> None:
    client = live.enter(ann, seq=0)
    first = say(bob, talk, "Hello")
    edit_message(editor=bob, message_id=first.pk, body="Hello there", now=first.sent_at)
    delete_message(deleter=bob, message_id=first.pk, now=first.sent_at)
    do(client, "message.send", conversation=str(talk.pk), message_body="Bye")
    block_person(blocker=ann, person_id=bob.pk)

    asked = live.ask(ann, after=0)
    rows = client.rows(len(asked["results"]))

    assert rows == asked["results"]
    kinds = {row["kind"] for row in rows}
    assert kinds >= {"message.created", "message.edited", "message.deleted", "person.blocked"}


def test_who_is_removed_gets_nothing_more_of_a_conversation(live, ann, bob, charlie) -> None:
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Three")
    client = live.enter(charlie)
    say(ann, group)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    say(ann, group, "Without charlie")

    elsewhere = make_conversation(ann, charlie)
    say(ann, elsewhere)

    rows = []
    while not any(row["data"].get("conversation") == str(elsewhere.pk) for row in rows):
        rows += client.rows(1)
    messages = [row["data"] for row in rows if row["kind"] == "message.created"]
    of_the_group = [one["seq"] for one in messages if one["conversation"] == str(group.pk)]
    assert of_the_group == [1, 2]  # the second one says that charlie was removed; not the third


def test_who_left_gets_nothing_more_of_a_conversation(live, ann, bob, charlie) -> None:
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Three")
    leave_conversation(user=charlie, conversation_id=group.pk)
    client = live.enter(charlie)

    say(ann, group)

    assert client.hears_no("feed")
    assert numbers(live.ask(charlie)["results"]) == list(range(1, live.ask(charlie)["seq"] + 1))

"""What messages said earlier."""

import pytest
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message, edit_message, restore_message
from tradepost.messaging.models import Conversation, Message, MessageHistory
from tradepost.messaging.tests.factories import say

MESSAGES = "/api/v1/messages/"


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    ids = [bob.pk, charlie.pk]
    return start_conversation(starter=ann, participant_ids=ids, title="Boats")


@pytest.fixture
def message(ann, group) -> Message:
    """Says "three" and said "one" and "two"."""
    message = say(ann, group, "one")
    for body in ("two", "three"):
        edit_message(editor=ann, message_id=message.pk, body=body, now=timezone.now())
    return message


def history_of(message: Message) -> str:
    return f"{MESSAGES}{message.pk}/history/"


def test_the_history_is_newest_first_with_who_and_when(api, bob, message):
    shown = api(bob).get(history_of(message)).json()["results"]

    kept = MessageHistory.objects.get(version=2)
    assert [(row["version"], row["message_body"]) for row in shown] == [(2, "two"), (1, "one")]
    assert shown[0]["editor"]["username"] == "ann"
    assert shown[0]["edited_at"] == kept.edited_at.isoformat().replace("+00:00", "Z")


def test_an_edit_that_changes_nothing_leaves_no_history(api, ann, message):
    answer = api(ann).patch(f"{MESSAGES}{message.pk}/", {"message_body": " three "})

    assert answer.json()["version"] == 3
    assert len(api(ann).get(history_of(message)).json()["results"]) == 2


def test_the_history_is_paged(api, ann, message, django_assert_num_queries):
    client = api(ann)

    with django_assert_num_queries(3):  # message, blocks, history with editors
        first = client.get(history_of(message), {"page_size": 1}).json()
    second = client.get(first["next"]).json()

    assert [row["message_body"] for row in (*first["results"], *second["results"])] == [
        "two", "one",
    ]  # fmt: skip
    assert second["next"] is None


@pytest.mark.parametrize("what", ["deleted", "hidden", "withheld"])
def test_what_is_not_to_be_read_has_no_history(api, ann, bob, message, what):
    if what == "deleted":
        delete_message(deleter=ann, message_id=message.pk, now=timezone.now())
    elif what == "hidden":
        Message.objects.filter(pk=message.pk).update(hidden_at=timezone.now())
    else:
        block_person(blocker=bob, person_id=ann.pk)

    answer = api(bob).get(history_of(message))

    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_a_restored_message_has_its_history_again(api, ann, bob, message):
    delete_message(deleter=ann, message_id=message.pk, now=timezone.now())
    restore_message(restorer=ann, message_id=message.pk)

    shown = api(bob).get(history_of(message)).json()["results"]

    assert [row["message_body"] for row in shown] == ["", "three", "two", "one"]

"""Senders learn what has reached a device of the reader, and nobody else does."""

import pytest

from tradepost.accounts.actions.blocks import block_person
from tradepost.feed.consumers import social
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import leave_conversation
from tradepost.messaging.tests.factories import make_conversation, say

pytest_plugins = ["tradepost.feed.tests.live"]


@pytest.fixture(autouse=True)
def soon(monkeypatch) -> None:
    """What comes after seconds comes after moments."""
    monkeypatch.setattr(social, "RECEIPTS_SECONDS", 0.05)


@pytest.fixture
def group(transactional_db, ann, bob, charlie):
    """A conversation of ann, who owns it, bob and charlie."""
    return start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Three")


def take(client, count: int = 1) -> None:
    """Apply some rows and say so."""
    client.rows(count)
    client.ack()


def test_the_sender_learns_that_a_message_has_come_after_the_ack(live, ann, bob) -> None:
    talk = make_conversation(ann, bob)
    of_ann, of_bob = live.enter(ann), live.enter(bob)
    say(ann, talk)
    of_bob.rows(2)
    assert of_ann.hears_no("delivered")

    of_bob.ack()

    assert of_ann.hear("delivered") == {
        "type": "delivered", "conversation": str(talk.pk), "user": str(bob.pk), "seq": 1,
    }  # fmt: skip
    assert of_ann.hears_no("delivered")


def test_of_many_messages_the_last_is_told(live, ann, bob) -> None:
    talk = make_conversation(ann, bob)
    of_ann, of_bob = live.enter(ann), live.enter(bob)
    for number in range(5):
        say(ann, talk, str(number))

    take(of_bob, 10)

    assert of_ann.hear("delivered")["seq"] == 5


def test_nobody_else_learns_it(live, ann, bob, charlie, group) -> None:
    of_ann, of_bob, of_charlie = (live.enter(user) for user in (ann, bob, charlie))
    say(ann, group)

    take(of_bob, 2)

    assert of_ann.hear("delivered")["user"] == str(bob.pk)
    assert of_bob.hears_no("delivered")
    assert of_charlie.hears_no("delivered")


def test_ones_own_other_device_is_no_delivery(live, ann, bob) -> None:
    talk = make_conversation(ann, bob)
    first, second = live.enter(ann), live.enter(ann)
    say(ann, talk)

    take(second)

    assert first.hears_no("delivered")


@pytest.mark.parametrize("ann_blocks", [True, False])
def test_a_block_keeps_receipts_back(live, ann, bob, ann_blocks) -> None:
    talk = make_conversation(ann, bob)
    of_ann, of_bob = live.enter(ann), live.enter(bob)
    say(ann, talk)
    of_bob.rows(2)
    blocker, person = (ann, bob) if ann_blocks else (bob, ann)
    block_person(blocker=blocker, person_id=person.pk)

    of_bob.ack()

    assert of_ann.hears_no("delivered")


@pytest.mark.parametrize("who", ["sender", "reader"])
def test_who_is_gone_from_a_conversation_is_in_no_receipt(
    live, ann, bob, charlie, group, who
) -> None:
    sender, reader = (charlie, bob) if who == "sender" else (bob, charlie)
    of_sender, of_reader = live.enter(sender), live.enter(reader)
    say(sender, group)
    of_reader.rows(1)
    leave_conversation(user=charlie, conversation_id=group.pk)

    of_reader.ack()

    assert of_sender.hears_no("delivered")

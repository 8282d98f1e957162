"""What the house says in conversations, and the cards of other apps."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.utils import timezone

from tradepost.kit.errors import Conflict
from tradepost.messaging import payloads
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message, edit_message
from tradepost.messaging.actions.saying import press_button, say_in_system_message, send_card
from tradepost.messaging.errors import (
    MessageDeleted,
    NoSuchConversation,
    NoSuchMessage,
    SendersOnly,
)
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.payloads import Card, payload_of, register_card, sentence_of
from tradepost.messaging.tests.factories import make_conversation
from tradepost.notifications.models import Notification


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


class SoldOut(Conflict):
    code = "sold_out"


@pytest.fixture
def offer(monkeypatch) -> Iterator[list[tuple[Message, str]]]:
    """A card with a button that works once."""
    pressed: list[tuple[Message, str]] = []

    def press(*, message, presser, button) -> None:
        if pressed:
            raise SoldOut("Somebody was faster.")
        pressed.append((message, presser.username))

    monkeypatch.setattr(payloads, "_cards", {})
    card = Card(
        text=lambda data: f"Offer: {data['cents']} cents", buttons=frozenset({"take"}), press=press
    )
    register_card("offer", 1, card)
    return pressed


def test_what_the_house_says_takes_its_number_and_is_no_message_to_be_told_of(ann, bob, talk):
    message = say_in_system_message(
        conversation=talk, kind=payloads.JOINED, actor=ann, people=[str(bob.pk)]
    )

    talk.refresh_from_db()
    assert (message.seq, talk.last_seq, message.sender) == (1, 1, None)
    assert not Notification.objects.exists()
    assert not Message.unread.for_user(bob).exists()


def test_a_sentence_has_the_names_of_now_and_somebody_for_who_is_gone(ann, bob):
    payload = payload_of(payloads.JOINED, {"actor": str(ann.pk), "people": [str(bob.pk)]})

    assert sentence_of(payload, {ann.pk: "Ann"}) == "Ann added somebody."
    assert payloads.people_of(payload) == {ann.pk, bob.pk}


def test_every_sentence_can_be_said():
    data = {"actor": str(UUID(int=1)), "people": [str(UUID(int=2))], "state": "closed"}

    for kind in payloads.SENTENCES:
        sentence = sentence_of(payload_of(kind, data), {UUID(int=1): "Ann", UUID(int=2): "Bob"})
        assert sentence.startswith("Ann ")
        assert "{" not in sentence


def test_a_card_carries_its_data_and_a_text_for_those_who_do_not_know_it(ann, bob, talk, offer):
    message = send_card(conversation_id=talk.pk, type="offer", data={"cents": 250}, sender=ann)

    assert (message.kind, message.body) == ("card", "Offer: 250 cents")
    assert message.payload == {"type": "offer", "version": 1, "data": {"cents": 250}}
    assert list(Message.unread.for_user(bob)) == [message]


def test_the_house_may_send_a_card_itself(talk, offer):
    message = send_card(conversation_id=talk.pk, type="offer", data={"cents": 1})

    assert message.sender is None
    assert Notification.objects.count() == 2


@pytest.mark.parametrize(("type_", "version"), [("offer", 2), ("nothing", 1)])
def test_nobody_sends_a_card_that_nobody_registered(talk, offer, type_, version):
    with pytest.raises(LookupError):
        send_card(conversation_id=talk.pk, type=type_, data={}, version=version)

    assert not Message.objects.exists()


def test_a_card_is_registered_once(offer):
    with pytest.raises(ValueError, match="registered already"):
        register_card("offer", 1, Card(text=lambda data: ""))


def test_a_button_does_what_the_card_says_and_a_refusal_changes_nothing(ann, bob, talk, offer):
    card = send_card(conversation_id=talk.pk, type="offer", data={"cents": 250}, sender=ann)

    press_button(presser=bob, message_id=card.pk, button="take")
    with pytest.raises(SoldOut):
        press_button(presser=bob, message_id=card.pk, button="take")

    assert [name for _, name in offer] == ["bob"]


def test_only_members_press_buttons_that_are_there(ann, bob, charlie, talk, offer):
    card = send_card(conversation_id=talk.pk, type="offer", data={"cents": 250}, sender=ann)

    with pytest.raises(NoSuchMessage):
        press_button(presser=charlie, message_id=card.pk, button="take")
    with pytest.raises(NoSuchMessage):
        press_button(presser=bob, message_id=card.pk, button="steal")
    Participant.objects.filter(user=bob).update(left_seq=1)
    with pytest.raises(NoSuchConversation):
        press_button(presser=bob, message_id=card.pk, button="take")

    assert offer == []


def test_a_card_that_was_taken_back_has_no_buttons_and_cannot_be_reworded(ann, bob, talk, offer):
    card = send_card(conversation_id=talk.pk, type="offer", data={"cents": 250}, sender=ann)

    with pytest.raises(SendersOnly):
        edit_message(editor=ann, message_id=card.pk, body="Cheaper", now=timezone.now())
    delete_message(deleter=ann, message_id=card.pk, now=timezone.now())
    with pytest.raises(MessageDeleted):
        press_button(presser=bob, message_id=card.pk, button="take")

    assert offer == []


def test_a_closed_conversation_opens_with_what_people_say_and_not_with_what_the_house_says(
    ann, bob, charlie, offer
):
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])
    Conversation.objects.filter(pk=group.pk).update(state="closed")
    group.refresh_from_db()

    say_in_system_message(conversation=group, kind=payloads.LEFT, actor=ann)
    assert Conversation.objects.get().state == "closed"
    send_card(conversation_id=group.pk, type="offer", data={"cents": 1})
    assert Conversation.objects.get().state == "open"

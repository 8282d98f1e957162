"""The rules of sending and reading."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradepost.feed.models import Event, Pointer
from tradepost.messaging.actions.messages import send_message
from tradepost.messaging.actions.reading import mark_conversation_read
from tradepost.messaging.errors import (
    ClientIdReused,
    EmptyMessage,
    NoSuchConversation,
    NoSuchParent,
)
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.queries.conversations import list_conversations
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.notifications.models import Notification


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


def place_of(user, conversation) -> int:
    return Participant.objects.get(user=user, conversation=conversation).last_read_seq


def test_messages_are_numbered_from_one_without_gaps(ann, bob, talk):
    seqs = [say(sender, talk).seq for sender in (ann, bob, ann)]

    assert seqs == [1, 2, 3]
    assert Conversation.objects.get().last_seq == 3


def test_a_message_moves_the_conversation_up(ann, talk):
    before = Conversation.objects.get().updated_at

    say(ann, talk)

    assert Conversation.objects.get().updated_at > before


def test_the_same_client_id_sends_one_message_for_ever(ann, talk):
    first = send_message(sender=ann, conversation_id=talk.pk, body="Hi", client_id="a")
    say(ann, talk, "Something else")
    again = send_message(sender=ann, conversation_id=talk.pk, body=" Hi ", client_id="a")

    assert (first.repeated, again.repeated) == (False, True)
    assert again.message == first.message
    assert Message.objects.count() == 2


@pytest.mark.parametrize("change", ["body", "parent_id"])
def test_a_client_id_used_for_another_message_is_refused(ann, talk, change):
    parent = say(ann, talk)
    say(ann, talk, "Hi", client_id="a")
    other = {
        "body": "Hi",
        "parent_id": None,
        **{change: {"body": "Ho", "parent_id": parent.pk}[change]},
    }

    with pytest.raises(ClientIdReused):
        send_message(sender=ann, conversation_id=talk.pk, client_id="a", **other)

    assert Message.objects.count() == 2


def test_two_people_may_use_the_same_client_id(ann, bob, talk):
    assert say(ann, talk, client_id="a") != say(bob, talk, client_id="a")


def test_a_stranger_cannot_write_and_learns_nothing(charlie, talk):
    with pytest.raises(NoSuchConversation) as theirs:
        send_message(sender=charlie, conversation_id=talk.pk, body="Hi")
    with pytest.raises(NoSuchConversation) as nothing:
        send_message(sender=charlie, conversation_id=uuid4(), body="Hi")

    assert str(theirs.value) == str(nothing.value)
    assert not Message.objects.exists()


def test_who_left_cannot_write(bob, talk):
    Participant.objects.filter(user=bob).update(left_seq=0)

    with pytest.raises(NoSuchConversation):
        send_message(sender=bob, conversation_id=talk.pk, body="Hi")


@pytest.mark.parametrize("body", ["", "   ", "\n\t"])
def test_an_empty_message_is_refused(ann, talk, body):
    with pytest.raises(EmptyMessage):
        send_message(sender=ann, conversation_id=talk.pk, body=body)


def test_a_reply_knows_its_parent_root_and_depth(ann, bob, talk):
    question = say(ann, talk)
    answer = say(bob, talk, parent_id=question.pk)
    thanks = say(ann, talk, parent_id=answer.pk)

    assert (question.parent, question.root, question.depth) == (None, None, 0)
    assert (answer.parent, answer.root, answer.depth) == (question, question, 1)
    assert (thanks.parent, thanks.root, thanks.depth) == (answer, question, 2)


def test_a_reply_to_another_conversations_message_is_refused(ann, charlie, talk):
    elsewhere = say(charlie, make_conversation(ann, charlie))

    with pytest.raises(NoSuchParent):
        send_message(sender=ann, conversation_id=talk.pk, body="Hi", parent_id=elsewhere.pk)


def test_everybody_else_is_notified_once(ann, bob, talk):
    message = say(ann, talk)

    told = Notification.objects.get()
    assert (told.user, told.actor, told.kind) == (bob, ann, "message.received")
    assert told.data == {"conversation": str(talk.pk)}
    assert told.cause == f"message:{message.pk}"


def test_everybody_finds_the_message_in_their_feed_without_its_text(ann, bob, talk):
    message = say(ann, talk, "a secret")

    event = Event.objects.get(kind="message.created")
    assert event.data == {"conversation": str(talk.pk), "message": str(message.pk), "seq": 1}
    assert {p.user for p in Pointer.objects.filter(event=event)} == {ann, bob}
    assert not Event.objects.filter(data__icontains="secret").exists()


def test_sending_is_reading_for_the_sender_alone(ann, bob, talk):
    say(bob, talk)
    say(ann, talk)

    assert place_of(ann, talk) == 2
    assert place_of(bob, talk) == 1


def test_reading_moves_forward_only(ann, bob, talk):
    for _ in range(3):
        say(bob, talk)

    assert mark_conversation_read(reader=ann, conversation_id=talk.pk, up_to_seq=2) == 2
    assert mark_conversation_read(reader=ann, conversation_id=talk.pk, up_to_seq=1) == 2
    assert mark_conversation_read(reader=ann, conversation_id=talk.pk, up_to_seq=99) == 3
    assert place_of(ann, talk) == 3


def test_reading_is_announced_once(ann, bob, talk):
    say(bob, talk)

    mark_conversation_read(reader=ann, conversation_id=talk.pk)
    mark_conversation_read(reader=ann, conversation_id=talk.pk)

    event = Event.objects.get(kind="conversation.read")
    assert event.data == {"conversation": str(talk.pk), "user": str(ann.pk), "seq": 1}


def test_a_stranger_cannot_mark_read(charlie, talk):
    with pytest.raises(NoSuchConversation):
        mark_conversation_read(reader=charlie, conversation_id=talk.pk)


def test_the_database_itself_refuses_two_messages_in_one_place(ann, talk):
    message = say(ann, talk)

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(
            conversation=talk,
            seq=message.seq,
            sender=ann,
            client_id="x",
            request_hash="x",
            body="x",
        )


def test_the_badge_counts_at_most_a_hundred(ann, bob, talk):
    for number in range(101):
        say(bob, talk, str(number))

    assert list_conversations(user=ann).rows[0].unread_count == 100


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["ann says", "bob says", "ann reads", "bob reads"]), st.integers(0, 9)
        ),
        max_size=25,
    )
)
def test_whatever_people_do_the_order_the_places_and_the_badges_are_right(ann, bob, deeds):
    people = {"ann": ann, "bob": bob}
    said: list[str] = []
    read = {"ann": 0, "bob": 0}
    with transaction.atomic():
        talk = make_conversation(ann, bob)
        for deed, number in deeds:
            name = deed[:3]
            if deed.endswith("says"):
                say(people[name], talk, f"{number}")
                said.append(name)
                read[name] = len(said)
            else:
                seq = min(number, len(said))
                mark_conversation_read(reader=people[name], conversation_id=talk.pk, up_to_seq=seq)
                read[name] = max(read[name], seq)

        senders = Message.objects.filter(conversation=talk).order_by("seq")
        assert [(m.seq, m.sender.username) for m in senders] == list(enumerate(said, 1))
        for name, user in people.items():
            unread = sum(who != name for who in said[read[name] :])
            [shown] = list_conversations(user=user).rows
            assert (shown.my.last_read_seq, shown.unread_count) == (read[name], unread)
        transaction.set_rollback(True)

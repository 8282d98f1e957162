"""What the database refuses, whoever writes and however."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tradepost.messaging.models import Conversation, Message, MessageHistory, Participant
from tradepost.messaging.tests.factories import make_conversation, say


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


def refused(rows, match: str, **columns: object) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        rows.update(**columns)


def test_a_reply_is_in_the_conversation_and_thread_of_what_it_answers(ann, charlie, talk):
    question, other = say(ann, talk), say(ann, talk)
    answer = say(ann, talk, parent_id=question.pk)
    elsewhere = say(ann, make_conversation(ann, charlie))
    rows = Message.objects.filter(pk=answer.pk)

    refused(rows, "reply_is_where_its_parent_is", parent=elsewhere, root=elsewhere)
    refused(rows, "reply_is_where_its_parent_is", root=other)
    refused(rows, "reply_is_where_its_parent_is", depth=2)
    rows.update(parent=other, root=other)


def test_a_text_is_not_changed_without_its_history(ann, talk):
    rows = Message.objects.filter(pk=say(ann, talk, "I will pay").pk)

    refused(rows, "changed_message_has_history", body="I will not")
    refused(rows, "changed_message_has_history", body="I will not", version=2)
    MessageHistory.objects.create(
        message=rows.get(), version=1, body="I will pay", editor=ann, edited_at=timezone.now()
    )
    refused(rows, "changed_message_has_history", body="I will not")
    rows.update(body="I will not", version=2)


def test_a_change_by_hand_keeps_its_history_by_the_signal(ann, talk):
    message = say(ann, talk, "I will pay")

    message.body = "I will not"
    message.save()

    assert Message.objects.get().version == 2
    history = MessageHistory.objects.get()
    assert (history.version, history.body, history.editor) == (1, "I will pay", ann)


def test_a_deleted_message_says_nothing(ann, talk):
    rows = Message.objects.filter(pk=say(ann, talk).pk)

    refused(rows, "deleted_message_is_empty", deleted_at=timezone.now())


def test_nobody_leaves_before_they_came_or_reads_what_they_do_not_see(ann, talk):
    say(ann, talk)
    place = Participant.objects.filter(user=ann)
    place.update(joined_seq=1)

    refused(place, "leaves_after_joining", left_seq=0)
    refused(place, "reads_from_where_joined", last_read_seq=0)
    refused(place, "unread_again_is_what_was_read", unread_from=2)
    refused(place, "unread_again_is_what_was_read", unread_from=1)


def test_what_is_put_off_has_an_end(talk):
    rows = Conversation.objects.all()

    refused(rows, "snoozed_conversation_has_an_end", state="snoozed")
    refused(rows, "snoozed_conversation_has_an_end", snoozed_until=timezone.now())
    rows.update(state="snoozed", snoozed_until=timezone.now() + timedelta(days=1))

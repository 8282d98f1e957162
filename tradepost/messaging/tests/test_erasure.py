"""What is left of a person's words when they are gone, and of everybody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tradepost.accounts.actions.users import close_account
from tradepost.kit.jobs import kinds
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.tests.pictures import upload
from tradepost.messaging.actions import erasure
from tradepost.messaging.actions.attachments import upload_file
from tradepost.messaging.actions.conversations import rename_conversation, start_conversation
from tradepost.messaging.actions.edits import edit_message
from tradepost.messaging.actions.members import leave_conversation
from tradepost.messaging.actions.reactions import add_reaction
from tradepost.messaging.actions.reports import report_message
from tradepost.messaging.audit import INVARIANTS
from tradepost.messaging.models import (
    Attachment,
    Conversation,
    Message,
    MessageHistory,
    Participant,
    Reaction,
    Report,
)
from tradepost.messaging.tests.factories import make_conversation, say

# The job that forgets words cannot run inside a transaction of the test, on PostgreSQL.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def close(user) -> None:
    close_account(user=user)


def delete(user) -> None:
    user.customer.delete()
    user.delete()


ENDS = pytest.mark.parametrize("end", [close, delete])


def look_through() -> list[str]:
    """Return what is not as it must be, foreign keys too."""
    connection.check_constraints()
    return [fault for _, _, find in INVARIANTS for fault in find()]


def tree(conversation: Conversation) -> list[tuple[int, int | None, int, str]]:
    """Return the messages of people: number, number of what they answer, depth, text."""
    said = conversation.messages.exclude(kind=Message.Kind.SYSTEM).order_by("seq")
    return list(said.values_list("seq", "parent__seq", "depth", "body"))


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    return start_conversation(starter=bob, participant_ids=[ann.pk, charlie.pk], title="Bobs boats")


@ENDS
def test_threads_stay_whole_and_others_keep_their_words(end, ann, bob, group) -> None:
    first = say(bob, group, "bob asks")
    answer = say(ann, group, "ann answers", parent_id=first.pk)
    again = say(bob, group, "bob asks on", parent_id=answer.pk)
    say(ann, group, "ann answers on", parent_id=again.pk)

    end(bob)

    assert tree(group) == [
        (1, None, 0, ""), (2, 1, 1, "ann answers"), (3, 2, 2, ""), (4, 3, 3, "ann answers on"),
    ]  # fmt: skip
    assert look_through() == []


@ENDS
def test_nothing_is_left_of_what_a_person_did(end, ann, bob, group, media) -> None:
    file = upload_file(uploader=bob, file=upload(b"sent", "sent.txt"))
    upload_file(uploader=bob, file=upload(b"not sent", "unsent.txt"))
    edited = say(bob, group, "first", attachment_ids=[file.pk])
    edit_message(editor=bob, message_id=edited.pk, body="then", now=timezone.now())
    others = say(ann, group, "ann says")
    add_reaction(user=bob, message_id=others.pk, emoji="👍")
    report_message(reporter=bob, message_id=others.pk, reason="spam", note="I know ann")

    end(bob)
    run_due_jobs()

    assert not MessageHistory.objects.exists()
    assert not Attachment.objects.exists()
    assert not Reaction.objects.exists()
    assert [(report.reporter, report.note) for report in Report.objects.all()] == [(None, "")]
    assert Conversation.objects.get(pk=group.pk).title == ""
    assert [file for file in media.rglob("*") if file.is_file()] == []
    assert look_through() == []


@ENDS
def test_badges_count_no_more_what_is_gone(end, ann, bob, group) -> None:
    say(ann, group, "one")
    say(bob, group, "two")
    before = Message.unread.for_user(ann).count()

    end(bob)

    assert (before, Message.unread.for_user(ann).count()) == (1, 0)


@ENDS
def test_what_others_see_changes_also_where_nothing_was_written(end, ann, bob, group) -> None:
    before = Conversation.objects.get(pk=group.pk).version

    end(bob)

    assert Conversation.objects.get(pk=group.pk).version > before


@ENDS
def test_somebody_else_owns_what_a_person_owned(end, ann, bob, group) -> None:
    end(bob)

    owners = Participant.objects.filter(conversation=group, role=Participant.Role.OWNER)
    assert [place.user for place in owners] == [ann]


@ENDS
def test_the_title_that_somebody_else_gave_stays(end, ann, bob, charlie) -> None:
    group = start_conversation(
        starter=ann, participant_ids=[bob.pk, charlie.pk], title="Anns boats"
    )

    end(bob)

    assert Conversation.objects.get(pk=group.pk).title == "Anns boats"


def test_a_title_goes_also_when_its_giver_had_left_before(bob, group) -> None:
    rename_conversation(owner=bob, conversation_id=group.pk, title="Bobs other boats")
    leave_conversation(user=bob, conversation_id=group.pk)

    close(bob)

    assert Conversation.objects.get(pk=group.pk).title == ""


@ENDS
def test_a_talk_goes_with_the_last_who_has_an_account(end, ann, bob, media) -> None:
    talk = make_conversation(ann, bob)
    first = say(ann, talk, "ann asks")
    file = upload_file(uploader=bob, file=upload(b"sent", "sent.txt"))
    say(bob, talk, "bob answers", parent_id=first.pk, attachment_ids=[file.pk])

    close(ann)
    assert Conversation.objects.exists()
    end(bob)
    run_due_jobs()

    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    assert [file for file in media.rglob("*") if file.is_file()] == []
    assert look_through() == []


def test_of_very_many_messages_most_are_forgotten_by_a_job(ann, bob, group, monkeypatch) -> None:
    monkeypatch.setattr(erasure, "AT_ONCE", 1)
    for number in range(6):
        say(bob, group, str(number))

    close(bob)
    at_once = Message.objects.filter(sender=bob).count()
    run_due_jobs()

    assert at_once == 2
    assert {body for *_, body in tree(group)} == {""}
    assert look_through() == []


@ENDS
def test_portions_of_a_few_messages_do_the_same(end, ann, bob, group, monkeypatch) -> None:
    monkeypatch.setattr(erasure, "AT_ONCE", 2)
    alone = make_conversation(ann, bob)
    for talk in (group, alone):
        last = say(bob, talk, "0")
        for number in range(1, 5):
            last = say(bob, talk, str(number), parent_id=last.pk)

    end(bob)
    close(ann)
    run_due_jobs()

    assert {body for *_, body in tree(group)} == {""}
    assert not Conversation.objects.filter(pk=alone.pk).exists()
    assert look_through() == []


def test_what_was_written_meanwhile_goes_a_little_later(ann, bob) -> None:
    close(bob)
    talk = make_conversation(ann, bob)  # as if it had begun before and ended after the closing
    say(bob, talk, "too late")

    run_due_jobs(now=timezone.now() + timedelta(minutes=2))

    assert tree(talk) == [(1, None, 0, "")]
    assert look_through() == []


def test_the_late_look_tells_nobody_when_there_is_nothing(ann, bob, group) -> None:
    close(bob)
    version = Conversation.objects.get(pk=group.pk).version

    kinds["messaging.finish_erasure"].run(user_id=str(bob.pk))

    assert Conversation.objects.get(pk=group.pk).version == version

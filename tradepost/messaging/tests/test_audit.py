"""The audit of conversations names what somebody broke past all guards."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.models import User
from tradepost.kit.audit import as_text, find_faults
from tradepost.kit.tests.audits import breaking
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import (
    delete_message,
    edit_message,
    purge_deleted_messages,
    restore_message,
)
from tradepost.messaging.actions.members import (
    add_participant,
    leave_conversation,
    remove_participant,
)
from tradepost.messaging.actions.reactions import add_reaction
from tradepost.messaging.actions.reading import mark_conversation_read, mark_unread_from
from tradepost.messaging.audit import INVARIANTS, people
from tradepost.messaging.models import Attachment, Mention
from tradepost.messaging.tests.factories import make_conversation, say

LONG = timedelta(days=30)
NAMES = [name for name, _, _ in INVARIANTS]
QUERIES = 44  # a statement for each kind of fault, and one for each person who is behind


@pytest.fixture
def scene(ann, bob, charlie):
    """Two conversations in which everything has happened that people can do."""
    talk = make_conversation(ann, bob)
    first = say(ann, talk, "Where is the @bob?", client_id="a")
    reply = say(bob, talk, "Here", parent_id=first.pk, client_id="b")
    deeper = say(ann, talk, "Fine", parent_id=reply.pk)
    edit_message(editor=bob, message_id=reply.pk, body="There", now=timezone.now())
    gone = say(ann, talk, "Nothing of this shall stay")
    add_reaction(user=bob, message_id=gone.pk, emoji="👍")
    delete_message(deleter=ann, message_id=gone.pk, now=timezone.now() - LONG)
    purge_deleted_messages(now=timezone.now())
    back = say(ann, talk, "This shall")
    delete_message(deleter=ann, message_id=back.pk, now=timezone.now())
    restore_message(restorer=ann, message_id=back.pk)

    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="All")
    early = say(bob, group, "Hello @all")
    leave_conversation(user=charlie, conversation_id=group.pk)
    missed = say(bob, group, "He has gone")
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    say(ann, group, "@charlie is back")
    remove_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)
    after = say(bob, group, "And gone again")
    mark_conversation_read(reader=ann, conversation_id=group.pk)
    mark_unread_from(reader=ann, message_id=missed.pk)
    return SimpleNamespace(
        talk=talk, first=first, reply=reply, deeper=deeper, gone=gone, back=back,
        group=group, early=early, missed=missed, after=after,
        ann=ann, bob=bob, charlie=charlie,
    )  # fmt: skip


@pytest.fixture
def bare(scene):
    """What breaks rows of the scene."""
    ids = {name: thing.pk.hex for name, thing in vars(scene).items()}
    with breaking() as break_rows:
        words = {"new": uuid4().hex, "id_as_text": as_text("id"), **ids}
        yield lambda tables, sql: break_rows(tables, sql.format(**words))


MESSAGE = "messaging_message"
PLACE = "messaging_participant"
TOLD = "notifications_notification"

# What is broken: the invariant, the tables that lose their guards, how, and what the audit names.
BREACHES = {
    "a number is missing": (
        "messaging.order", "",
        f"DELETE FROM {MESSAGE} WHERE id = '{{deeper}}'", "talk",
    ),
    "a number is there twice": (
        "messaging.order", MESSAGE,
        f"UPDATE {MESSAGE} SET seq = 2 WHERE id = '{{deeper}}'", "talk",
    ),
    "the conversation is behind its messages": (
        "messaging.order", "messaging_conversation",
        "UPDATE messaging_conversation SET last_seq = 3 WHERE id = '{talk}'", "talk",
    ),
    "the version did not rise": (
        "messaging.order", "messaging_conversation",
        "UPDATE messaging_conversation SET version = 1 WHERE id = '{talk}'", "talk",
    ),
    "a message was sent twice": (
        "messaging.sent_once", MESSAGE,
        f"UPDATE {MESSAGE} SET client_id = 'a' WHERE id = '{{deeper}}'", "ann",
    ),
    "a message has no client_id": (
        "messaging.sent_once", MESSAGE,
        f"UPDATE {MESSAGE} SET client_id = '' WHERE id = '{{deeper}}'", "deeper",
    ),
    "a message has no hash of its request": (
        "messaging.sent_once", MESSAGE,
        f"UPDATE {MESSAGE} SET request_hash = 'x' WHERE id = '{{deeper}}'", "deeper",
    ),
    "a reply is elsewhere": (
        "messaging.threads", MESSAGE,
        f"UPDATE {MESSAGE} SET parent_id = '{{early}}' WHERE id = '{{deeper}}'", "deeper",
    ),
    "a reply comes before its parent": (
        "messaging.threads", MESSAGE,
        f"UPDATE {MESSAGE} SET parent_id = '{{back}}', depth = 1 WHERE id = '{{reply}}'", "reply",
    ),
    "a reply has another root": (
        "messaging.threads", MESSAGE,
        f"UPDATE {MESSAGE} SET root_id = '{{reply}}' WHERE id = '{{deeper}}'", "deeper",
    ),
    "a reply is too deep": (
        "messaging.threads", MESSAGE,
        f"UPDATE {MESSAGE} SET depth = 7 WHERE id = '{{deeper}}'", "deeper",
    ),
    "a parent is not there": (
        "messaging.threads", MESSAGE,
        f"UPDATE {MESSAGE} SET parent_id = '{{new}}' WHERE id = '{{deeper}}'", "deeper",
    ),
    "a root answers nothing": (
        "messaging.threads", MESSAGE,
        f"UPDATE {MESSAGE} SET parent_id = NULL WHERE id = '{{deeper}}'", "deeper",
    ),
    "an earlier text is lost": (
        "messaging.history", "messaging_messagehistory",
        "DELETE FROM messaging_messagehistory WHERE message_id = '{reply}'", "reply",
    ),
    "an earlier text has no place": (
        "messaging.history", "messaging_messagehistory",
        "UPDATE messaging_messagehistory SET version = 9 WHERE message_id = '{reply}'", "reply",
    ),
    "an edit did not count": (
        "messaging.history", MESSAGE,
        f"UPDATE {MESSAGE} SET version = 1 WHERE id = '{{reply}}'", "reply",
    ),
    "somebody has read beyond the end": (
        "messaging.places", PLACE,
        f"UPDATE {PLACE} SET last_read_seq = 99 WHERE user_id = '{{ann}}'", "talk",
    ),
    "somebody has read before they joined": (
        "messaging.places", PLACE,
        f"UPDATE {PLACE} SET joined_seq = 5, last_read_seq = 4 WHERE user_id = '{{bob}}'", "bob",
    ),
    "somebody left after the end": (
        "messaging.places", PLACE,
        f"UPDATE {PLACE} SET left_seq = 99 WHERE user_id = '{{charlie}}'", "charlie",
    ),
    "what was never read is unread again": (
        "messaging.places", PLACE,
        f"UPDATE {PLACE} SET unread_from = 9 WHERE conversation_id = '{{talk}}'", "talk",
    ),
    "somebody archived beyond the end": (
        "messaging.places", PLACE,
        f"UPDATE {PLACE} SET archived_seq = 99 WHERE conversation_id = '{{talk}}'", "talk",
    ),
    "somebody is there twice": (
        "messaging.places", PLACE,
        f"INSERT INTO {PLACE} SELECT * FROM {PLACE} WHERE user_id = '{{charlie}}'", "charlie",
    ),
    "a group has no owner": (
        "messaging.people", PLACE,
        f"UPDATE {PLACE} SET role = 'member' WHERE conversation_id = '{{group}}'", "group",
    ),
    "a third one is in a conversation of two": (
        "messaging.people", PLACE,
        f"UPDATE {PLACE} SET conversation_id = '{{talk}}' WHERE user_id = '{{charlie}}'", "talk",
    ),
    "another one is in a conversation of two": (
        "messaging.people", PLACE,
        f"UPDATE {PLACE} SET user_id = '{{charlie}}'"
        f" WHERE user_id = '{{bob}}' AND conversation_id = '{{talk}}'", "talk",
    ),
    "one of two is missing": (
        "messaging.people", PLACE,
        f"DELETE FROM {PLACE} WHERE user_id = '{{bob}}' AND conversation_id = '{{talk}}'", "talk",
    ),
    "the feed lacks a message for the other one": (
        "messaging.told", "feed_pointer",
        "DELETE FROM feed_pointer WHERE user_id = '{bob}'", "first",
    ),
    "somebody is named whom it is not for": (
        "messaging.stretches", "messaging_mention",
        "UPDATE messaging_mention SET user_id = '{charlie}' WHERE message_id = '{first}'", "first",
    ),
    "a mention is elsewhere": (
        "messaging.stretches", "messaging_mention",
        "UPDATE messaging_mention SET seq = 3 WHERE message_id = '{first}'", "first",
    ),
    "somebody is told of what came after they left": (
        "messaging.stretches", TOLD,
        f"UPDATE {TOLD} SET user_id = '{{charlie}}' WHERE cause LIKE '%' || "
        "(SELECT SUBSTR(REPLACE({id_as_text}, '-', ''), 21) FROM messaging_message"
        " WHERE id = '{after}')", "after",
    ),
    "somebody is told of what came while they were away": (
        "messaging.stretches", TOLD,
        f"UPDATE {TOLD} SET user_id = '{{charlie}}' WHERE cause LIKE '%' || "
        "(SELECT SUBSTR(REPLACE({id_as_text}, '-', ''), 21) FROM messaging_message"
        " WHERE id = '{missed}')", "missed",
    ),
    "somebody is told of their own message": (
        "messaging.stretches", TOLD,
        f"UPDATE {TOLD} SET user_id = '{{ann}}' WHERE cause LIKE '%' || "
        "(SELECT SUBSTR(REPLACE({id_as_text}, '-', ''), 21) FROM messaging_message"
        " WHERE id = '{first}')", "first",
    ),
    "what was answered is still news": (
        "messaging.news", "",
        f"UPDATE {TOLD} SET read_at = NULL WHERE user_id = '{{bob}}'", "first",
    ),
    "who has left still has news": (
        "messaging.news", "",
        f"UPDATE {TOLD} SET read_at = NULL WHERE user_id = '{{charlie}}'", "early",
    ),
    "somebody is told twice": (
        "messaging.notified_once", TOLD,
        f"INSERT INTO {TOLD} SELECT * FROM {TOLD} WHERE user_id = '{{charlie}}'", "charlie",
    ),
    "a deleted message has its text": (
        "messaging.taken_back", MESSAGE,
        f"UPDATE {MESSAGE} SET body = 'Nothing' WHERE id = '{{gone}}'", "gone",
    ),
    "a purged message has an earlier text": (
        "messaging.taken_back", "messaging_messagehistory",
        "UPDATE messaging_messagehistory SET message_id = '{gone}'"
        " WHERE message_id = '{reply}'", "gone",
    ),
    "a purged message names somebody": (
        "messaging.taken_back", "messaging_mention",
        "UPDATE messaging_mention SET message_id = '{gone}' WHERE message_id = '{first}'", "gone",
    ),
    "a purged message has a link": (
        "messaging.taken_back", MESSAGE,
        f"UPDATE {MESSAGE} SET has_link = (1 = 1) WHERE id = '{{gone}}'", "gone",
    ),
    "a purged message has a digest of its text": (
        "messaging.taken_back", MESSAGE,
        f"UPDATE {MESSAGE} SET request_hash = 'x' WHERE id = '{{gone}}'", "gone",
    ),
    "what nobody wrote says something": (
        "messaging.erased", MESSAGE,
        f"UPDATE {MESSAGE} SET sender_id = NULL WHERE id = '{{back}}'", "back",
    ),
    "a message says that it has files": (
        "messaging.files", MESSAGE,
        f"UPDATE {MESSAGE} SET has_attachments = (1 = 1) WHERE id = '{{back}}'", "back",
    ),
}  # fmt: skip


def test_what_people_do_keeps_everything(scene):
    assert find_faults() == []


@pytest.mark.parametrize(("name", "tables", "sql", "named"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named(bare, scene, name, tables, sql, named):
    bare(tables, sql)

    faults = find_faults([name])

    assert any(str(getattr(scene, named).pk) in fault for fault in faults), faults


IN_INDEX = {
    "sqlite": "INSERT INTO messaging_message_search (rowid, body) SELECT number, 'stay'"
    " FROM messaging_message_search_number WHERE key = '{gone}'",
    "postgresql": "UPDATE messaging_message_search SET id = '{gone}' WHERE id = '{back}'",
    "mysql": "UPDATE messaging_message_search SET id = '{gone}' WHERE id = '{back}'",
}


def test_words_of_a_deleted_message_in_the_index_are_named(bare, scene):
    bare("", IN_INDEX[connection.vendor])

    faults = find_faults(["messaging.taken_back"])
    assert [str(scene.gone.pk) in fault for fault in faults] == [True]


def test_an_edit_names_nobody_who_came_later(scene):
    eve = make_user("eve")
    add_participant(owner=scene.ann, conversation_id=scene.group.pk, user_id=eve.pk)

    edit_message(
        editor=scene.bob, message_id=scene.early.pk, body="Hello @eve, @ann", now=timezone.now()
    )

    named = Mention.objects.filter(message=scene.early)
    assert list(named.values_list("user__username", flat=True)) == ["ann"]
    assert find_faults(["messaging.stretches"]) == []


def test_a_badge_that_the_lists_count_otherwise_is_named(scene, monkeypatch):
    monkeypatch.setattr(people, "read_unread", lambda places, user_id: {})

    faults = find_faults(["messaging.badges"])
    place = f"{scene.ann.pk} in conversation {scene.group.pk}"
    assert [fault for fault in faults if place in fault] == [
        f"messaging.badges: {place}: counts 0 unread of 2"
    ]


def test_badges_beyond_what_is_shown_are_as_good(ann, bob):
    talk = make_conversation(ann, bob)
    for _ in range(101):
        say(ann, talk)

    assert find_faults(["messaging.badges"]) == []


def test_messages_of_blocked_people_are_in_no_badge(scene):
    block_person(blocker=scene.ann, person_id=scene.bob.pk)

    assert find_faults(["messaging.badges"]) == []


def test_an_acknowledged_message_that_is_not_there_is_named(api, ann, bob, bare):
    talk = make_conversation(ann, bob)
    body = {"conversation": str(talk.pk), "message_body": "Hi"}
    answer = api(ann).post("/api/v1/messages/", body, headers={"Idempotency-Key": "one"})
    pk = answer.json()["message_id"]
    assert find_faults(["messaging.sent_once"]) == []

    bare("", f"DELETE FROM messaging_message WHERE id = '{pk.replace('-', '')}'")

    faults = find_faults(["messaging.sent_once"])
    assert [pk in fault for fault in faults] == [True]


def test_somebody_who_was_deleted_for_good_is_missed_by_nobody(scene):
    User.objects.filter(pk=scene.bob.pk).first().delete()

    assert find_faults(["messaging.people", "messaging.erased"]) == []


def test_nothing_is_left_of_a_closed_account(scene):
    close_account(user=scene.bob)

    assert find_faults() == []


REMAINS = {
    "a message": "UPDATE messaging_message SET sender_id = '{bob}', client_id = 'z',"
    " request_hash = 'y' WHERE id = '{back}'",
    "an earlier text": "UPDATE messaging_messagehistory SET editor_id = '{bob}'",
    "a mention": "UPDATE messaging_mention SET user_id = '{bob}'",
    "a title": "UPDATE messaging_conversation SET titled_by_id = '{bob}' WHERE id = '{group}'",
    "a notification": f"UPDATE {TOLD} SET user_id = '{{bob}}'",
    "a deed in a notification": f"UPDATE {TOLD} SET actor_id = '{{bob}}'",
    "a place": f"UPDATE {PLACE} SET left_seq = NULL WHERE user_id = '{{bob}}'",
}


@pytest.mark.parametrize(("what", "sql"), REMAINS.items(), ids=REMAINS)
def test_what_is_left_of_a_closed_account_is_named(bare, scene, what, sql):
    close_account(user=scene.bob)

    bare(f"messaging_message messaging_mention {TOLD}", sql)

    faults = find_faults(["messaging.erased"])
    assert any(f"{scene.bob.pk} is gone and has {what}" in fault for fault in faults), faults


def test_a_file_that_is_not_there_is_named(ann, bob):
    talk = make_conversation(ann, bob)
    file = default_storage.save("messaging/attachments/x.txt", ContentFile(b"Hi"))
    own = Attachment.objects.create(
        uploader=ann, file=file, name="x.txt", mime_type="text/plain", size=2
    )
    say(ann, talk, attachment_ids=[own.pk])
    assert find_faults(["messaging.files"]) == []

    default_storage.delete(file)

    assert [str(own.pk) in fault for fault in find_faults(["messaging.files"])] == [True]


def test_an_audit_takes_no_more_statements_for_more_rows(scene, django_assert_num_queries):
    with django_assert_num_queries(QUERIES):
        find_faults(NAMES)

    for _ in range(3):
        say(scene.ann, scene.talk)

    with django_assert_num_queries(QUERIES):
        find_faults(NAMES)

"""Reporting messages, and what is done about them."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission

from conftest import make_user
from tradepost.accounts.models import Block, User
from tradepost.feed.models import Event
from tradepost.kit.errors import Refused
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.edits import delete_message, edit_message, purge_deleted_messages
from tradepost.messaging.actions.members import add_participant
from tradepost.messaging.actions.reports import (
    dismiss_reports,
    hide_message,
    report_message,
    unhide_message,
    warn_sender,
)
from tradepost.messaging.errors import (
    NobodyToWarn,
    NoSuchMessage,
    NothingToReport,
    OwnMessage,
    ReportsHandled,
    TextTooLong,
)
from tradepost.messaging.models import Attachment, Conversation, Message, Report
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.notifications.models import Notification

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


@pytest.fixture
def message(bob, talk) -> Message:
    return say(bob, talk, "Send the money to this account")


@pytest.fixture
def peter(db) -> User:
    """Keeps the peace."""
    peter = make_user("peter")
    peter.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_report", "change_report"])
    )
    return User.objects.get(pk=peter.pk)


def report(reporter: User, message: Message, **more: str) -> Report:
    asked = {"reason": "fraud", **more}
    return report_message(reporter=reporter, message_id=message.pk, **asked).report


def events_of(user: User) -> list[str]:
    rows = Event.objects.filter(pointers__user=user).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_a_report_says_who_why_and_what(ann, message):
    report(ann, message, note="  not his\u202e account ")

    kept = Report.objects.get()
    assert (kept.message, kept.reporter) == (message, ann)
    assert (kept.reason, kept.note, kept.outcome) == ("fraud", "not his account", "")


def test_a_second_report_by_the_same_person_changes_nothing(ann, message):
    first = report(ann, message)

    second = report_message(reporter=ann, message_id=message.pk, reason="spam", note="again")

    assert second.repeated
    assert second.report == first
    assert Report.objects.get().reason == "fraud"


def test_each_person_reports_for_themselves(ann, bob, charlie):
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])
    message = say(bob, group)

    report(ann, message)
    report(charlie, message)

    assert Report.objects.count() == 2


def test_strangers_report_nothing(charlie, message):
    with pytest.raises(NoSuchMessage):
        report(charlie, message)

    assert not Report.objects.exists()


def test_what_was_said_before_somebody_came_is_not_theirs_to_report(ann, bob, charlie):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Us")
    message = say(bob, group)
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    with pytest.raises(NoSuchMessage):
        report(charlie, message)


def test_what_the_house_says_is_not_reported(ann, bob, charlie):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Us")
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    with pytest.raises(NoSuchMessage):
        report(bob, Message.objects.get(conversation=group, kind="system"))


def test_nobody_reports_their_own_message(bob, message):
    with pytest.raises(OwnMessage):
        report(bob, message)


def test_what_was_taken_back_has_nothing_to_report(ann, bob, message):
    delete_message(deleter=bob, message_id=message.pk, now=NOW)

    with pytest.raises(NothingToReport):
        report(ann, message)


def test_what_is_hidden_has_nothing_to_report(ann, peter, message):
    hide_message(staff=peter, message_id=message.pk, now=NOW)

    with pytest.raises(NothingToReport):
        report(ann, message)


def test_who_blocks_the_sender_may_still_report(ann, bob, message):
    Block.objects.create(blocker=ann, blocked=bob)

    assert report(ann, message)


def test_a_note_has_an_end(ann, message):
    with pytest.raises(TextTooLong):
        report(ann, message, note="x" * 1001)

    assert not Report.objects.exists()


def test_those_who_keep_the_peace_are_told(ann, bob, charlie, boss, peter, message):
    report(ann, message)

    told = Notification.objects.filter(kind="message.reported")
    assert {notification.user for notification in told} == {boss, peter}
    assert {notification.actor for notification in told} == {ann}


def test_the_sender_is_not_told_of_a_report(ann, bob, message):
    before = events_of(bob)

    report(ann, message)

    assert not Notification.objects.filter(user=bob, kind="message.reported").exists()
    assert events_of(bob) == before


@pytest.mark.parametrize("deed", [dismiss_reports, hide_message, warn_sender])
def test_deeds_need_the_permission(ann, message, deed):
    report(ann, message)
    staff = make_user("sam", is_staff=True)

    with pytest.raises(Refused):
        deed(staff=staff, message_id=message.pk, now=NOW)

    assert Report.objects.open().count() == 1
    message.refresh_from_db()
    assert message.hidden_at is None
    assert not Notification.objects.filter(kind="message.warned").exists()


def test_showing_a_message_again_needs_the_permission(ann, peter, message):
    hide_message(staff=peter, message_id=message.pk, now=NOW)

    with pytest.raises(Refused):
        unhide_message(staff=ann, message_id=message.pk)

    message.refresh_from_db()
    assert message.hidden_at == NOW


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [(dismiss_reports, "dismissed"), (hide_message, "hidden"), (warn_sender, "warned")],
)
def test_all_open_reports_of_a_message_are_handled_together(
    ann, bob, charlie, peter, deed, outcome
):
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])
    message, other = say(bob, group), say(bob, group)
    for reporter in (ann, charlie):
        report(reporter, message)
    report(ann, other)

    deed(staff=peter, message_id=message.pk, now=NOW)

    handled = Report.objects.filter(message=message)
    assert set(handled.values_list("outcome", "handled_by", "handled_at")) == {
        (outcome, peter.pk, NOW)
    }
    assert Report.objects.open().get().message == other


def test_what_was_decided_stays_decided(ann, bob, charlie, peter):
    group = start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])
    message = say(bob, group)
    report(ann, message)
    dismiss_reports(staff=peter, message_id=message.pk, now=NOW)
    report(charlie, message)

    hide_message(staff=peter, message_id=message.pk, now=NOW)

    assert Report.objects.get(reporter=ann).outcome == "dismissed"
    assert Report.objects.get(reporter=charlie).outcome == "hidden"


def test_without_an_open_report_there_is_nothing_to_dismiss(peter, message):
    with pytest.raises(ReportsHandled):
        dismiss_reports(staff=peter, message_id=message.pk, now=NOW)


def test_a_hidden_message_keeps_its_text_and_tells_its_readers(ann, bob, peter, talk, message):
    version = Conversation.objects.get(pk=talk.pk).version

    hide_message(staff=peter, message_id=message.pk, now=NOW)

    message.refresh_from_db()
    assert (message.hidden_at, message.body) == (NOW, "Send the money to this account")
    assert message.version == 1
    assert Conversation.objects.get(pk=talk.pk).version == version + 1
    assert (events_of(ann)[-1], events_of(bob)[-1]) == ("message.hidden", "message.hidden")


def test_hiding_again_changes_nothing(ann, peter, message):
    hide_message(staff=peter, message_id=message.pk, now=NOW)
    before = events_of(ann)

    hide_message(staff=peter, message_id=message.pk, now=NOW.replace(year=2027))

    message.refresh_from_db()
    assert message.hidden_at == NOW
    assert events_of(ann) == before


def test_a_message_can_be_shown_again(ann, peter, talk, message):
    hide_message(staff=peter, message_id=message.pk, now=NOW)
    version = Conversation.objects.get(pk=talk.pk).version

    unhide_message(staff=peter, message_id=message.pk)

    message.refresh_from_db()
    assert message.hidden_at is None
    assert Conversation.objects.get(pk=talk.pk).version == version + 1
    assert events_of(ann)[-1] == "message.restored"


def test_a_hidden_message_is_not_unread(ann, peter, message):
    hide_message(staff=peter, message_id=message.pk, now=NOW)

    assert not Message.unread.for_user(ann).exists()


def test_files_of_a_hidden_message_are_seen_by_nobody(ann, bob, peter, talk):
    file = Attachment.objects.create(
        uploader=bob, file="x", name="x.txt", mime_type="text/plain", size=1
    )
    message = say(bob, talk, attachment_ids=[file.pk])

    hide_message(staff=peter, message_id=message.pk, now=NOW)

    for person in (ann, bob, peter):
        assert not Attachment.objects.visible_to(person).exists()


def test_a_warning_goes_to_the_sender_alone_and_names_nobody(ann, bob, peter, message):
    report(ann, message)

    warn_sender(staff=peter, message_id=message.pk, now=NOW)

    told = Notification.objects.get(kind="message.warned")
    assert (told.user, told.actor) == (bob, None)
    assert str(ann.pk) not in str(told.data)


def test_a_message_is_warned_of_once(bob, peter, message):
    for _ in range(2):
        warn_sender(staff=peter, message_id=message.pk, now=NOW)

    assert Notification.objects.filter(kind="message.warned").count() == 1


def test_nobody_is_warned_whose_account_is_gone(bob, peter, message):
    Message.objects.filter(pk=message.pk).update(sender=None)

    with pytest.raises(NobodyToWarn):
        warn_sender(staff=peter, message_id=message.pk, now=NOW)


def test_what_was_reported_is_not_forgotten_before_it_is_handled(ann, bob, peter, message):
    report(ann, message)
    delete_message(deleter=bob, message_id=message.pk, now=NOW)
    later = NOW.replace(day=25)

    assert purge_deleted_messages(now=later) == 0
    assert message.history.get().body == "Send the money to this account"
    dismiss_reports(staff=peter, message_id=message.pk, now=later)

    assert purge_deleted_messages(now=later) == 1
    assert not message.history.exists()


def test_the_sender_may_not_write_a_hidden_message_anew_unseen(bob, peter, message):
    hide_message(staff=peter, message_id=message.pk, now=NOW)

    edit_message(editor=bob, message_id=message.pk, body="nothing here", now=NOW)

    message.refresh_from_db()
    assert message.hidden_at == NOW
    assert message.history.get().body == "Send the money to this account"

"""How far somebody has read, and what counts as unread."""

from datetime import UTC, datetime

import pytest

from conftest import make_user
from tradepost.accounts.actions.blocks import block_person
from tradepost.feed.models import Event
from tradepost.messaging.actions.conversations import rename_conversation, start_conversation
from tradepost.messaging.actions.edits import delete_message
from tradepost.messaging.actions.members import leave_conversation, remove_participant
from tradepost.messaging.actions.reading import (
    mark_conversation_read,
    mark_message_read,
    mark_unread_from,
)
from tradepost.messaging.actions.reports import warn_sender
from tradepost.messaging.errors import BadPlace, NoSuchConversation, NoSuchMessage
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.queries.conversations import (
    count_unread,
    list_conversations,
    read_conversation,
)
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.notifications.models import Notification

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def group(ann, bob, charlie) -> Conversation:
    return start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk], title="Trip")


def unread_causes(user) -> list[str]:
    """Return what the user was told of and has not read."""
    unread = Notification.objects.filter(user=user, read_at=None).order_by("created_at", "pk")
    return list(unread.values_list("cause", flat=True))


def shown_to(user, conversation) -> tuple[int, int, int | None]:
    """Return what the list says: unread, named, first unread; and see that the detail agrees."""
    [row] = list_conversations(user=user).rows
    detail = read_conversation(user=user, conversation_id=conversation.pk)
    assert (detail.my, detail.unread_count) == (row.my, row.unread_count)
    return row.unread_count, row.mention_count, row.my.first_unread_seq


def test_what_counts_as_unread_is_what_the_manager_says(ann, bob, charlie, group):
    say(ann, group, "own @bob")
    say(bob, group, "1 @ann")
    deleted = say(bob, group, "2 @ann")
    hidden = say(charlie, group, "3 @ann")
    delete_message(deleter=bob, message_id=deleted.pk, now=NOON)
    Message.objects.filter(pk=hidden.pk).update(hidden_at=NOON)
    rename_conversation(owner=ann, conversation_id=group.pk, title="Other")
    say(charlie, group, "4")

    assert [m.body for m in Message.unread.for_user(ann).order_by("seq")] == ["1 @ann", "4"]
    assert shown_to(ann, group) == (2, 1, 2)
    assert count_unread(user=ann).messages == 2

    block_person(blocker=ann, person_id=bob.pk)
    assert [m.body for m in Message.unread.for_user(ann)] == ["4"]
    assert shown_to(ann, group) == (1, 0, 6)
    assert (count_unread(user=ann).conversations, count_unread(user=ann).messages) == (1, 1)


def test_reading_moves_forward_only(ann, bob, group):
    for _ in range(3):
        say(bob, group)

    assert mark_conversation_read(reader=ann, conversation_id=group.pk, up_to_seq=2) == 2
    assert mark_conversation_read(reader=ann, conversation_id=group.pk, up_to_seq=1) == 2
    assert shown_to(ann, group) == (1, 0, 3)
    assert mark_conversation_read(reader=ann, conversation_id=group.pk, up_to_seq=99) == 3
    assert shown_to(ann, group) == (0, 0, None)


def test_marked_unread_counts_again_until_one_reads_on(ann, bob, group):
    messages = [say(bob, group, "@ann") for _ in range(3)]
    mark_conversation_read(reader=ann, conversation_id=group.pk)

    mark_unread_from(reader=ann, message_id=messages[1].pk)
    assert shown_to(ann, group) == (2, 2, 2)
    assert count_unread(user=ann).messages == 2

    mark_conversation_read(reader=ann, conversation_id=group.pk, up_to_seq=3)
    assert shown_to(ann, group) == (0, 0, None)


def test_what_is_unread_anyway_cannot_be_marked_so(ann, bob, group):
    message = say(bob, group)

    with pytest.raises(BadPlace):
        mark_unread_from(reader=ann, message_id=message.pk)

    assert Participant.objects.get(user=ann).unread_from is None


def test_a_message_is_read_with_all_before_it(ann, bob, group):
    messages = [say(bob, group) for _ in range(3)]

    mark_message_read(reader=ann, message_id=messages[1].pk)

    assert shown_to(ann, group) == (1, 0, 3)


def test_everybody_hears_who_has_read_but_not_what_is_marked_unread(ann, bob, group):
    message = say(bob, group)

    mark_conversation_read(reader=ann, conversation_id=group.pk)
    mark_unread_from(reader=ann, message_id=message.pk)

    read = Event.objects.get(kind="conversation.read")
    assert read.data == {"conversation": str(group.pk), "user": str(ann.pk), "seq": 1}
    assert read.pointers.count() == 3
    arranged = Event.objects.get(kind="conversation.arranged")
    assert [pointer.user for pointer in arranged.pointers.all()] == [ann]


def test_reading_reads_the_notifications_of_what_one_has_come_past(ann, bob, group):
    messages = [say(bob, group) for _ in range(3)]

    mark_conversation_read(reader=ann, conversation_id=group.pk, up_to_seq=2)
    assert unread_causes(ann) == [f"message:{messages[2].pk}"]

    mark_conversation_read(reader=ann, conversation_id=group.pk)
    assert unread_causes(ann) == []


def test_reading_tells_once_how_far_the_notifications_are_read(ann, bob, group):
    for _ in range(3):
        say(bob, group)

    for _ in range(2):
        mark_conversation_read(reader=ann, conversation_id=group.pk, up_to_seq=2)

    event = Event.objects.get(kind="notification.group_read", pointers__user=ann)
    assert event.data == {"group": f"conversation:{group.pk}", "count": 2, "up_to": 2}


def test_reading_an_empty_group_reads_that_one_was_taken_in(bob, group):
    assert unread_causes(bob) == [f"conversation:{group.pk}"]

    mark_conversation_read(reader=bob, conversation_id=group.pk)

    assert unread_causes(bob) == []


def test_writing_the_first_word_in_a_group_reads_that_one_was_taken_in(bob, group):
    say(bob, group)

    assert unread_causes(bob) == []


def test_answering_reads_the_notifications_of_what_is_answered(ann, bob):
    talk = make_conversation(ann, bob)
    say(ann, talk), say(ann, talk)
    assert len(unread_causes(bob)) == 2

    say(bob, talk)

    assert unread_causes(bob) == []
    assert count_unread(user=bob).messages == 0


def test_answering_reads_no_notification_of_another_talk(ann, bob, group):
    told = say(ann, group)
    mark_conversation_read(reader=bob, conversation_id=group.pk, up_to_seq=0)
    talk = make_conversation(ann, bob)
    say(ann, talk)

    say(bob, talk)

    assert unread_causes(bob) == [f"message:{told.pk}"]


@pytest.mark.parametrize("is_removed", [False, True])
def test_who_goes_is_told_nothing_of_the_conversation_any_more(ann, bob, group, is_removed):
    say(ann, group, "@bob"), say(ann, group)

    if is_removed:
        remove_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk)
    else:
        leave_conversation(user=bob, conversation_id=group.pk)

    assert unread_causes(bob) == []


def test_a_warning_is_not_read_with_the_conversation(ann, bob, group):
    message = say(bob, group)
    keeper = make_user("keeper", is_superuser=True)
    warn_sender(staff=keeper, message_id=message.pk, now=NOON)

    say(ann, group), say(bob, group)
    leave_conversation(user=bob, conversation_id=group.pk)

    assert unread_causes(bob) == [f"warning:{message.pk}"]


def test_strangers_read_nothing(bob, dora, ann):
    talk = make_conversation(ann, bob)
    message = say(ann, talk)

    with pytest.raises(NoSuchConversation):
        mark_conversation_read(reader=dora, conversation_id=talk.pk)
    for deed in (mark_message_read, mark_unread_from):
        with pytest.raises(NoSuchMessage):
            deed(reader=dora, message_id=message.pk)

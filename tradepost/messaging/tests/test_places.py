"""What people set of a conversation for themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from tradepost.feed.models import Event
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.actions.members import leave_conversation
from tradepost.messaging.actions.places import (
    archive_conversation,
    arrange_conversation,
    choose_notifications,
    mute_conversation,
    pin_conversation,
)
from tradepost.messaging.errors import NoSuchConversation
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.tests.factories import make_conversation

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def talk(ann, bob) -> Conversation:
    return make_conversation(ann, bob)


def place_of(user) -> Participant:
    return Participant.objects.get(user=user)


def test_everything_is_set_at_once_and_only_for_oneself(ann, bob, talk):
    arrange_conversation(
        user=ann, conversation_id=talk.pk, now=NOON,
        archived=True, pinned=True, muted_until=NOON, notify="nothing",
    )  # fmt: skip

    mine, theirs = place_of(ann), place_of(bob)
    assert (mine.archived_seq, mine.pinned_at, mine.muted_until, mine.notify) == (
        0, NOON, NOON, "nothing",
    )  # fmt: skip
    assert (theirs.archived_seq, theirs.pinned_at, theirs.muted_until, theirs.notify) == (
        None, None, None, "all",
    )  # fmt: skip
    events = Event.objects.filter(kind="conversation.arranged")
    assert {pointer.user for event in events for pointer in event.pointers.all()} == {ann}


def test_a_pin_keeps_its_moment_until_it_is_taken_out(ann, talk):
    pin_conversation(user=ann, conversation_id=talk.pk, pinned=True, now=NOON)
    pin_conversation(user=ann, conversation_id=talk.pk, pinned=True, now=NOON + timedelta(hours=1))
    assert place_of(ann).pinned_at == NOON

    pin_conversation(user=ann, conversation_id=talk.pk, pinned=False, now=NOON)
    assert place_of(ann).pinned_at is None


def test_strangers_set_nothing(charlie, talk):
    who = {"user": charlie, "conversation_id": talk.pk}
    deeds = [
        lambda: archive_conversation(**who, archived=True),
        lambda: pin_conversation(**who, pinned=True, now=NOON),
        lambda: mute_conversation(**who, until=NOON),
        lambda: choose_notifications(**who, notify="all"),
    ]
    for deed in deeds:
        with pytest.raises(NoSuchConversation):
            deed()


def test_who_left_may_put_the_past_away_and_when_more_is_refused_does_nothing(ann, bob):
    group = start_conversation(starter=ann, participant_ids=[bob.pk], title="Trip")
    leave_conversation(user=bob, conversation_id=group.pk)

    with pytest.raises(NoSuchConversation):
        arrange_conversation(
            user=bob, conversation_id=group.pk, now=NOON, archived=True, pinned=True
        )
    assert place_of(bob).archived_seq is None

    arrange_conversation(user=bob, conversation_id=group.pk, now=NOON, archived=True)
    assert place_of(bob).archived_seq == 1

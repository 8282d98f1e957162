"""Who comes into a conversation and who goes: the rules, on the actions."""

from uuid import uuid4

import pytest

from tradepost.accounts.actions.blocks import block_person
from tradepost.feed.models import Event
from tradepost.messaging.actions.conversations import open_conversation_about, start_conversation
from tradepost.messaging.actions.members import (
    add_participant,
    leave_conversation,
    make_owner,
    remove_participant,
    seat_person,
    unseat_person,
)
from tradepost.messaging.errors import (
    FixedMembership,
    NoSuchConversation,
    NoSuchMember,
    OwnersOnly,
    TooManyPeople,
    UnknownPerson,
)
from tradepost.messaging.models import Conversation, Message, Participant
from tradepost.messaging.tests.factories import make_conversation, say
from tradepost.notifications.models import Notification


@pytest.fixture
def group(ann, bob) -> Conversation:
    return start_conversation(starter=ann, participant_ids=[bob.pk], title="Trip")


def place_of(user, conversation) -> Participant:
    return Participant.objects.get(user=user, conversation=conversation)


def roles(conversation) -> dict[str, str]:
    active = Participant.objects.active().filter(conversation=conversation)
    return dict(active.values_list("user__username", "role"))


def told(kind, user) -> int:
    return Event.objects.filter(kind=kind, pointers__user=user).count()


def test_who_comes_in_sees_from_now_on_has_read_it_and_is_told(ann, bob, charlie, group):
    say(ann, group)

    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    place = place_of(charlie, group)
    assert (place.role, place.joined_seq, place.last_read_seq) == ("member", 1, 1)
    assert Message.objects.get(seq=2).payload["data"]["people"] == [str(charlie.pk)]
    assert Notification.objects.filter(user=charlie, kind="conversation.added").count() == 1
    assert told("conversation.people_changed", bob) == told("conversation.people_changed", charlie)


def test_taking_in_who_is_in_it_changes_nothing(ann, bob, group):
    before = place_of(bob, group)

    add_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk, show_history=True)

    assert place_of(bob, group).__dict__.keys() == before.__dict__.keys()
    assert not Message.objects.exists()


def test_who_comes_back_does_not_see_what_was_said_without_them(ann, bob, group):
    say(ann, group)
    remove_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk)
    secret = say(ann, group)

    add_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk)

    assert secret not in Message.objects.visible_to(bob)
    assert (place_of(bob, group).left_seq, place_of(bob, group).joined_seq) == (None, 3)


def test_only_owners_take_in_take_out_and_make_owners(ann, bob, charlie, group):
    deeds = [
        (add_participant, charlie),
        (remove_participant, ann),
        (make_owner, bob),
    ]
    for deed, person in deeds:
        with pytest.raises(OwnersOnly):
            deed(owner=bob, conversation_id=group.pk, user_id=person.pk)

    assert roles(group) == {"ann": "owner", "bob": "member"}


def test_unknown_people_and_those_who_block_the_owner_cannot_be_taken_in(ann, dora, group):
    block_person(blocker=dora, person_id=ann.pk)

    for user_id in (uuid4(), dora.pk, ann.pk):
        with pytest.raises(UnknownPerson):
            add_participant(owner=ann, conversation_id=group.pk, user_id=user_id)

    assert roles(group) == {"ann": "owner", "bob": "member"}


def test_a_conversation_holds_a_limited_number_of_people(ann, charlie, group, settings):
    settings.MOST_PARTICIPANTS = 2

    with pytest.raises(TooManyPeople):
        add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)


def test_who_is_taken_out_sees_that_they_were_and_nothing_after(ann, bob, group):
    remove_participant(owner=ann, conversation_id=group.pk, user_id=bob.pk)
    say(ann, group, "after")

    assert [m.seq for m in Message.objects.visible_to(bob)] == [1]
    assert told("conversation.people_changed", bob) == 1


def test_who_is_not_in_it_cannot_be_taken_out_or_made_owner(ann, charlie, group):
    for deed in (remove_participant, make_owner):
        with pytest.raises(NoSuchMember):
            deed(owner=ann, conversation_id=group.pk, user_id=charlie.pk)


def test_the_last_owner_who_goes_leaves_it_to_who_is_in_it_longest(ann, bob, charlie, group):
    add_participant(owner=ann, conversation_id=group.pk, user_id=charlie.pk)

    leave_conversation(user=ann, conversation_id=group.pk)

    assert roles(group) == {"bob": "owner", "charlie": "member"}


def test_everybody_may_take_themselves_out(ann, bob, group):
    remove_participant(owner=bob, conversation_id=group.pk, user_id=bob.pk)

    assert roles(group) == {"ann": "owner"}
    with pytest.raises(NoSuchConversation):
        leave_conversation(user=bob, conversation_id=group.pk)


def test_two_stay_two(ann, bob, charlie):
    talk = make_conversation(ann, bob)
    deeds = {add_participant: charlie, remove_participant: bob, make_owner: bob}

    for deed, person in deeds.items():
        with pytest.raises(FixedMembership):
            deed(owner=ann, conversation_id=talk.pk, user_id=person.pk)
    with pytest.raises(FixedMembership):
        leave_conversation(user=ann, conversation_id=talk.pk)

    assert roles(talk) == {"ann": "owner", "bob": "member"}


def test_there_may_be_two_owners_and_making_one_again_says_nothing(ann, bob, group):
    make_owner(owner=ann, conversation_id=group.pk, user_id=bob.pk)
    make_owner(owner=ann, conversation_id=group.pk, user_id=bob.pk)

    assert roles(group) == {"ann": "owner", "bob": "owner"}
    assert Message.objects.count() == 1


# --- Whom the house puts there -----------------------------------------------------------------


@pytest.fixture
def about(ann, bob) -> Conversation:
    return open_conversation_about(subject=bob, title="About", owner=ann, people=[bob])


def test_whom_the_house_puts_there_sees_all_of_it_read_and_without_a_word(ann, charlie, about):
    message = say(ann, about)

    seat_person(conversation_id=about.pk, user_id=charlie.pk)

    assert message in Message.objects.visible_to(charlie)
    assert not Message.unread.for_user(charlie).exists()
    assert Message.objects.count() == 1
    assert told("conversation.people_changed", charlie) == 1


def test_who_is_there_is_not_put_there_again(ann, bob, about):
    say(ann, about)

    seat_person(conversation_id=about.pk, user_id=bob.pk)

    assert Message.unread.for_user(bob).count() == 1
    assert told("conversation.people_changed", bob) == 0


def test_whom_the_house_takes_away_sees_no_more_but_an_owner_stays(ann, bob, about):
    for person in (ann, bob):
        unseat_person(conversation_id=about.pk, user_id=person.pk)
    say(ann, about)

    assert roles(about) == {"ann": "owner"}
    assert not Message.objects.visible_to(bob).exists()

"""The rules of opening conversations."""

from uuid import uuid4

import pytest

from tradepost.feed.models import Event
from tradepost.messaging.actions.conversations import (
    open_conversation_about,
    open_direct_conversation,
    start_conversation,
)
from tradepost.messaging.errors import NoSuchPerson, TooManyPeople
from tradepost.messaging.models import Conversation, Participant


def people_of(conversation: Conversation) -> dict[str, str]:
    members = Participant.objects.filter(conversation=conversation).select_related("user")
    return {member.user.username: member.role for member in members}


def test_two_people_have_one_direct_conversation_whoever_starts(ann, bob):
    first = open_direct_conversation(first=ann, second=bob)
    second = open_direct_conversation(first=bob, second=ann)

    assert first == second
    assert people_of(first) == {"ann": "owner", "bob": "member"}


def test_starting_with_one_person_finds_the_direct_conversation(ann, bob):
    direct = open_direct_conversation(first=bob, second=ann)

    assert start_conversation(starter=ann, participant_ids=[bob.pk, ann.pk]) == direct


def test_starting_with_several_people_makes_a_group_each_time(ann, bob, charlie):
    people = [bob.pk, charlie.pk]

    first = start_conversation(starter=ann, participant_ids=people)
    second = start_conversation(starter=ann, participant_ids=people)

    assert first != second
    assert first.kind == "group"
    assert people_of(first) == {"ann": "owner", "bob": "member", "charlie": "member"}


def test_unknown_people_are_refused_and_not_dropped(ann, bob):
    with pytest.raises(NoSuchPerson):
        start_conversation(starter=ann, participant_ids=[bob.pk, uuid4()])

    assert not Conversation.objects.exists()


def test_nobody_talks_to_themselves(ann):
    with pytest.raises(NoSuchPerson):
        start_conversation(starter=ann, participant_ids=[ann.pk])


def test_people_who_left_the_product_are_unknown(ann, bob):
    bob.is_active = False
    bob.save()

    with pytest.raises(NoSuchPerson):
        start_conversation(starter=ann, participant_ids=[bob.pk])


def test_there_is_one_conversation_about_a_thing(ann, bob, charlie):
    first = open_conversation_about(subject=charlie, title="Charlie", owner=ann, people=[bob])
    second = open_conversation_about(subject=charlie, title="Charlie", owner=ann, people=[bob])
    other = open_conversation_about(subject=bob, title="Bob", owner=ann, people=[bob])

    assert first == second != other
    assert first.subject == charlie


def test_who_is_in_it_hears_who_comes_when_it_is_opened_again(ann, bob, charlie):
    talk = open_conversation_about(subject=bob, title="Bob", owner=ann, people=[bob])

    open_conversation_about(subject=bob, title="Bob", owner=ann, people=[bob, charlie])

    [event] = Event.objects.filter(kind="conversation.people_changed")
    assert event.data == {"conversation": str(talk.pk)}
    assert {pointer.user for pointer in event.pointers.all()} == {ann, bob, charlie}


def test_a_conversation_holds_a_limited_number_of_people(ann, bob, charlie, settings):
    settings.MOST_PARTICIPANTS = 2

    with pytest.raises(TooManyPeople):
        start_conversation(starter=ann, participant_ids=[bob.pk, charlie.pk])

    assert not Conversation.objects.exists()


def test_everybody_in_it_hears_of_a_new_conversation_once(ann, bob):
    open_direct_conversation(first=ann, second=bob)
    conversation = open_direct_conversation(first=ann, second=bob)

    event = Event.objects.get()
    assert (event.kind, event.data) == (
        "conversation.created",
        {"conversation": str(conversation.pk)},
    )
    assert {pointer.user for pointer in event.pointers.all()} == {ann, bob}

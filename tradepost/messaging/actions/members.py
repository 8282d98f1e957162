"""Who comes into a conversation and who goes."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.places import (
    lock_conversation,
    lock_owned,
    lock_place,
    tell_members,
)
from tradepost.messaging.actions.reading import mark_told_read
from tradepost.messaging.actions.saying import say_in_system_message
from tradepost.messaging.errors import (
    FixedMembership,
    NoSuchMember,
    TooManyPeople,
    UnknownPerson,
)
from tradepost.messaging.kinds import group_of
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.payloads import JOINED, LEFT, OWNER_MADE, REMOVED
from tradepost.messaging.queries.members import ids_of_members
from tradepost.notifications.actions.notifications import notify


@atomic
def add_participant(
    *, owner: User, conversation_id: UUID, user_id: UUID, show_history: bool = False
) -> Conversation:
    """Take somebody in. They see what is said from now on, with ``show_history`` all of it.

    Who comes back sees no more than that either. Somebody who is in it already stays as they are.
    Raises NoSuchConversation, OwnersOnly, FixedMembership for a conversation of two, UnknownPerson,
    TooManyPeople.
    """
    conversation = lock_owned(owner, conversation_id)
    _refuse_direct(conversation)
    person = User.objects.visible_to(owner).filter(pk=user_id).first()
    if person is None:
        raise UnknownPerson
    place = Participant.objects.filter(conversation=conversation, user=person).first()
    if place is not None and place.left_seq is None:
        return conversation
    active = Participant.objects.active().filter(conversation=conversation)
    if active.count() >= settings.MOST_PARTICIPANTS:
        raise TooManyPeople(field="user_id")
    _come_in(conversation, person.pk, seen_from=0 if show_history else conversation.last_seq)
    _tell_of_newcomers(conversation, owner, [person.pk])
    return conversation


@atomic
def remove_participant(*, owner: User, conversation_id: UUID, user_id: UUID) -> Conversation:
    """Take somebody out; what they could see until now they may go on reading.

    Raises NoSuchConversation, OwnersOnly (but everybody may remove themselves), FixedMembership,
    NoSuchMember.
    """
    if user_id == owner.pk:
        return leave_conversation(user=owner, conversation_id=conversation_id)
    conversation = lock_owned(owner, conversation_id)
    _refuse_direct(conversation)
    _take_out(conversation, owner, user_id)
    return conversation


@atomic
def leave_conversation(*, user: User, conversation_id: UUID) -> Conversation:
    """Go out of a conversation; the last owner who goes leaves it to who is in it longest.

    Raises NoSuchConversation, FixedMembership for a conversation of two.
    """
    conversation, place = lock_place(user, conversation_id)
    _refuse_direct(conversation)
    say_in_system_message(conversation=conversation, kind=LEFT, actor=user)
    _go_out(conversation, place)
    return conversation


@atomic
def make_owner(*, owner: User, conversation_id: UUID, user_id: UUID) -> Conversation:
    """Let somebody else own the conversation too.

    Raises NoSuchConversation, OwnersOnly, FixedMembership, NoSuchMember.
    """
    conversation = lock_owned(owner, conversation_id)
    _refuse_direct(conversation)
    place = _find_place(conversation, user_id)
    if place.role != Participant.Role.OWNER:
        Participant.objects.filter(pk=place.pk).update(role=Participant.Role.OWNER)
        say_in_system_message(
            conversation=conversation, kind=OWNER_MADE, actor=owner, people=[str(user_id)]
        )
    return conversation


@atomic
def set_people(*, staff: User, conversation_id: UUID, user_ids: Collection[UUID]) -> None:
    """Let exactly these people be in a group: who comes sees what is said from now on.

    For those who keep the house, who need not be in it; everybody in it is told. Raises Refused
    without the permission ``messaging.change_conversation``, NoSuchConversation, FixedMembership,
    TooManyPeople, UnknownPerson.
    """
    if not staff.has_perm("messaging.change_conversation"):
        raise Refused
    conversation = lock_conversation(conversation_id)
    _refuse_direct(conversation)
    if len(user_ids) > settings.MOST_PARTICIPANTS:
        raise TooManyPeople(field="members")
    wanted, present = set(user_ids), set(ids_of_members(conversation_id=conversation_id))
    newcomers = sorted(wanted - present)
    if User.objects.filter(pk__in=newcomers, is_active=True).count() != len(newcomers):
        raise UnknownPerson
    for user_id in newcomers:
        _come_in(conversation, user_id, seen_from=conversation.last_seq)
    if newcomers:
        _tell_of_newcomers(conversation, staff, newcomers)
    for user_id in sorted(present - wanted):
        _take_out(conversation, staff, user_id)
    pass_on_ownership(conversation=conversation)


@atomic
def seat_person(*, conversation_id: UUID, user_id: UUID) -> None:
    """Take somebody in whom the house itself puts there, without a word: they see all that was
    said, and none of it is unread. Who is in it stays as they are. Raises NoSuchConversation.
    """
    conversation = lock_conversation(conversation_id)
    active = Participant.objects.active().filter(conversation=conversation)
    if not active.filter(user_id=user_id).exists():
        _come_in(conversation, user_id, seen_from=0)
        tell_members(conversation=conversation, kind="conversation.people_changed")


@atomic
def unseat_person(*, conversation_id: UUID, user_id: UUID) -> None:
    """Take somebody out whom the house had put there; an owner, or who is not in it, stays as they
    are. Raises NoSuchConversation.
    """
    conversation = lock_conversation(conversation_id)
    members = Participant.objects.active().filter(role=Participant.Role.MEMBER)
    place = members.filter(conversation=conversation, user_id=user_id).first()
    if place is not None:
        _go_out(conversation, place)


@atomic
def pass_on_ownership(*, conversation: Conversation) -> None:
    """See to it that a conversation, which is locked, has an owner if anybody is in it."""
    active = Participant.objects.active().filter(conversation=conversation).order_by("pk")
    if not active.filter(role=Participant.Role.OWNER).exists():
        longest = active.values("pk")[:1]
        Participant.objects.filter(pk__in=list(longest.values_list("pk", flat=True))).update(
            role=Participant.Role.OWNER
        )


def _refuse_direct(conversation: Conversation) -> None:
    if conversation.kind == Conversation.Kind.DIRECT:
        raise FixedMembership


def _find_place(conversation: Conversation, user_id: UUID) -> Participant:
    active = Participant.objects.active().filter(conversation=conversation)
    place = active.filter(user_id=user_id).first()
    if place is None:
        raise NoSuchMember
    return place


def _come_in(conversation: Conversation, user_id: UUID, *, seen_from: int) -> None:
    end = conversation.last_seq
    place = Participant(
        conversation=conversation, user_id=user_id, joined_seq=seen_from, last_read_seq=end
    )
    insert([place], unless_taken=["conversation", "user"])
    Participant.objects.filter(conversation=conversation, user_id=user_id).update(
        role=Participant.Role.MEMBER, joined_seq=seen_from, left_seq=None, last_read_seq=end,
        unread_from=None, archived_seq=None,
    )  # fmt: skip


def _take_out(conversation: Conversation, actor: User, user_id: UUID) -> None:
    place = _find_place(conversation, user_id)
    say_in_system_message(
        conversation=conversation, kind=REMOVED, actor=actor, people=[str(user_id)]
    )
    _go_out(conversation, place)


def _go_out(conversation: Conversation, place: Participant) -> None:
    """They see up to the message that says that they went; nothing of it is news to them."""
    place.left_seq, place.role = conversation.last_seq, Participant.Role.MEMBER
    place.pinned_at = None
    place.save(update_fields=["left_seq", "role", "pinned_at"])
    mark_told_read(user_id=place.user_id, conversation=conversation)
    pass_on_ownership(conversation=conversation)
    tell_members(
        conversation=conversation, kind="conversation.people_changed", also=[place.user_id]
    )


def _tell_of_newcomers(conversation: Conversation, owner: User, user_ids: Collection[UUID]) -> None:
    message = say_in_system_message(
        conversation=conversation, kind=JOINED, actor=owner, people=[str(pk) for pk in user_ids]
    )
    tell_members(conversation=conversation, kind="conversation.people_changed")
    notify(
        user_ids=user_ids,
        kind="conversation.added",
        cause=f"message:{message.pk}",
        actor=owner,
        data={"conversation": str(conversation.pk)},
        group=group_of(conversation.pk),
        seq=message.seq,
    )

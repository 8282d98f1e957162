"""Opening conversations, and what they are called and how they stand."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.places import lock_owned, lock_place, tell_members
from tradepost.messaging.actions.saying import say_in_system_message
from tradepost.messaging.checks import check_title
from tradepost.messaging.errors import BadState, FixedMembership, NoSuchPerson, TooManyPeople
from tradepost.messaging.kinds import group_of
from tradepost.messaging.models import Conversation, Participant
from tradepost.messaging.models.conversations import key_of_pair
from tradepost.messaging.payloads import RENAMED, STATE_CHANGED
from tradepost.messaging.queries.members import refuse_blocked
from tradepost.messaging.texts import clean_line
from tradepost.notifications.actions.notifications import notify


@atomic
def start_conversation(
    *, starter: User, participant_ids: Collection[UUID], title: str = ""
) -> Conversation:
    """Start a talk with these people; with one of them it is found if there is one already.

    With a title it is a group, also of two. Raises NoSuchPerson when an id is unknown, names nobody
    but the starter or somebody who blocked the starter, TooManyPeople, and TextRefused for a title.
    """
    people = find_people(starter=starter, ids=set(participant_ids), field="participant_ids")
    title = clean_line(title)
    check_title(sender=starter, title=title)
    if len(people) == 1 and not title:
        return open_direct_conversation(first=starter, second=people[0])
    conversation = Conversation.objects.create(
        kind=Conversation.Kind.GROUP, title=title, titled_by=starter if title else None
    )
    _add_people(conversation, owner=starter, people=people)
    return conversation


@atomic
def open_direct_conversation(*, first: User, second: User) -> Conversation:
    """Return the one conversation between two people."""
    key = key_of_pair(first.pk, second.pk)
    return _find_or_create(key, owner=first, people=[second], kind=Conversation.Kind.DIRECT)


@atomic
def open_conversation_about(
    *, subject: models.Model, title: str, owner: User, people: Iterable[User]
) -> Conversation:
    """Return the one conversation that ``owner`` has about ``subject`` with ``people``.

    It is the same one whenever it is opened; people who were not in it yet are taken in, and see
    what was said before.
    """
    kind = ContentType.objects.get_for_model(subject)
    return _find_or_create(
        f"{kind.app_label}.{kind.model}:{subject.pk}:{owner.pk.hex}",
        owner=owner,
        people=people,
        kind=Conversation.Kind.SUBJECT,
        subject_type=kind,
        subject_id=str(subject.pk),
        title=title,
    )


@atomic
def retitle_conversations_about(*, subject: models.Model, title: str) -> None:
    """Let all conversations about ``subject`` be called something else, without a word."""
    kind = ContentType.objects.get_for_model(subject)
    about = Conversation.objects.filter(subject_type=kind, subject_id=str(subject.pk))
    about.update(title=title)


@atomic
def rename_conversation(*, owner: User, conversation_id: UUID, title: str) -> Conversation:
    """Give a group another title, or none; the same one changes nothing.

    Raises TextRefused, NoSuchConversation, OwnersOnly, FixedMembership for one that is not a group.
    """
    title = clean_line(title)
    check_title(sender=owner, title=title)
    conversation = lock_owned(owner, conversation_id)
    if conversation.kind != Conversation.Kind.GROUP:
        raise FixedMembership("Only groups have titles that can be changed.")
    if title != conversation.title:
        conversation.title, conversation.titled_by = title, owner if title else None
        conversation.save(update_fields=["title", "titled_by"])
        say_in_system_message(conversation=conversation, kind=RENAMED, actor=owner)
    return conversation


@atomic
def set_conversation_state(
    *, user: User, conversation_id: UUID, state: str, now: datetime,
    snoozed_until: datetime | None = None,
) -> Conversation:  # fmt: skip
    """Say how the matter of a conversation stands; anything new that is said opens it again.

    Raises NoSuchConversation, Blocked, and BadState when a snoozed one has no end in the future.
    """
    conversation, _ = lock_place(user, conversation_id)
    refuse_blocked(conversation_id=conversation_id, user_id=user.pk)
    is_snoozed = state == Conversation.State.SNOOZED
    if is_snoozed != (snoozed_until is not None) or (snoozed_until and snoozed_until <= now):
        raise BadState(field="snoozed_until")
    if (state, snoozed_until) != conversation.standing(now=now):
        conversation.state, conversation.snoozed_until = state, snoozed_until
        conversation.save(update_fields=["state", "snoozed_until"])
        say_in_system_message(
            conversation=conversation, kind=STATE_CHANGED, actor=user, state=state
        )
    return conversation


def find_people(  # house: allow A1 because it only reads
    *, starter: User, ids: Collection[UUID], field: str
) -> list[User]:
    """Return the others whom a talk is to be started with; ``field`` says where they were named.

    Raises NoSuchPerson.
    """
    others = set(ids) - {starter.pk}
    people = list(User.objects.visible_to(starter).filter(pk__in=others))
    if not others or len(people) != len(others):
        raise NoSuchPerson(field=field)
    return people


def _find_or_create(
    dedupe_key: str, *, owner: User, people: Iterable[User], **fields: object
) -> Conversation:
    """Return the conversation of this key. Of parallel callers one creates it, all return it."""
    rows = Conversation.objects.filter(dedupe_key=dedupe_key)
    conversation = rows.first()
    if conversation is None:
        mine = Conversation(dedupe_key=dedupe_key, **fields)
        insert([mine], unless_taken=["dedupe_key"])
        conversation = rows.get()
    _add_people(conversation, owner=owner, people=people)
    return conversation


def _add_people(conversation: Conversation, *, owner: User, people: Iterable[User]) -> None:
    others = {person.pk for person in people} - {owner.pk}
    if len(others) + 1 > settings.MOST_PARTICIPANTS:
        raise TooManyPeople(field="participant_ids")
    roles = {owner.pk: Participant.Role.OWNER, **dict.fromkeys(others, Participant.Role.MEMBER)}
    present = Participant.objects.filter(conversation=conversation)
    known = set(present.values_list("user_id", flat=True))
    missing = roles.keys() - known
    places = [
        Participant(conversation=conversation, user_id=user_id, role=roles[user_id])
        for user_id in sorted(missing)
    ]
    insert(places, unless_taken=["conversation", "user"])  # of parallel callers each adds everybody
    data = {"conversation": str(conversation.pk)}
    publish(kind="conversation.created", user_ids=missing, data=data)
    if missing and known:
        tell_members(conversation=conversation, kind="conversation.people_changed")
    if conversation.kind == Conversation.Kind.GROUP:
        notify(
            user_ids=others,
            kind="conversation.added",
            cause=f"conversation:{conversation.pk}",
            actor=owner,
            data=data,
            group=group_of(conversation.pk),
        )

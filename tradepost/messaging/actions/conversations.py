"""Opening conversations."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.messaging.errors import NoSuchPerson, TooManyPeople
from tradepost.messaging.models import Conversation, Participant


@atomic
def start_conversation(*, starter: User, participant_ids: Collection[UUID]) -> Conversation:
    """Start a talk with these people; with one of them it is found if there is one already.

    Raises NoSuchPerson when an id is unknown or names nobody but the starter.
    """
    others = set(participant_ids) - {starter.pk}
    people = list(User.objects.visible_to(starter).filter(pk__in=others))
    if not others or len(people) != len(others):
        raise NoSuchPerson(field="participant_ids")
    if len(people) == 1:
        return open_direct_conversation(first=starter, second=people[0])
    conversation = Conversation.objects.create(kind=Conversation.Kind.GROUP)
    _add_people(conversation, owner=starter, people=people)
    return conversation


@atomic
def open_direct_conversation(*, first: User, second: User) -> Conversation:
    """Return the one conversation between two people."""
    pair = "+".join(sorted((first.pk.hex, second.pk.hex)))
    return _find_or_create(
        f"direct:{pair}", owner=first, people=[second], kind=Conversation.Kind.DIRECT
    )


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
    missing = roles.keys() - set(present.values_list("user_id", flat=True))
    places = [
        Participant(conversation=conversation, user_id=user_id, role=roles[user_id])
        for user_id in sorted(missing)
    ]
    insert(places, unless_taken=["conversation", "user"])  # of parallel callers each adds everybody
    publish(
        kind="conversation.created",
        user_ids=missing,
        data={"conversation": str(conversation.pk)},
    )

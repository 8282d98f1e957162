"""Who talks with whom, and who wrote what."""

from collections.abc import Collection, Iterable
from itertools import chain
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from tradepost.accounts.models import Block
from tradepost.feed.circles import Delivery
from tradepost.messaging.models import Message, Participant
from tradepost.messaging.queries.members import list_members

Pair = tuple[UUID, UUID]


def list_hearers(*, user_id: UUID, conversation_id: UUID) -> list[UUID]:
    """Return who else is in a conversation of the user's and hears of them; nobody for one that is
    not theirs."""
    members = list_members(conversation_id=conversation_id, sender_id=user_id)
    if all(member.user_id != user_id for member in members):
        return []
    others = (member for member in members if member.user_id != user_id)
    return [o.user_id for o in others if not (o.blocks_sender or o.blocked_by_sender)]


def list_partners(*, user_id: UUID, among: Collection[UUID]) -> set[UUID]:
    """Return who among these is in a conversation with the user now, but for blocked ones."""
    shared = Participant.objects.active().filter(
        conversation=OuterRef("conversation"), user=user_id
    )
    partners = Participant.objects.active().filter(Exists(shared), user__in=among)
    found = set(partners.exclude(user=user_id).values_list("user_id", flat=True).distinct())
    blocked = _find_blocks([user_id, *found])
    return {one for one in found if not {(user_id, one), (one, user_id)} & blocked}


def list_senders(*, deliveries: Collection[Delivery]) -> list[tuple[UUID, Delivery]]:
    """Return who wrote what was delivered: for each reader and conversation the last of it."""
    senders = _find_senders(deliveries)
    last: dict[tuple[UUID, UUID, UUID], Delivery] = {}
    for one in sorted(deliveries, key=lambda delivery: delivery.seq):
        sender = senders.get((one.conversation_id, one.seq))
        if sender is not None and sender != one.user_id:
            last[sender, one.user_id, one.conversation_id] = one
    blocked = _find_blocks(chain.from_iterable(key[:2] for key in last))
    present = _find_present(last)
    return [
        (sender, delivery)
        for (sender, reader, talk), delivery in last.items()
        if {(talk, sender), (talk, reader)} <= present
        and not {(sender, reader), (reader, sender)} & blocked
    ]


def _find_senders(deliveries: Collection[Delivery]) -> dict[tuple[UUID, int], UUID]:
    written = Message.objects.filter(
        conversation__in={one.conversation_id for one in deliveries},
        seq__in={one.seq for one in deliveries},
        sender__isnull=False,
    )
    rows = written.order_by().values_list("conversation_id", "seq", "sender_id")
    return {(conversation, seq): sender for conversation, seq, sender in rows if sender}


def _find_present(keys: Iterable[tuple[UUID, UUID, UUID]]) -> set[Pair]:
    """Return who of these senders and readers is in which of these conversations now."""
    people = set(chain.from_iterable(key[:2] for key in keys))
    talks = {talk for *_, talk in keys}
    members = Participant.objects.active().filter(conversation__in=talks, user__in=people)
    return set(members.order_by().values_list("conversation_id", "user_id"))


def _find_blocks(people: Iterable[UUID]) -> set[Pair]:
    """Return who of these people blocks whom of them."""
    ids = set(people)
    blocks = Block.objects.filter(Q(blocker__in=ids) & Q(blocked__in=ids)).order_by()
    return set(blocks.values_list("blocker_id", "blocked_id"))

"""Who is in a conversation."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from tradepost.accounts.models import Block
from tradepost.kit.prepared import Prepared, as_uuid
from tradepost.messaging.errors import Blocked
from tradepost.messaging.models import Conversation, Member, Participant


def list_members(*, conversation_id: UUID, sender_id: UUID) -> list[Member]:
    """Return who is in the conversation now, and who of them and the sender blocks whom."""
    rows = _members.run(conversation_id=conversation_id, blocked=sender_id, blocker=sender_id)
    return [
        Member(as_uuid(user_id), seq, notify, _as_moment(muted_until), bool(blocks), bool(blocked))
        for user_id, seq, notify, muted_until, blocks, blocked in rows
    ]


def refuse_blocked(*, conversation_id: UUID, user_id: UUID) -> None:
    """Raise Blocked when everybody else in the conversation blocks the user."""
    members = list_members(conversation_id=conversation_id, sender_id=user_id)
    others = [member for member in members if member.user_id != user_id]
    if others and all(member.blocks_sender for member in others):
        raise Blocked


def ids_of_members(*, conversation_id: UUID) -> list[UUID]:
    """Return who is in the conversation now."""
    return [as_uuid(user_id) for (user_id,) in _ids.run(conversation_id=conversation_id)]


def have_talked(*, first: UUID, second: UUID) -> bool:
    """Return whether two people have their conversation of two already."""
    direct = Conversation.objects.filter(kind=Conversation.Kind.DIRECT, memberships__user=first)
    return direct.filter(memberships__user=second).exists()


def _build_members(conversation_id: UUID, blocked: UUID, blocker: UUID) -> QuerySet[Any, Any]:
    blocks = Block.objects.filter(blocker=OuterRef("user_id"), blocked_id=blocked)
    is_blocked = Block.objects.filter(blocker_id=blocker, blocked=OuterRef("user_id"))
    active = Participant.objects.active().filter(conversation_id=conversation_id)
    return active.values_list(
        "user_id", "last_read_seq", "notify", "muted_until", Exists(blocks), Exists(is_blocked)
    )


def _build_ids(conversation_id: UUID) -> QuerySet[Any, Any]:
    active = Participant.objects.active().filter(conversation_id=conversation_id)
    return active.values_list("user_id")


_members = Prepared(
    _build_members, places={"conversation_id": UUID, "blocked": UUID, "blocker": UUID}
)
_ids = Prepared(_build_ids, places={"conversation_id": UUID})


def _as_moment(kept: Any) -> datetime | None:
    """Return a time as a row has it: a datetime, or its text where the database has no times."""
    if kept is None or isinstance(kept, datetime):
        return kept
    moment = datetime.fromisoformat(str(kept))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Who may notice what of whom: typing, presence, receipts.

A higher app, which knows who talks with whom, says so by registering its circle.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

MOST_WATCHED = 100  # people of whose presence somebody may ask at once


@dataclass(frozen=True)
class Delivery:
    """That a message has reached a device of somebody."""

    user_id: UUID
    conversation_id: UUID
    seq: int

    def as_json(self) -> dict[str, Any]:
        """Return it as frames show it."""
        return {
            "user": self.user_id, "conversation": self.conversation_id, "seq": self.seq,
        }  # fmt: skip


@dataclass(frozen=True)
class Circle:
    """Whom the feed asks about people; nobody who blocks or is blocked is ever among the answers.

    ``message_kind`` is the event that brings a message, with its ``conversation`` and ``seq``.
    ``list_hearers(user_id=…, conversation_id=…)`` returns who else is in a conversation of the
    user's, nobody for one that is not theirs; ``list_known(user_id=…, among=…)`` who among these
    talks with the user; ``list_senders(deliveries=…)`` who wrote what was delivered, for each
    reader and conversation the last of it.
    """

    message_kind: str
    list_hearers: Callable[..., Collection[UUID]]
    list_known: Callable[..., Collection[UUID]]
    list_senders: Callable[..., Collection[tuple[UUID, Delivery]]]


_circles: list[Circle] = []


def register_circle(circle: Circle) -> None:
    """Let the feed ask this circle."""
    _circles.append(circle)


def list_known(*, user_id: UUID, among: Collection[UUID]) -> set[UUID]:
    """Return who among these talks with the user; one knows oneself."""
    known = {user_id} & set(among)
    for circle in _circles:
        known |= set(circle.list_known(user_id=user_id, among=among))
    return known


def circles() -> tuple[Circle, ...]:
    """Return those that were registered."""
    return tuple(_circles)

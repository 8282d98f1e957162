"""Who is connected, and who talks with whom. Same every time."""

from uuid import UUID

from benchmarks.data import make_uuid

TALKS = 200
TALK_SIZE = 5
PEOPLE = TALKS * TALK_SIZE


def user_id(number: int) -> UUID:
    """Return the id of a user."""
    return make_uuid("live user", number)


def talk_id(number: int) -> UUID:
    """Return the id of a conversation, which users 5n to 5n + 4 are in."""
    return make_uuid("live talk", number)

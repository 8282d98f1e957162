"""The rows that messaging is measured on, in databases of their own. Same every time.

One reader has ``TALKS`` conversations of two, which hold all the messages there are: a few in one
database, a million in the other. Nobody who sends anything is in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from benchmarks import data

FEW, MANY = 10_000, 1_000_000
TALKS = 50  # of the reader, all on one page of their list
LONG_TALK = 120_000  # messages in the reader's first conversation, where there are many
DEPTH = 100_000  # messages before a page that lies deep in it
UNREAD_STEP = (
    4  # messages beyond the reader's place: so many in the first talk, twice in the second
)
GROUPS = {2: 8, 8: 1, 100: 2, 250: 2}  # how many conversations of so many people
REPLIES = 1_000
READER = 501  # those before are in groups
FIRST_IN_THREAD = 601


@dataclass(frozen=True)
class Talk:
    """A conversation; ``unread`` messages at its end are beyond the place of its first person."""

    id: UUID
    people: tuple[UUID, ...]
    last_seq: int = 0
    unread: int = 0


@dataclass(frozen=True)
class Reply:
    """A message of the thread, the first of which answers none."""

    id: UUID
    seq: int
    sender_id: UUID
    parent: "Reply | None"
    depth: int


def talks_of_reader(messages: int) -> list[Talk]:
    """Return the reader's conversations, with so many messages together."""
    first, *others = _lengths(messages)
    people = [(data.user_id(READER), data.user_id(READER + n)) for n in range(1, TALKS + 1)]
    return [
        Talk(data.make_uuid("talk", n), pair, length, unread=n * UNREAD_STEP)
        for n, (pair, length) in enumerate(zip(people, [first, *others], strict=True), start=1)
    ]


def _lengths(messages: int) -> list[int]:
    first = LONG_TALK if messages > 2 * LONG_TALK else messages // TALKS
    each, rest = divmod(messages - first, TALKS - 1)
    return [first + rest, *[each] * (TALKS - 1)]


def groups(size: int) -> list[Talk]:
    """Return empty conversations of so many people, as few of them as can be in two."""
    return [
        Talk(
            data.make_uuid(f"group of {size}", number),
            tuple(data.user_id(1 + number * size + place) for place in range(size)),
        )
        for number in range(GROUPS[size])
    ]


def talk_of_thread() -> Talk:
    people = (data.user_id(FIRST_IN_THREAD), data.user_id(FIRST_IN_THREAD + 1))
    return Talk(data.make_uuid("talk of the thread", 0), people, last_seq=REPLIES + 1)


def thread() -> Iterator[Reply]:
    """Yield a message and its replies: three answer each, so that it grows wide and some deep."""
    people = talk_of_thread().people
    said: list[Reply] = []
    for number in range(REPLIES + 1):
        parent = said[(number - 1) // 3] if number else None
        reply = Reply(
            id=data.make_uuid("reply", number),
            seq=number + 1,
            sender_id=people[number % 2],
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
        )
        said.append(reply)
        yield reply

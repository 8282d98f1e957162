"""A message and all replies below it as a tree of JSON, no deeper than readers of JSON can go."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tradepost.messaging.rows import Shown

MOST_LEVELS = 100  # encoders and decoders give up at some 250 levels, and each reply takes two


@dataclass(frozen=True, slots=True)
class Forest:
    """Messages with their ``replies`` in them.

    ``trees`` begin with messages whose parents are not here. ``further`` are those whose parents
    are here, so deep that nothing more is nested into them.
    """

    trees: list[Shown] = field(default_factory=list)
    further: list[Shown] = field(default_factory=list)


def as_forest(messages: Iterable[Shown]) -> Forest:
    """Nest shown messages, which come after their parents, into one another."""
    forest = Forest()
    places: dict[object, tuple[list[Shown], int]] = {}  # where replies go, and how deep that is
    for message in messages:
        siblings, level = places.get(message["parent_message"], (forest.trees, 0))
        if level == MOST_LEVELS:
            siblings, level = forest.further, 0
        replies: list[Shown] = []
        siblings.append({**message, "replies": replies})
        places[message["message_id"]] = (replies, level + 1)
    return forest

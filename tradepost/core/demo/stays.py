"""Who stays where in the demo, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A review."""

    stars: int
    words: str


@dataclass(frozen=True)
class Story:
    """A stay at the place with this picture, which begins so many days from today.

    It ``becomes`` over, paid, canceled, declined, expired, accepted or requested. What is said of
    one that is over is told a day or two later.
    """

    home: str
    guest: str
    starts_in: int
    nights: int
    party: int
    becomes: str
    by_guest: Said | None = None
    by_host: Said | None = None


# What has happened, or is settled: nobody has to be told of it any more.
SETTLED: Sequence[Story] = [
    Story(
        "boathouse", "ines", -150, 4, 2, "over",
        Said(5, "We fell asleep to water and woke up to mountains. The sauna ladder is real."),
        Said(5, "Left the boats drier than they found them. Welcome back any time."),
    ),
    Story(
        "forest-cabin", "guest", -118, 3, 2, "over",
        Said(5, "Exactly as quiet as it looks. A deer came to breakfast on both days."),
        Said(5, "Stacked the wood again without being asked!"),
    ),
    Story(
        "loft", "ines", -75, 3, 2, "over",
        Said(5, "The taller bicycle is the better one. What a place to have breakfast."),
        Said(4, "All well, only the keys went to Sweden for a day."),
    ),
    Story(
        "lighthouse", "lena", -61, 5, 4, "over",
        Said(5, "Two storms in one bath. The kitchen is made for long evenings."),
        Said(5, "A host herself, and it shows."),
    ),
    Story(
        "tiled-house", "guest", -48, 5, 2, "over",
        Said(5, "We counted the tiles. There are four hundred and two."),
        Said(5, "Lovely guests, who now know the whole street."),
    ),
    Story(
        "barge", "mateo", -34, 2, 1, "over",
        Said(5, "Wrote half a book at the desk by the portholes."),
        Said(5, "So quiet that we looked whether he was still there."),
    ),
    Story(
        "apricot-house", "jonas", -27, 2, 1, "over",
        Said(4, "Minister got my sandwich after all. A very kind house."),
        Said(4, "Please do not feed the cat."),
    ),
    # The guest has not said anything of this one yet.
    Story("barge", "guest", -6, 3, 2, "over", None, Said(5, "The deck has never been so clean.")),
    Story("barge", "lena", -1, 4, 1, "paid"),
    Story("forest-cabin", "ines", 5, 3, 2, "paid"),
    Story("boathouse", "guest", 19, 4, 2, "paid"),
    Story("adobe", "guest", 28, 3, 2, "canceled"),
    Story("boathouse", "jonas", 62, 2, 2, "declined"),
    Story("snow-hut", "jonas", 26, 3, 2, "expired"),
]  # fmt: skip

# What waits for somebody.
OPEN: Sequence[Story] = [
    Story("tea-hill", "guest", 40, 4, 2, "accepted"),
    Story("lighthouse", "jonas", 33, 5, 4, "requested"),
    Story("boathouse", "mateo", 47, 3, 3, "requested"),
]

TALKED_ABOUT = ("boathouse", "guest")  # of which place, and with which guest
TALK = [
    ("guest", "Hello Tomas! Our train gets in at half past nine in the evening. Is that too late?"),
    (
        "host",
        "Not at all, in summer that is the middle of the day. I will leave the stove warm and the "
        "key in the **blue boot** by the door.",
    ),
    ("guest", "Perfect. One more thing: may we bring our own fishing rods?"),
]

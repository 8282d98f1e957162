"""How long an outage lasted, for those who waited: from the attempts of the clients alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

SOON_SECONDS = 0.5  # within which what is promised usually comes


@dataclass(frozen=True)
class Attempt:
    """A request: what for, when it was sent and answered, and what came instead of success."""

    kind: str
    begun: float
    ended: float
    failure: str


@dataclass(frozen=True)
class Wait:
    """Something that comes later than it was promised: a row at a socket, a receipt by mail."""

    promised: float
    came: float


@dataclass(frozen=True)
class Window:
    """A fault, from its first moment until the next one's, and when all was there again."""

    name: str
    begun: float
    ended: float
    mended: float = 0.0

    def has(self, moment: float) -> bool:
        """Say whether it was then."""
        return self.begun <= moment < self.ended


@dataclass(frozen=True)
class Outage:
    """What the clients of one kind felt in a window: the longest time without any success, and how
    many of the attempts failed, by what came instead."""

    seconds: float
    attempts: int
    failures: Mapping[str, int]

    @property
    def failed(self) -> int:
        """Return how many attempts had no success."""
        return sum(self.failures.values())


def measure_outage(attempts: Iterable[Attempt], window: Window, *, kind: str) -> Outage:
    """Return what became of the attempts that ended in the window."""
    ended = [one for one in attempts if one.kind == kind and window.has(one.ended)]
    return Outage(
        seconds=longest_silence((one.ended for one in ended if not one.failure), window),
        attempts=len(ended),
        failures=dict(Counter(one.failure for one in ended if one.failure)),
    )


def longest_silence(moments: Iterable[float], window: Window) -> float:
    """Return the longest time of the window without any of these moments, its edges included."""
    marks = [window.begun, *sorted(filter(window.has, moments)), window.ended]
    return max(later - earlier for earlier, later in pairwise(marks))


def longest_wait(waits: Iterable[Wait], window: Window) -> float:
    """Return the longest of the waits that began in the window, whenever they ended; 0 for none.

    A fault also has those that began just before it: they would have been over.
    """
    began = (one for one in waits if window.has(one.promised + SOON_SECONDS))
    return max((max(0.0, one.came - one.promised) for one in began), default=0.0)

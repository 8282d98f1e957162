"""When to come back after a loss (docs/feed-protocol.md, "Closing" and "Coming back")."""

from collections.abc import Callable
from dataclasses import dataclass

from tradepost.feed.client.effects import PAUSED, STOPPED, WAITING
from tradepost.feed.client.frames import Closing

USUAL_SECONDS = 2.0
MOST_SECONDS = 30.0
LEAST_SECONDS = 0.1  # a server that says 0 must not have a client spin
MOST_DOUBLINGS = 10

NEVER = frozenset({1003, 1009, 4400, 4404})
AT_ONCE = frozenset({4008, 4009, 4408})
WHEN_LOOKED_AT = 4010
NOT_SIGNED_IN = 4401
OTHER_ORIGIN = 4403


@dataclass(frozen=True, slots=True)
class Plan:
    """The state after a loss; when waiting, for how long and whether nothing may shorten it."""

    state: str
    seconds: float = 0.0
    is_fixed: bool = False


class Returning:
    """Plans returns, and counts what went wrong in a row."""

    def __init__(self, *, random: Callable[[], float], has_tickets: bool) -> None:
        self._random = random
        self._has_tickets = has_tickets
        self._base = USUAL_SECONDS
        self._failures = 0
        self._hurries = 0

    def note_welcome(self, *, retry_after_seconds: float | None) -> None:
        """Count from the beginning: the attempt succeeded."""
        advice = USUAL_SECONDS if retry_after_seconds is None else retry_after_seconds
        self._base = max(LEAST_SECONDS, advice)
        self._failures = 0

    def note_progress(self) -> None:
        """Let the next return be at once again: the connection was good for something."""
        self._hurries = 0

    def after_loss(self, *, code: int | None) -> Plan:
        """Plan the return after a loss without ``closing``."""
        if plan := self._by_code(code):
            return plan
        if code in AT_ONCE:
            return self.at_once()
        return self._wait_doubled()

    def after_closing(self, *, closing: Closing) -> Plan:
        """Plan the return that the server asks for."""
        if plan := self._by_code(closing.code):
            return plan
        if closing.retry_after_seconds is None:
            return Plan(PAUSED)
        if closing.retry_after_seconds == 0:
            return self.at_once()
        return Plan(WAITING, closing.retry_after_seconds, is_fixed=True)

    def at_once(self) -> Plan:
        """Plan to return at once, but not again and again without any progress."""
        self._hurries += 1
        if self._hurries == 1:
            return Plan(WAITING)
        return Plan(WAITING, self._jittered(self._hurries - 2))

    def _by_code(self, code: int | None) -> Plan | None:
        if code in NEVER or (code == OTHER_ORIGIN and not self._has_tickets):
            return Plan(STOPPED)
        if code == WHEN_LOOKED_AT or (code == NOT_SIGNED_IN and not self._has_tickets):
            return Plan(PAUSED)
        if code in (NOT_SIGNED_IN, OTHER_ORIGIN):
            return self.at_once()  # with a new ticket
        return None

    def _wait_doubled(self) -> Plan:
        self._failures += 1
        return Plan(WAITING, self._jittered(self._failures - 1))

    def _jittered(self, doublings: int) -> float:
        seconds = self._base * 2.0 ** min(doublings, MOST_DOUBLINGS)
        return min(MOST_SECONDS, seconds) * (0.5 + self._random())

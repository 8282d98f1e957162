"""What the core asks of whoever holds its sockets, clock and application."""

from dataclasses import dataclass

from tradepost.feed.client.frames import Cursor, Frame, Row

CONNECTING = "connecting"
LIVE = "live"
WAITING = "waiting"  # comes back by itself
PAUSED = "paused"  # comes back when somebody looks at it
STOPPED = "stopped"  # does not come back
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Connect:
    """Get a ticket, if there are tickets, and open a socket of this number."""

    connection: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send a frame."""

    connection: int
    frame: Frame


@dataclass(frozen=True, slots=True)
class Drop:
    """Close a socket; what it says from now on means nothing."""

    connection: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Apply these, then call ``applied`` with the place."""

    rows: list[Row]
    end: Cursor


@dataclass(frozen=True, slots=True)
class Reset:
    """Load everything afresh, then call ``applied`` with the place."""

    end: Cursor


@dataclass(frozen=True, slots=True)
class State:
    """The core is in another state."""

    name: str
    code: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The last word on a message: done (2xx) or refused."""

    client_id: str
    status: int
    data: object


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody types, came, went or received: to be shown, not kept."""

    frame: Frame


Effect = Connect | Send | Drop | Rows | Reset | State | Answered | Passing

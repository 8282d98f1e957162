"""Where a client is in the feed."""

from tradepost.feed.client.errors import Gap
from tradepost.feed.client.frames import Cursor, Page, Row


class Place:
    """What was handed to the application, and what of it is applied.

    Rows that were handed out are not handed out again when the server repeats them to a client
    that came back before they were applied.
    """

    def __init__(self, *, cursor: Cursor | None) -> None:
        self.handed = cursor
        self.applied = cursor
        self.duplicates = 0

    def begin(self, *, end: Cursor) -> None:
        """Begin at the end of the feed, unless there is a place already."""
        if self.applied is None:
            self.handed = self.applied = end

    def take(self, *, page: Page) -> list[Row]:
        """Return the rows of a page that are new. Raises Gap, and has taken nothing then."""
        if page.reset:
            self.handed = page.end
            return []
        self.check(end=page.end)
        assert self.handed is not None
        fresh = _after(self.handed.seq, page.rows)
        seq = self.handed.seq + len(fresh)
        if page.end.seq > seq:
            raise Gap
        self.handed = Cursor(page.end.epoch, seq)
        self.duplicates += len(page.rows) - len(fresh)
        return fresh

    def check(self, *, end: Cursor) -> None:
        """Raise Gap for a place in another history."""
        if self.handed is None or self.handed.epoch != end.epoch:
            raise Gap

    def check_end(self, *, end: Cursor) -> None:
        """Raise Gap when the server sent more than what came."""
        self.check(end=end)
        assert self.handed is not None
        if end.seq > self.handed.seq:
            raise Gap

    def back(self) -> None:
        """Have what is not applied handed out again."""
        self.handed = self.applied


def _after(seq: int, rows: list[Row]) -> list[Row]:
    fresh = []
    for row in rows:
        if row.seq > seq + 1:
            raise Gap
        if row.seq == seq + 1:
            fresh.append(row)
            seq = row.seq
    return fresh

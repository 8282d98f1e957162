"""Reading the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.models import FeedHead, Pointer, first_epoch
from tradepost.kit.prepared import Prepared, as_uuid

MOST_ROWS = 200
Row = tuple[int, str, str, datetime]


@dataclass(frozen=True)
class FeedPage:
    """A stretch of a user's feed.

    ``reset`` means that the client's place is unknown or no longer kept: it must load its screens
    afresh and go on from ``seq``. ``more`` means that rows after these are waiting. A row is its
    number, kind, data (as JSON) and moment, as the database driver gives them (``rows.py``).
    """

    epoch: UUID
    seq: int
    reset: bool
    more: bool
    rows: list[Row]


def _build_head(user: UUID) -> Any:
    return FeedHead.objects.filter(user=user).values_list("epoch", "seq", "kept_after")


def _build_rows(user: UUID, after: int, until: int) -> Any:
    rows = Pointer.objects.visible_to(User(pk=user)).filter(seq__gt=after, seq__lte=until)
    columns = ("seq", "event__kind", "event__data", "event__created_at")
    return rows.order_by("seq").values_list(*columns)


_head = Prepared(_build_head, places={"user": UUID})
_rows = Prepared(
    _build_rows,
    places={"user": UUID, "after": int, "until": int},
    around="{query} LIMIT %(limit)s",
)


def read_feed(
    *, user: User, after: int, epoch: UUID | None = None, limit: int = MOST_ROWS
) -> FeedPage:
    """Return up to ``limit`` events after number ``after``, oldest first."""
    kept, seq, kept_after = _head.first(user=user.pk) or (first_epoch(user.pk), 0, 0)
    known = epoch is None or epoch == as_uuid(kept)
    if not known or not kept_after <= after <= seq:
        return FeedPage(as_uuid(kept), seq, reset=True, more=False, rows=[])
    if after == seq:
        return FeedPage(as_uuid(kept), seq, reset=False, more=False, rows=[])
    rows = _rows.run(user=user.pk, after=after, until=seq, limit=limit)
    if not rows or rows[0][0] != after + 1:  # trimmed since the head was read
        return FeedPage(as_uuid(kept), seq, reset=True, more=False, rows=[])
    last = rows[-1][0]
    return FeedPage(as_uuid(kept), last, reset=False, more=last < seq, rows=rows)

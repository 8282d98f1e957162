"""Reading the log."""

from dataclasses import dataclass
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.models import FeedHead, Pointer, first_epoch

MOST_ROWS = 200


@dataclass(frozen=True)
class FeedPage:
    """A stretch of a user's feed.

    ``reset`` means that the client's place is unknown or no longer kept: it must load its screens
    afresh and go on from ``seq``. ``more`` means that rows after these are waiting.
    """

    epoch: UUID
    seq: int
    reset: bool
    more: bool
    rows: list[Pointer]


def read_feed(
    *, user: User, after: int, epoch: UUID | None = None, limit: int = MOST_ROWS
) -> FeedPage:
    """Return up to ``limit`` events after number ``after``, oldest first."""
    empty = FeedHead(user=user, epoch=first_epoch(user.pk))
    head = FeedHead.objects.filter(user=user).first() or empty
    known = epoch is None or epoch == head.epoch
    if not known or not head.kept_after <= after <= head.seq:
        return FeedPage(head.epoch, head.seq, reset=True, more=False, rows=[])
    rows = Pointer.objects.visible_to(user).filter(seq__gt=after, seq__lte=head.seq)
    page = list(rows.select_related("event").order_by("seq")[:limit])
    last = page[-1].seq if page else after
    return FeedPage(head.epoch, last, reset=False, more=last < head.seq, rows=page)

"""When the history of all feeds is no longer the one that clients saw."""

from uuid import uuid4

from tradepost.accounts.models import User
from tradepost.feed.models import FeedHead
from tradepost.kit.transactions import atomic

AT_ONCE = 1000


@atomic
def begin_new_epoch() -> None:
    """Have every client load everything afresh: numbers that it has seen may come again.

    Who has no feed yet may have had one before the restore, so everybody gets one.
    """
    epoch = uuid4()
    FeedHead.objects.update(epoch=epoch)
    without = User.objects.filter(feedhead=None).order_by("pk").values_list("pk", flat=True)
    heads = (FeedHead(user_id=pk, epoch=epoch) for pk in without)
    FeedHead.objects.bulk_create(heads, batch_size=AT_ONCE)

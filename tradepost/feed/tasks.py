"""Background work of the feed."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tradepost.feed.actions.tickets import drop_old_tickets
from tradepost.feed.actions.trimming import trim_feeds as trim_old_feeds
from tradepost.kit.jobs import job

MINUTE, HOUR = 60, 3600
MOST_PORTIONS = 100  # in one run; the next one goes on


@job("feed.trim", every_seconds=HOUR, lease_seconds=10 * MINUTE)
def trim_feeds() -> None:
    """Forget events older than ``settings.KEEP_FEED_DAYS``, in portions, so that nobody waits long
    for one."""
    before = timezone.now() - timedelta(days=settings.KEEP_FEED_DAYS)
    for _ in range(MOST_PORTIONS):
        if not trim_old_feeds(before=before):
            return


@job("feed.drop_tickets", every_seconds=HOUR)
def drop_tickets() -> None:
    """Forget the tickets that nobody used."""
    drop_old_tickets(now=timezone.now())

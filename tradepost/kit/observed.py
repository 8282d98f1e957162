"""Switches on what the settings ask for to watch this process."""

from django.conf import settings

from tradepost.kit import metrics
from tradepost.kit.statements import watch_statements


def watch() -> None:
    """Do it, once for a process. Without a word in the settings nothing is imported for it."""
    if settings.METRICS_TOKEN:
        metrics.switch_on(shared_folder=settings.METRICS_DIR)
    if settings.METRICS_TOKEN or settings.SLOW_QUERY_MS:
        watch_statements()

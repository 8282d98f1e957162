"""Switches on what the settings ask for to watch this process."""

from django.conf import settings

from tradepost.kit import metrics
from tradepost.kit.statements import watch_statements


def watch() -> None:
    """Do it, once for a process. Without a word in the settings nothing is imported for it."""
    if settings.METRICS_TOKEN:
        metrics.switch_on(shared_folder=settings.METRICS_DIR)
    if settings.METRICS_TOKEN or settings.SLOW_QUERY_MS or settings.TRACES:
        watch_statements()
    if settings.TRACES:
        _trace()
    if settings.SENTRY_DSN:
        from tradepost.kit.reports import report_faults  # its library is an extra

        report_faults(settings.SENTRY_DSN)


def _trace() -> None:
    from tradepost.kit.http import request_log
    from tradepost.kit.jobs import watching
    from tradepost.kit.traces import Traces  # its library is an extra

    request_log.traces = watching.traces = Traces()

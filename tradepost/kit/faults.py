"""Tells the admins of faults, once an hour: of each job that dies, of requests that crash, and of
what an app cannot put right by itself."""

import logging
from datetime import datetime
from traceback import walk_tb

import structlog
from django.conf import settings
from django.utils import timezone

from tradepost.kit.interruptions import is_away, is_busy

log = structlog.get_logger(__name__)

REPORT = "kit.report_trouble"
FACT_LENGTH = 500


def report_dead_job(*, name: str, job_id: int, error: Exception, now: datetime) -> None:
    """Have the admins told of a dead job, of the first of its name in an hour.

    Not when it is the report itself that died: that would go on for ever.
    """
    if name != REPORT:
        facts = [f"Job {job_id}", _place_of(error), f"{settings.SITE_URL}/admin/"]
        _report(f"The job {name} failed for good", facts, key=f"dead-job:{name}", now=now)


def report_finding(title: str, facts: list[str], *, key: str, now: datetime) -> None:
    """Have the admins told of something that only people can put right, under ``key`` once in an
    hour. ``facts`` are ids and words of ours."""
    _report(title, facts, key=f"finding:{key}", now=now)


class FaultMails(logging.Handler):
    """Has the admins told of the first request in an hour that ended in a 500."""

    def emit(self, record: logging.LogRecord) -> None:
        """Never raise: the one who is waiting for the answer must get it."""
        if record.exc_info and _will_pass(record.exc_info[1]):
            return
        try:
            _report("A request crashed", _facts(record), key="crash", now=timezone.now())
        except Exception:
            log.exception("fault.not_reported")


def _will_pass(error: BaseException | None) -> bool:
    """Say whether it was no crash: the database was away, and could not be told of it either."""
    return error is not None and (is_away(error) or is_busy(error))


def _facts(record: logging.LogRecord) -> list[str]:
    """Return what is safe to mail: the route and not the path, which may carry secrets."""
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    error = record.exc_info[1] if record.exc_info else None
    context = structlog.contextvars.get_contextvars()
    return [
        f"{getattr(request, 'method', '')} {getattr(match, 'route', None)}",
        _place_of(error) if error is not None else record.getMessage(),
        f"Request {context.get('request_id')}, {timezone.now():%Y-%m-%d %H:%M:%S} UTC",
    ]


def _place_of(error: BaseException) -> str:
    """Return what it was and where, without its words: those may quote what belongs to people, who
    would not be forgotten in a mail. Of a job its row has them, of a request the log."""
    *_, frame = [None, *walk_tb(error.__traceback__)]
    where = f" in {frame[0].f_globals.get('__name__')}, line {frame[1]}" if frame else ""
    return f"{type(error).__name__}{where}"


def _report(title: str, facts: list[str], *, key: str, now: datetime) -> None:
    """Ask for the mail. The dedupe key of this hour lets only the first one through."""
    # Not at the top: logging is set up, with this module in it, before there are models.
    from tradepost.kit.jobs import enqueue

    if not settings.ADMINS:
        return
    key = f"{key}:{now:%Y-%m-%dT%H}"
    enqueue(
        "kit.report_trouble",
        title=title,
        facts=[_plain(fact) for fact in facts],
        key=key,
        dedupe_key=key,
    )


def _plain(fact: str) -> str:
    """Return what every database can hold."""
    return fact[:FACT_LENGTH].replace("\0", "").encode("utf-8", "replace").decode()

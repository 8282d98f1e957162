"""Faults to Sentry, or to whatever speaks as it does, by ``SENTRY_DSN``.

Nothing is collected that would have to be taken out again: no request, no user, no variables, no
words of an exception (those quote what people sent). What is told is which exception came where, in
which lines of ours, by which route, and the request's id, under which the log has the rest.
"""

import logging
from typing import Any

import sentry_sdk
import structlog
from django.conf import settings
from django.core.signals import got_request_exception
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger

TOLD = frozenset({
    "event_id", "timestamp", "level", "platform", "logger", "release", "environment", "tags",
    "exception", "sdk", "type", "message", "fingerprint",
})  # fmt: skip
OF_AN_EXCEPTION = ("type", "module", "stacktrace", "mechanism")
OF_A_FRAME = ("filename", "function", "module", "lineno", "in_app")
OF_A_TAG = frozenset({"route", "method", "request_id"})


def report_faults(dsn: str) -> None:
    """From now on tell of every request that crashes and of every error in the log."""
    sentry_sdk.init(
        dsn,
        environment=settings.SENTRY_ENVIRONMENT or None,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="",
        before_send=keep_what_may_be_told,
    )
    ignore_logger("django.request")  # the same fault, which is told of below
    got_request_exception.connect(  # house: allow S1 because it listens to Django's requests
        _report, dispatch_uid="tradepost.reports"
    )


def keep_what_may_be_told(event: Any, hint: Any) -> Any:
    """Return of an event only what is ours."""
    kept = {name: value for name, value in event.items() if name in TOLD}
    kept["tags"] = {n: v for n, v in (event.get("tags") or {}).items() if n in OF_A_TAG}
    if "logentry" in event:
        kept["message"] = _name_of(hint)
    if exceptions := (event.get("exception") or {}).get("values"):
        kept["exception"] = {"values": [_plain(one) for one in exceptions]}
    return kept


def _plain(exception: dict[str, Any]) -> dict[str, Any]:
    """Return an exception without its words and without what its variables were."""
    kept = {name: exception[name] for name in OF_AN_EXCEPTION if exception.get(name)}
    if frames := (exception.get("stacktrace") or {}).get("frames"):
        kept["stacktrace"] = {
            "frames": [{name: frame.get(name) for name in OF_A_FRAME} for frame in frames]
        }
    return kept


def _name_of(hint: Any) -> str:
    """Return the event of a log line without its facts, or which logger said something else."""
    record = hint.get("log_record")
    said = getattr(record, "msg", None)
    if isinstance(said, dict):
        return str(said.get("event"))
    return f"error of {getattr(record, 'name', 'a logger')}"


def _report(sender: Any, request: Any = None, **kwargs: Any) -> None:
    with sentry_sdk.new_scope() as scope:
        match = getattr(request, "resolver_match", None)
        scope.set_tag("route", str(getattr(match, "route", None)))
        scope.set_tag("method", str(getattr(request, "method", "")))
        context = structlog.contextvars.get_contextvars()
        scope.set_tag("request_id", str(context.get("request_id")))
        sentry_sdk.capture_exception()

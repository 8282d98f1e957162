"""What is sent to the database: counted for each request, and logged where it took long.

Only the text of a statement is looked at, which has places for its values: the values themselves
belong to people and are in no log.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

log = structlog.get_logger("tradepost.statements")

LONGEST_TEXT = 2000  # characters of a statement that are told

Listener = Callable[[str, float, float], None]  # text, start (performance counter), seconds


class _Here(threading.local):
    sent = 0


_here = _Here()
_listeners: list[Listener] = []


def watch_statements() -> None:
    """Watch every connection that is opened from now on."""
    connection_created.connect(  # house: allow S1 because it listens to Django's connections
        _watch, dispatch_uid="tradepost.statements"
    )


def listen_to_statements(listener: Listener) -> None:
    """Have ``listener`` called after every statement, in its thread."""
    _listeners.append(listener)


def sent_here() -> int:
    """Return how many statements this thread has sent so far."""
    return _here.sent


def _watch(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if _send not in connection.execute_wrappers:
        connection.execute_wrappers.append(_send)


def _send(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    _here.sent += 1
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - started
        limit = settings.SLOW_QUERY_MS
        if limit and seconds * 1000 >= limit:
            _log_slow(str(sql), seconds, context["connection"].alias)
        for listener in _listeners:
            listener(str(sql), started, seconds)


def _log_slow(sql: str, seconds: float, database: str) -> None:
    text = sql if len(sql) <= LONGEST_TEXT else f"{sql[:LONGEST_TEXT]}…"
    log.warning("query.slow", ms=round(seconds * 1000, 1), sql=text, database=database)

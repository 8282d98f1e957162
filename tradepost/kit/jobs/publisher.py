"""Puts hints into the queue of a broker. Imported only where there is one."""

import threading
import time

import structlog
from django.conf import settings
from kombu.connection import Connection
from kombu.exceptions import KombuError

from tradepost.kit.jobs.celery import app, name_of_task, show_arguments
from tradepost.kit.models import Job

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 1.0  # of the thread that sends; no request waits for it
PAUSE_SECONDS = 1.0  # after a failure: what comes meanwhile is not even tried
# An attempt that fails is not repeated by the library, which would wait between the tries.
OPTIONS: dict[str, dict[str, object]] = {
    "redis": {
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
        "max_retries": 0,
    },
    "amqp": {
        "read_timeout": PATIENCE_SECONDS,
        "write_timeout": PATIENCE_SECONDS,
        "confirm_publish": True,  # taken means taken
        "max_retries": 0,
    },
}


class Publisher:
    """Sends hints over one connection; while the broker does not answer, it leaves it alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: Connection | None = None
        self._quiet_until = 0.0
        self._lock = threading.Lock()  # the relay's thread and that of the schedule

    def publish(self, row: Job) -> bool:
        """Return whether the broker took a hint of this job."""
        with self._lock:
            if time.monotonic() < self._quiet_until:
                return False
            fresh = self._connection is None
            # A connection that was kept may have been closed at the other end since.
            taken = self._try(row) or (not fresh and self._try(row))
            if not taken:
                self._quiet_until = time.monotonic() + PAUSE_SECONDS
            return taken

    def _try(self, row: Job) -> bool:
        try:
            self._send(row)
        except _failures(self._connection) as error:
            log.warning("jobs.hint_lost", job=row.name, id=row.pk, error=type(error).__name__)
            self._close()
            return False
        return True

    def _send(self, row: Job) -> None:
        if self._connection is None:
            self._connection = _connect(self.url)
        with app.amqp.Producer(self._connection, auto_declare=False) as producer:
            app.send_task(
                name_of_task(row),
                args=[row.pk],
                kwargsrepr=show_arguments(row),
                queue=settings.CELERY_TASK_DEFAULT_QUEUE,
                producer=producer,
                retry=False,
            )

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect(PATIENCE_SECONDS)  # type: ignore[no-untyped-call]


def _connect(url: str) -> Connection:
    options = OPTIONS["amqp" if url.startswith("amqp") else "redis"]
    # Nobody here answers heartbeats between two hints.
    connection: Connection = app.connection_for_write(
        url, transport_options=options, connect_timeout=PATIENCE_SECONDS, heartbeat=0
    )
    return connection


def _failures(connection: Connection | None) -> tuple[type[Exception], ...]:
    """Return what the driver of this broker raises when something is wrong with it."""
    ours: tuple[type[Exception], ...] = (KombuError, OSError)
    if connection is None:
        return ours
    return (*ours, *connection.connection_errors, *connection.channel_errors)

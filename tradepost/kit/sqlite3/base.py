"""Django's backend for SQLite, whose writers of one process wait in line.

SQLite lets one transaction write at a time. Who comes meanwhile looks again and again, ever more
seldom, and may look for seconds while others pass who came later. Here the threads of a process
wait for a lock that wakes them. Those of other processes are waited for as SQLite has it.
"""

from __future__ import annotations

import threading

from django.db import OperationalError
from django.db.backends.sqlite3 import base

USUAL_SECONDS = 5.0  # that Python's sqlite3 waits for a lock

_lines: dict[str, threading.Lock] = {}  # by database file


class DatabaseWrapper(base.DatabaseWrapper):
    # The stubs leave out the methods that are called by "super" here.

    _line: threading.Lock | None = None  # at whose head this connection is, and may write

    def _start_transaction_under_autocommit(self) -> None:
        line = _lines.setdefault(str(self.settings_dict["NAME"]), threading.Lock())
        if not line.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", USUAL_SECONDS)):
            raise OperationalError("database is locked")
        self._line = line
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_line()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave_line()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_line()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_line()

    def _leave_line(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.release()

    def __del__(self) -> None:
        self._leave_line()  # of a thread that ended in the middle: SQLite rolls back, too

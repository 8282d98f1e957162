"""Who keeps the database going: what Patroni does in a real deployment, in its smallest form.

It looks at the primary, promotes the standby when the primary is dead, and brings the dead one back
as a standby. Two things it holds to: nobody is promoted who may lack a commit that was answered,
and who was a primary never starts as one again.
"""

import threading
import time
import traceback
from collections.abc import Callable

from failover.postgres import Server

LOOK_SECONDS = 1.0
MOST_MISSED = 3  # looks, after which a primary counts as dead and a standby as gone
REJOIN_SECONDS = 60
STREAM_SECONDS = 15
COPY_SECONDS = 5


class Keeper:
    """Watches two servers, from a thread of its own."""

    def __init__(self, *, primary: Server, standby: Server, note: Callable[[str], None]) -> None:
        self.primary = primary
        self.standby = standby
        self.returns = True  # whether who died is brought back
        self._note = note
        self._missed = self._alone = 0
        self._has_copy = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)

    @property
    def is_whole(self) -> bool:
        """Say whether each commit is on both servers before it is answered."""
        return self._has_copy

    def start(self) -> None:
        """Have commits wait for the standby from now on, and watch."""
        self._expect_copy()
        self._thread.start()

    def stop(self) -> None:
        """End the watching."""
        self._stopping.set()
        self._thread.join(REJOIN_SECONDS)

    def wait_until_whole(self, *, seconds: float = REJOIN_SECONDS) -> None:
        """Wait until there are two again. Raises RuntimeError when it takes too long."""
        until = time.monotonic() + seconds
        while not self.is_whole:
            if time.monotonic() > until:
                raise RuntimeError("the database has no standby that keeps up")
            time.sleep(0.1)

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._look()
            except Exception:  # noqa: BLE001 - said aloud, and looked at again in a moment
                self._note(f"keeper: {traceback.format_exc(limit=-1)}")

    def _look(self) -> None:
        if not self.primary.answers():
            self._missed += 1
            if self._missed >= MOST_MISSED:
                self._fail_over()
            return
        self._missed = 0
        if self._has_copy:
            self._look_at_copy()
        elif self.returns:
            self._bring_back()

    def _look_at_copy(self) -> None:
        """Let the primary go on alone when its standby is gone: commits would wait for ever."""
        self._alone = 0 if self.primary.has_copy("sync", "quorum") else self._alone + 1
        if self._alone >= MOST_MISSED:
            self._has_copy = False
            self.primary.wait_for_copy_of("")
            self._note(f"{self.standby.name} is gone: {self.primary.name} goes on alone")

    def _fail_over(self) -> None:
        if not self._has_copy:
            self._missed = 0
            return self._note("no failover: the standby may lack what was answered")
        self.primary.kill()  # the fence: it was not heard of, which does not mean that it is dead
        self._has_copy = False
        self.primary, self.standby = self.standby, self.primary
        self.primary.wait_for_copy_of("")
        self.primary.ask("SELECT pg_promote(true, 30)")
        self.primary.ask("CHECKPOINT")  # until then pg_rewind takes it for what it was before
        self._missed = self._alone = 0
        self._note(f"{self.primary.name} is promoted")

    def _bring_back(self) -> None:
        if not self.standby.is_running:
            self.standby.rejoin(self.primary)
            self.standby.start()
        self._expect_copy()

    def _expect_copy(self) -> None:
        """Have commits wait for the standby once it streams; if it stops again, for nobody."""
        self.standby.wait_for(
            lambda: self.primary.has_copy("async", "sync", "quorum"), seconds=STREAM_SECONDS
        )
        self.primary.wait_for_copy_of(self.standby.name)
        try:
            self.standby.wait_for(
                lambda: self.primary.has_copy("sync", "quorum"), seconds=COPY_SECONDS
            )
        except RuntimeError:
            self.primary.wait_for_copy_of("")
            raise
        self._has_copy, self._alone = True, 0
        self._note(f"{self.standby.name} has what {self.primary.name} answers")

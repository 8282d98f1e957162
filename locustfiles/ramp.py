"""A ramp that finds the knee: more and more users, until answers get slow or fail.

It ends at the first step of which, once settled, one request in ten took longer than
``RAMP_LIMIT_MS`` or more than one in a hundred failed, and says how many users came before.
"""

import os
from collections import Counter
from typing import Any

from locust import LoadTestShape

STEP = int(os.environ.get("RAMP_STEP", "100"))
STEP_SECONDS = int(os.environ.get("RAMP_STEP_SECONDS", "30"))
LIMIT_MS = float(os.environ.get("RAMP_LIMIT_MS", "500"))
MOST = int(os.environ.get("RAMP_MOST", "3000"))
MOST_FAILURES = 0.01


class Ramp(LoadTestShape):
    """So many users more with each step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = 1
        self.failed = 0  # before this step
        self.times: Counter[int] = Counter()  # of the requests before it, in milliseconds

    def tick(self) -> tuple[int, float] | None:
        """Return users and how many more come in a second; None ends the run."""
        if self.get_run_time() >= self.step * STEP_SECONDS:
            if not self._judge():
                return None
            self.step += 1
        return self.step * STEP, STEP / 5

    def _judge(self) -> bool:
        """Say how the step went, and whether there is another one."""
        total = self.runner.stats.total
        times = Counter(total.response_times) - self.times
        failures = total.num_failures - self.failed
        self.times, self.failed = Counter(total.response_times), total.num_failures
        requests, slow = times.total(), find_percentile(times, 0.9)
        users = self.step * STEP
        print(f"{users} users: {requests / STEP_SECONDS:.0f} a second, P90 {slow:.0f} ms, "
              f"{failures} failed", flush=True)  # fmt: skip
        if slow > LIMIT_MS or failures > requests * MOST_FAILURES:
            print(f"The knee: {users - STEP} users were served well, {users} were not.", flush=True)
            return False
        return users < MOST


def find_percentile(times: Counter[int], share: float) -> int:
    """Return what ``share`` of the times are not above; 0 without any."""
    wanted = times.total() * share
    counted = 0
    for time in sorted(times):
        counted += times[time]
        if counted >= wanted:
            return time
    return 0

"""What those who watch are told of each run of a job: how it ended, how long it took, and a span
where traces are asked for."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tradepost.kit.metrics import Spread
from tradepost.kit.models import Job

if TYPE_CHECKING:
    from tradepost.kit.traces import Traces

OUTCOMES = {Job.State.DONE: "done", Job.State.WAITING: "failed", Job.State.DEAD: "dead"}

RUNS = Spread(
    "tradepost_job_run_seconds",
    "How long runs of jobs took, by what became of them.",
    ("name", "outcome"),
    bounds=(0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0),
)

traces: "Traces | None" = None  # where they are asked for


def watch_run(run: Callable[[], Job.State], *, row: Job) -> Job.State:
    """Run a job, whose row says afterwards what became of it, and tell of it."""
    began_at = time.monotonic()
    if traces:
        traces.begin_job(name=row.name, request_id=row.request_id)
    state = run()
    RUNS.note(time.monotonic() - began_at, row.name, OUTCOMES[state])
    if traces:
        traces.end_job(outcome=OUTCOMES[state])
    return state

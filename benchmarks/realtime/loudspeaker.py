"""Publishes one event after the other to the first users, as fast as it is told. Run as a program,
with Django's settings chosen; with a port, in the very process that serves the product there.

Commands come as lines of JSON on the standard input, and each is answered by one when it is done,
which may be after a later one:

    {"users": n, "first": n, "count": n, "per_second": r}
"""

import json
import sys
import threading
import time
from typing import Any

KIND = "bench.tick"
_answering = threading.Lock()


def publish_all(*, users: int, count: int, per_second: float, first: int = 0) -> dict[str, Any]:
    """Publish so many events at a rate, or as fast as it goes where that is less."""
    from benchmarks.realtime.people import user_id
    from tradepost.feed.actions.publishing import publish
    from tradepost.kit.transactions import unit_of_work

    people = [user_id(number) for number in range(first, first + users)]
    begun, busy = time.monotonic(), 0.0
    for number in range(count):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        before = time.monotonic()
        with unit_of_work():
            publish(kind=KIND, user_ids=people, data={"sent": time.monotonic_ns()})
        busy += time.monotonic() - before
    return {
        "begun": begun, "seconds": time.monotonic() - begun, "busy_ms": busy / count * 1000,
        "first": first,
    }  # fmt: skip


def _take_orders() -> None:
    for line in sys.stdin:
        threading.Thread(target=_do, args=(json.loads(line),), daemon=True).start()


def _do(order: dict[str, Any]) -> None:
    from django.db import connection

    said = json.dumps(publish_all(**order))
    connection.close()  # this thread's
    with _answering:
        print(said, flush=True)


def main(port: int | None) -> None:
    """Take orders until the standard input ends."""
    if port is None:
        import django

        django.setup()
    else:
        import config.asgi  # noqa: F401 - sets Django up
    from tradepost.feed.kinds import register_event

    register_event(KIND, sentence="Something is measured.", sent=int)
    if port is None:
        return _take_orders()
    from tradepost.kit.http.server import run

    threading.Thread(target=_take_orders, daemon=True).start()
    run(host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)

"""What goes wrong during a row. Each fault keeps the times between which it is felt."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from benchmarks.realtime.listeners import Crowd
from benchmarks.realtime.stack import Stack

CUT_EVERY_SECONDS = 2
CUT_SHARE = 0.1
KILL_EVERY_SECONDS = 15
REDIS_EVERY_SECONDS = 10
REDIS_AWAY_SECONDS = 3
# How long each is felt afterwards: until the last of those who were cut off should be back by the
# server's advice, or until Redis is tried again.
CUT_FELT_SECONDS = 2
KILL_FELT_SECONDS = 5
REDIS_FELT_SECONDS = 2


@dataclass
class Stage:
    """Where a row takes place, until when things go wrong, and what has."""

    stack: Stack
    crowd: Crowd
    seconds: float
    begun: float = field(default_factory=time.monotonic)
    windows: list[tuple[float, float]] = field(default_factory=list)
    count: int = 0

    async def next(self, every: float) -> bool:
        """Wait for the next time of a fault; False when the row is over."""
        every = min(every, self.seconds / 3)
        now = time.monotonic()
        due = self.begun + every / 2
        while due <= now:
            due += every
        await asyncio.sleep(due - now)
        return due < self.begun + self.seconds - 1

    def note(self, begun: float, felt_seconds: float) -> None:
        """Keep that something was wrong from then until now, and is felt for some time."""
        self.count += 1
        self.windows.append((begun, time.monotonic() + felt_seconds))


Fault = Callable[[Stage], Awaitable[None]]


async def cut_connections(stage: Stage) -> None:
    """Break the connections of a random tenth."""
    while await stage.next(CUT_EVERY_SECONDS):
        listeners = stage.crowd.listeners
        for listener in random.sample(listeners, max(1, int(len(listeners) * CUT_SHARE))):
            listener.cut()
        stage.note(time.monotonic(), CUT_FELT_SECONDS)


async def kill_servers(stage: Stage) -> None:
    """Kill one server after the other, and start it again at once."""
    number = 0
    while await stage.next(KILL_EVERY_SECONDS):
        begun = time.monotonic()
        unit = stage.stack.listening[number % len(stage.stack.listening)]
        number += 1
        unit.kill()
        unit.start()
        await asyncio.to_thread(unit.wait_until_ready)
        stage.note(begun, KILL_FELT_SECONDS)


async def kill_redis(stage: Stage) -> None:
    """Kill Redis, and start it again after a while."""
    redis = stage.stack.redis
    assert redis is not None
    while await stage.next(REDIS_EVERY_SECONDS):
        begun = time.monotonic()
        redis.kill()
        await asyncio.sleep(REDIS_AWAY_SECONDS)
        redis.start()
        await asyncio.to_thread(redis.wait_until_ready)
        stage.note(begun, REDIS_FELT_SECONDS)


async def go_without(stage: Stage) -> None:
    """Be a fault from the first moment to the last."""
    stage.count += 1
    stage.windows.append((stage.begun, stage.begun + stage.seconds))

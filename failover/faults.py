"""What goes wrong, one after the other. Each returns when what died is back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from failover.stage import Stage

AWAY_SECONDS = 5  # that what can only be waited for stays away
STEP_SECONDS = 0.2


@dataclass(frozen=True)
class Fault:
    """A fault: a word for the command line, what it is called, what it does."""

    key: str
    title: str
    happen: Callable[[Stage], Awaitable[None]]


async def nothing(stage: Stage) -> None:
    """Let the load run by itself, so that one sees what is usual."""


async def kill_node(stage: Stage) -> None:
    """Kill all programs of a node; it starts again as a machine does that was booted."""
    node = stage.nodes[0]
    await asyncio.to_thread(node.kill)
    await asyncio.sleep(AWAY_SECONDS)
    node.start()
    await asyncio.to_thread(node.wait_until_ready)


async def kill_redis(stage: Stage) -> None:
    """Kill Redis, and start it again, empty."""
    await asyncio.to_thread(stage.redis.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(stage.redis.start)


async def freeze_redis(stage: Stage) -> None:
    """Let Redis stand still for a while: it takes what is said to it, and does not answer."""
    await asyncio.to_thread(stage.redis.freeze)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(stage.redis.thaw)


async def kill_broker(stage: Stage) -> None:
    """Kill RabbitMQ, and start it again with what was in its queue."""
    await asyncio.to_thread(stage.broker.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(stage.broker.start)


async def kill_primary(stage: Stage) -> None:
    """Kill the primary; its standby takes over, and it comes back as the standby."""
    await _lose_primary(stage, stage.keeper.primary.kill)


async def freeze_primary(stage: Stage) -> None:
    """Let the primary stand still, which nobody can tell from a slow one; it is killed for that,
    before another is promoted."""
    await _lose_primary(stage, stage.keeper.primary.freeze)


async def _lose_primary(stage: Stage, lose: Callable[[], None]) -> None:
    lost = stage.keeper.primary
    await asyncio.to_thread(lose)
    while stage.keeper.primary is lost:
        await asyncio.sleep(STEP_SECONDS)
    await asyncio.to_thread(stage.keeper.wait_until_whole)


async def kill_standby(stage: Stage) -> None:
    """Kill the standby that commits wait for; the primary goes on alone until it is back."""
    keeper = stage.keeper
    keeper.returns = False
    await asyncio.to_thread(keeper.standby.kill)
    while keeper.is_whole:
        await asyncio.sleep(STEP_SECONDS)
    await asyncio.sleep(AWAY_SECONDS)
    keeper.returns = True
    await asyncio.to_thread(keeper.wait_until_whole)


async def reload_proxy(stage: Stage) -> None:
    """Have the proxy read its file anew."""
    stage.proxy.reload()


FAULTS = (
    Fault("none", "nothing", nothing),
    Fault("node", "app node killed", kill_node),
    Fault("redis", "Redis killed", kill_redis),
    Fault("redis-hangs", "Redis hangs", freeze_redis),
    Fault("broker", "RabbitMQ killed", kill_broker),
    Fault("primary", "primary killed", kill_primary),
    Fault("primary-hangs", "primary hangs", freeze_primary),
    Fault("standby", "standby killed", kill_standby),
    Fault("proxy", "HAProxy reloaded", reload_proxy),
)

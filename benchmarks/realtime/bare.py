"""What ours is measured beside: applications that send one prepared text to all their sockets.

Run as a program, with a port and what it is to be: ``bare`` (plain ASGI), ``consumer`` (a consumer
of Channels for each socket) or ``layer`` (the same, told by Channels' publish and subscribe over
the Redis at REDIS_URL). Takes the same orders as ``loudspeaker.py``. Knows nothing of the project:
Channels is in no environment of ours, so that this must run in another one.
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

Send = Callable[[dict[str, Any]], Awaitable[None]]
EPOCH = "00000000-0000-4000-8000-000000000000"


def text_of(number: int) -> str:
    """Return a page of one row, as long as one of ours."""
    return (
        f'{{"type":"feed","epoch":"{EPOCH}","seq":{number},"reset":false,"more":false,"results":'
        f'[{{"seq":{number},"kind":"bench.tick","data":{{"sent": {time.monotonic_ns()}}},'
        '"at":"2026-01-01T00:00:00.000000Z"}]}'
    )


class Bare:
    """Plain ASGI."""

    def __init__(self) -> None:
        self.sends: set[Send] = set()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        self.sends.add(send)
        try:
            while (await receive())["type"] != "websocket.disconnect":
                pass
        finally:
            self.sends.discard(send)

    async def tell_all(self, text: str) -> None:
        message = {"type": "websocket.send", "text": text}
        for send in tuple(self.sends):
            await send(message)


class OfChannels:
    """The same by Channels: each consumer is told, or their layer is."""

    def __init__(self, *, by_layer: bool) -> None:
        from channels.generic.websocket import AsyncWebsocketConsumer
        from django.conf import settings

        layer = {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ.get("REDIS_URL")]},
        }
        settings.configure(CHANNEL_LAYERS={"default": layer} if by_layer else {})
        self.consumers: set[AsyncWebsocketConsumer] = set()
        self.by_layer = by_layer
        everybody = self.consumers

        class Consumer(AsyncWebsocketConsumer):
            groups = ["everybody"] if by_layer else []

            async def connect(self) -> None:
                everybody.add(self)
                await self.accept()

            async def disconnect(self, code: int) -> None:
                everybody.discard(self)

            async def tick(self, event: dict[str, Any]) -> None:
                await self.send(text_data=event["text"])

        self.application = Consumer.as_asgi()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.application(scope, receive, send)

    async def tell_all(self, text: str) -> None:
        if self.by_layer:
            from channels.layers import get_channel_layer

            await get_channel_layer().group_send("everybody", {"type": "tick", "text": text})
            return
        for consumer in tuple(self.consumers):
            await consumer.send(text_data=text)


async def _publish_all(
    app: Bare | OfChannels, *, count: int, per_second: float, users: int = 0, first: int = 0
) -> dict[str, Any]:
    begun, busy = time.monotonic(), 0.0
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        before = time.monotonic()
        await app.tell_all(text_of(number))
        busy += time.monotonic() - before
    return {
        "begun": begun, "seconds": time.monotonic() - begun, "busy_ms": busy / count * 1000,
    }  # fmt: skip


def main(port: int, kind: str) -> None:
    """Serve, and take orders from the standard input."""
    app = Bare() if kind == "bare" else OfChannels(by_layer=kind == "layer")
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, ws="websockets-sansio", lifespan="off",
        ws_per_message_deflate=False, ws_ping_interval=None, log_level="warning",
    )  # fmt: skip
    server = uvicorn.Server(config)

    async def serve() -> None:
        loop = asyncio.get_running_loop()

        def take_orders() -> None:
            for line in sys.stdin:
                work = _publish_all(app, **json.loads(line))
                said = asyncio.run_coroutine_threadsafe(work, loop).result()
                print(json.dumps(said), flush=True)

        threading.Thread(target=take_orders, daemon=True).start()
        await server.serve()

    asyncio.run(serve())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

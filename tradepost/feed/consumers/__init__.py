"""The live doors of the feed: the socket, the stream, and the one tailer behind them."""

import asyncio
import math

from django.conf import settings

from tradepost.feed.consumers.follower import Ending
from tradepost.feed.consumers.hub import Hub
from tradepost.feed.consumers.social import Social
from tradepost.feed.consumers.socket import Conversation
from tradepost.feed.consumers.stream import stream_feed
from tradepost.kit.http.bridge import Scope, Wsgi
from tradepost.kit.http.guard import Receive, Send

WAVES_PER_SECOND = 5
SMALLEST_WAVE = 20
COME_BACK_SECONDS = 1.0  # the first wave; later ones go later, and come back later by themselves


class LiveFeed:
    """The feed of one process; ``wsgi`` does what clients say over the socket."""

    sockets = "/ws/v1/feed/"
    streams = "/api/v1/feed/stream/"

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    async def start(self) -> None:
        """Begin to tail the log."""
        self.hub = Hub()
        self.social = Social(self.hub)
        self.hub.start()
        self.social.start()

    async def stop(self) -> None:
        """End it."""
        await self.social.stop()
        await self.hub.stop()

    async def drain(self) -> None:
        """Send everybody away to come back to another process, in waves and not all at once."""
        waves = math.ceil(settings.FEED_DRAIN_SECONDS * WAVES_PER_SECOND) or 1
        everybody = self.hub.list_all()
        size = max(SMALLEST_WAVE, math.ceil(len(everybody) / waves))
        for start in range(0, len(everybody), size):
            for number, follower in enumerate(everybody[start : start + size]):
                follower.end(_going_down(number / size))
            await asyncio.sleep(1 / WAVES_PER_SECOND)  # the last ones get their last frame, too

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket."""
        await Conversation(
            hub=self.hub,
            social=self.social,
            wsgi=self.wsgi,
            scope=scope,
            receive=receive,
            send=send,
        ).run()

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a stream of server-sent events."""
        await stream_feed(self.hub, scope, receive, send)


def _going_down(share: float) -> Ending:
    return Ending(1012, "restarting", round(COME_BACK_SECONDS * (0.5 + share), 2))

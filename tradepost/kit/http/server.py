"""The server: one uvicorn process, started by ``manage.py serve``."""

import asyncio
import resource
import socket
from contextlib import suppress
from typing import Any

import uvicorn
from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

from tradepost.kit.http.bridge import ABORT
from tradepost.kit.http.guard import App

HEADER_SECONDS = 10
HEAD_BYTES = 65_536
GRACE_SECONDS = 10
MOST_CONNECTIONS = 1000  # besides sockets
LARGEST_FRAME = 65_536  # bytes that a client may send at once over a socket
SEND_BUFFER = 131_072  # bytes that the kernel keeps for a socket that does not read

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_LARGE = TOO_SLOW.replace(b"408 Request Timeout", b"431 Request Header Fields Too Large")


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that waits for the head of a request, but not for ever and not for any size."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_a_head()

    def data_received(self, data: bytes) -> None:
        """Count what comes until the head is whole; one packet too many ends it.

        The packet that completes a head may carry the start of a body, so it is not counted.
        """
        if not self.transport.is_closing():
            super().data_received(data)
        if self._timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._give_up(TOO_LARGE)

    def on_message_begin(self) -> None:
        self._expect_a_head()
        super().on_message_begin()
        self.scope["state"][ABORT] = self.transport.abort

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_a_head(self) -> None:
        if self._timer is None:
            self._head_bytes = 0
            self._timer = self.loop.call_later(HEADER_SECONDS, self._give_up, TOO_SLOW)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, answer: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


class BoundedSocket(WebSocketsSansIOProtocol):
    """A WebSocket that holds no more than it must for a client that does not read, and does not
    wait for it for ever."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if connection := transport.get_extra_info("socket"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Close what asks for a WebSocket and is no proper request."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.close()

    def handle_ping(self) -> None:
        """Answer, but not one who does not take the answers."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """Refuse text that is none; nothing went wrong here, so nothing is logged."""
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self.frames = []
            self.conn.fail(CloseCode.INVALID_DATA, "no text")
            return self.handle_parser_exception()
        return super().send_receive_event_to_app()

    async def send(self, message: Any) -> None:
        """Send, unless the protocol has ended the connection by itself. Raises OSError."""
        await self.writable.wait()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """What is not taken some time after the last word is thrown away."""
        super().on_task_complete(task)
        self.loop.call_later(GRACE_SECONDS, self.transport.abort)


def _is_utf8(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True


class DrainingServer(uvicorn.Server):
    """A server that sends its sockets away one after the other before it goes."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()  # nobody new
        await self.config.loaded_app.drain()
        await super().shutdown(sockets)


def run(*, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then let running requests and jobs finish."""
    _allow_many_files()
    try:
        DrainingServer(configure("config.asgi:application", host=host, port=port)).run()
    except KeyboardInterrupt:
        return  # uvicorn has shut down and passes the signal on


def configure(application: App | str, *, host: str, port: int) -> uvicorn.Config:
    """Return how an application is served, or one that is named."""
    return uvicorn.Config(
        application,
        host=host,
        port=port,
        http=PatientProtocol,
        ws=BoundedSocket,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,  # costs more memory than a socket, for frames that are short
        ws_ping_interval=None,  # the feed's beats do it
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS + settings.FEED_MOST_SOCKETS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _allow_many_files() -> None:
    """Each connection is an open file: have as many as the system lets us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

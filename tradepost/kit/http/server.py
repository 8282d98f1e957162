"""The embedded server: one uvicorn process, started by ``manage.py serve``."""

import asyncio

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10
HEAD_BYTES = 65_536
GRACE_SECONDS = 10
MOST_CONNECTIONS = 1000

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


def run(*, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then let running requests and jobs finish."""
    config = uvicorn.Config(
        "config.asgi:application",
        host=host,
        port=port,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        uvicorn.Server(config).run()
    except KeyboardInterrupt:
        return  # uvicorn has shut down and passes the signal on

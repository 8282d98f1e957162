"""Many raw sockets in one process that only counts what comes, so that it is never what is slow.

Run as a program, with a port and a path. It speaks just enough of WebSocket for servers on this
machine. Commands come as lines of JSON on its standard input, and each is answered by one:

    {"do": "open", "hellos": [...]}     open a socket for each text, and send it when it is not ""
    {"do": "listen", "rows": n, "seconds": s}   until so many rows have come, or time is up
    {"do": "idle", "seconds": s}        read, answer beats, count them
    {"do": "close"}                     drop everything

A row is counted by its kind, and timed, on every ``TIMED_EVERY``th socket, by the ``sent`` in it.
"""

import base64
import json
import os
import re
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Sequence
from typing import Any

MARK = b'"kind":"bench.tick"'
BEAT = b'"type":"beat"'
SENT = re.compile(rb'"sent": ?(\d+)[,}]')
SEQ = re.compile(rb'"seq":(\d+)')
TIMED_EVERY = 10
ACK_EVERY = 400
CHUNK = 1 << 18
OPENING_SECONDS = 30
OPENING_AT_ONCE = 50
UNMASKED = b"\0\0\0\0"  # a key that changes nothing
TEXT = 0x81


def frame(text: str) -> bytes:
    """Return a client's text frame."""
    said = text.encode()
    size = len(said)
    head = bytes([TEXT, 0x80 | size]) if size < 126 else struct.pack("!BBH", TEXT, 0xFE, size)
    return head + UNMASKED + said


def shake_hands(port: int, path: str, *, buffer_bytes: int = 0) -> socket.socket:
    """Open a WebSocket and wait for the server's consent; ``buffer_bytes`` are kept for reading."""
    connection = socket.socket()
    if buffer_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    connection.settimeout(OPENING_SECONDS)
    connection.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(1)  # nothing of the first frame
        if not more:
            raise ConnectionError("the server closed during the handshake")
        head += more
    if b" 101 " not in head:
        raise ConnectionError(f"no handshake: {head[:200]!r}")
    return connection


class Ear:
    """A socket: what came, and what is still needed to read on."""

    def __init__(self, connection: socket.socket, *, is_timed: bool) -> None:
        self.connection = connection
        self.is_timed = is_timed
        self.rows = 0
        self.acked = 0
        self.start = 0
        self.tail = b""
        self.untimed = b""


class Reader:
    """All sockets, and the totals since the last report."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self.path = path
        self.ears: dict[int, Ear] = {}
        self.poll = select.epoll()
        self.rows = self.bytes = self.beats = self.lost = 0
        self.times: list[int] = []
        self.last_at = 0.0

    def open(self, hellos: Sequence[str]) -> dict[str, Any]:
        begun = time.monotonic()
        for start in range(0, len(hellos), OPENING_AT_ONCE):
            some = [(shake_hands(self.port, self.path), one)
                    for one in hellos[start : start + OPENING_AT_ONCE]]  # fmt: skip
            for connection, hello in some:
                if hello:
                    connection.sendall(frame(hello))
            for connection, hello in some:
                self._admit(connection, has_welcome=bool(hello))
        return {"open": len(self.ears), "seconds": time.monotonic() - begun}

    def _admit(self, connection: socket.socket, *, has_welcome: bool) -> None:
        ear = Ear(connection, is_timed=len(self.ears) % TIMED_EVERY == 0)
        if has_welcome:
            said = connection.recv(4096)
            if b'"welcome"' not in said or not (seq := SEQ.search(said)):
                raise ConnectionError(f"no welcome: {said[:200]!r}")
            ear.start = int(seq[1])
        connection.setblocking(False)
        self.ears[connection.fileno()] = ear
        self.poll.register(connection, select.EPOLLIN)

    def listen(self, *, rows: float, seconds: float) -> dict[str, Any]:
        """Read until so many rows came, or time is up; return the totals."""
        until = time.monotonic() + seconds
        cpu = time.process_time()
        while self.rows < rows and (left := until - time.monotonic()) > 0:
            for number, _ in self.poll.poll(min(left, 0.5)):
                self._read(self.ears[number])
        said = {
            "rows": self.rows, "bytes": self.bytes, "beats": self.beats, "lost": self.lost,
            "last_at": self.last_at, "cpu": time.process_time() - cpu,
            "times": sorted(self.times), "open": len(self.ears),
            "fewest": min((ear.rows for ear in self.ears.values()), default=0),
        }  # fmt: skip
        self.rows = self.bytes = self.beats = 0
        self.times = []
        return said

    def _read(self, ear: Ear) -> None:
        try:
            data = ear.connection.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self._lose(ear)
        self.bytes += len(data)
        whole = ear.tail + data
        if count := whole.count(MARK):
            ear.rows += count
            self.rows += count
            self.last_at = time.monotonic()
        ear.tail = whole[-len(MARK) + 1 :]
        if ear.is_timed:
            self._time(ear, data)
        if BEAT in data:
            self.beats += 1
            self._ack(ear)
        elif ear.rows - ear.acked >= ACK_EVERY:
            self._ack(ear)

    def _time(self, ear: Ear, data: bytes) -> None:
        now = time.monotonic_ns()
        ear.untimed += data
        end = 0
        for found in SENT.finditer(ear.untimed):
            self.times.append((now - int(found[1])) // 1000)
            end = found.end()
        ear.untimed = ear.untimed[end:][-512:]

    def _ack(self, ear: Ear) -> None:
        ear.acked = ear.rows
        if self.path.startswith("/ws/v1"):
            ack = f'{{"type":"ack","seq":{ear.start + ear.rows}}}'
            try:
                ear.connection.send(frame(ack))
            except OSError:
                self._lose(ear)

    def _lose(self, ear: Ear) -> None:
        self.lost += 1
        self.ears.pop(ear.connection.fileno(), None)
        ear.connection.close()

    def close(self) -> dict[str, Any]:
        for ear in self.ears.values():
            ear.connection.close()
        self.ears.clear()
        self.poll.close()
        self.poll = select.epoll()
        return {}


def main(port: int, path: str) -> None:
    """Do what the standard input says, until it ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    reader = Reader(port, path)
    for line in sys.stdin:
        said = json.loads(line)
        work = getattr(reader, said.pop("do"))
        print(json.dumps(work(**said)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

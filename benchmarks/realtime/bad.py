"""Clients that do what they should not, and what it costs everybody else."""

import asyncio
import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.realtime.databases import Database
from benchmarks.realtime.judging import Latencies, spread
from benchmarks.realtime.programs import (
    SOCKETS,
    Program,
    get_tickets,
    open_sockets,
    program,
    reader,
)
from benchmarks.realtime.reader import frame, shake_hands
from benchmarks.realtime.stack import wait_for_port
from benchmarks.servers import free_port

OTHERS = 100
OTHERS_PER_SECOND = 10
OTHERS_SECONDS = 10
DEAF = 900  # the first user who does not read; the second reads much too late
DEAF_EVENTS = 5000
DEAF_PER_SECOND = 500
LATE_SECONDS = 3
MOST_LATE_SECONDS = 60
DROPS = 1000
DROPPING = 800  # the first user who opens and drops
GOING_SECONDS = 13  # the server holds on to a closed connection for ten
SMALL_BUFFER = 4096
LONGEST = 70_000
ANSWER_SECONDS = 15
RESUME = 4008
GONE = None


@dataclass(frozen=True)
class Refusal:
    """What was said, which code ought to come, and which came."""

    what: str
    wanted: int
    code: int | None


@dataclass(frozen=True)
class Deaf:
    """Two clients that do not read: memory of the server, latency of the others before and
    meanwhile, after how many seconds their sockets were gone and how many stayed, and the code that
    the one finds that reads too late."""

    events: int
    seconds: float
    before_mib: float
    peak_mib: float
    after_mib: float
    calm: Latencies
    meanwhile: Latencies
    gone_after: float
    sockets_left: int
    code: int | None


@dataclass(frozen=True)
class Drops:
    """Sockets that were opened and dropped, twice ``count``: how many stayed open, and the memory
    before, after the first half and after the second."""

    count: int
    seconds: float
    sockets_left: int
    before_mib: float
    middle_mib: float
    after_mib: float
    calm: Latencies
    meanwhile: Latencies


@dataclass(frozen=True)
class Badness:
    """All of it."""

    refusals: list[Refusal]
    deaf: Deaf
    drops: Drops


class House:
    """A server that publishes as it is told, and the people who listen to it as they should."""

    def __init__(self, server: Program, port: int, database: Database, ears: Program) -> None:
        self.server = server
        self.port = port
        self.ears = ears
        self._tokens = database.tokens

    def tickets(self, first: int, count: int) -> list[str]:
        """Return a ticket for each of these users."""
        return asyncio.run(get_tickets(self.port, self._tokens[first : first + count]))

    def connect(self, ticket: str, *, buffer_bytes: int = 0) -> socket.socket:
        """Open a socket and say hello."""
        connection = shake_hands(self.port, SOCKETS, buffer_bytes=buffer_bytes)
        connection.sendall(hello(ticket))
        return connection

    def memory_mib(self) -> float:
        """Return the server's memory."""
        return machine.memory_mib(self.server.process.pid)

    def sockets(self) -> int:
        """Return how many sockets the server has open."""
        files = Path(f"/proc/{self.server.process.pid}/fd").iterdir()
        return sum(_target(file).startswith("socket:") for file in files)

    def listen(self) -> Latencies:
        """Publish to the well-behaved for some seconds and return how long it took to come."""
        count = OTHERS_PER_SECOND * OTHERS_SECONDS
        self.ears.say(do="listen", rows=count * OTHERS, seconds=3 * OTHERS_SECONDS)
        self.server.say(users=OTHERS, count=count, per_second=OTHERS_PER_SECOND)
        return spread(micro / 1e6 for micro in self.ears.hear()["times"])


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:  # it was closed a moment ago
        return ""


def hello(ticket: str) -> bytes:
    """Return the first frame."""
    return frame(json.dumps({"type": "hello", "ticket": ticket}))


def measure_badness(database: Database) -> Badness:
    """Behave badly towards a server of the embedded mode."""
    port = free_port()
    making = program("benchmarks.realtime.loudspeaker", port, env=database.environment())
    with making as server, reader(port) as ears:
        wait_for_port(port)
        house = House(server, port, database, ears)
        refusals = _refuse_all(house)
        open_sockets(ears, port=port, database=database, first=0, count=OTHERS)
        house.listen()
        server.hear()
        badness = Badness(refusals, _be_deaf(house), _drop_all(house))
        print(f"bad input: {badness}", file=sys.stderr, flush=True)
        return badness


# --- What is no frame ------------------------------------------------------------------------


def _raw(opcode: int, said: bytes, *, final: bool = True, masked: bool = True) -> bytes:
    head = bytes([(0x80 if final else 0) | opcode])
    size, mask = len(said), 0x80 if masked else 0
    head += bytes([mask | size]) if size < 126 else struct.pack("!BH", mask | 126, size)
    return head + (b"\0" * 4 if masked else b"") + said


FIRST_FRAMES = (
    ("no JSON instead of a hello", frame("hello?"), 4400),
    ("an ack instead of a hello", frame('{"type":"ack","seq":1}'), 4400),
    ("a ticket that nobody gave out", hello("x" * 43), 4401),
    ("a hello without a ticket", frame('{"type":"hello"}'), 4401),
    ("nothing", b"", 4408),
)
LATER_FRAMES = (
    ("no JSON", frame("{"), 4400),
    ("no object", frame("[1]"), 4400),
    ("no type", frame('{"ref":1}'), 4400),
    ("an unknown type", frame('{"type":"dance"}'), 4400),
    ("a type of 10,000 characters", frame(json.dumps({"type": "x" * 10_000})), 4400),
    ("30,000 brackets", frame("[" * 30_000), 4400),
    ("half a surrogate", frame('{"type":"\\ud800"}'), 4400),
    ("an ack of 2^70", frame('{"type":"ack","seq":1180591620717411303424}'), 4400),
    ("an ack of -1", frame('{"type":"ack","seq":-1}'), 4400),
    ("a command without a ref", frame('{"type":"message.send","data":{}}'), 4400),
    ("typing nowhere", frame('{"type":"typing"}'), 4400),
    ("watching 101 people", frame(json.dumps({"type": "watch", "users": ["x"] * 101})), 4400),
    ("binary", _raw(2, b"\0" * 10), 1003),
    ("no UTF-8", _raw(1, b"\xff\xfe"), 1007),
    ("a reserved opcode", _raw(5, b"x"), 1002),
    ("no mask", _raw(1, b'{"type":"ack","seq":0}', masked=False), 1002),
    ("70,000 bytes", _raw(1, b"x" * 60_000, final=False) + _raw(0, b"x" * 10_000), 1009),
    ("endless fragments", _raw(1, b"x" * 9_000, final=False) + _raw(0, b"x" * 9_000, final=False)
     * 20, 1009),
)  # fmt: skip


def _refuse_all(house: House) -> list[Refusal]:
    """Say each of it on a socket of its own."""
    tickets = house.tickets(DROPPING, len(LATER_FRAMES))
    refusals = [
        Refusal(f"first frame: {what}", wanted, _answer_to(house, said))
        for what, said, wanted in FIRST_FRAMES
    ]
    for (what, said, wanted), ticket in zip(LATER_FRAMES, tickets, strict=True):
        refusals.append(Refusal(what, wanted, _answer_to(house, hello(ticket), said)))
    refusals.append(Refusal("another address", 4404, _answer_to(house, path="/ws/v1/nothing/")))
    used = Refusal("a ticket for the second time", 4401, _answer_to(house, hello(tickets[0])))
    return [*refusals, used]


def _answer_to(house: House, *said: bytes, path: str = SOCKETS) -> int | None:
    connection = shake_hands(house.port, path)
    try:
        for one in said:
            connection.sendall(one)
        return read_code(connection)
    except (OSError, EOFError):
        return GONE
    finally:
        connection.close()


def read_code(connection: socket.socket, *, seconds: float = ANSWER_SECONDS) -> int | None:
    """Read to the end and return the code it was closed with; None without one."""
    connection.settimeout(seconds)
    with connection.makefile("rb") as stream:
        while head := stream.read(2):
            size = head[1] & 0x7F
            if size > 125:
                size = int.from_bytes(stream.read(2 if size == 126 else 8), "big")
            said = stream.read(size)
            if head[0] & 0x0F == 8:
                return int.from_bytes(said[:2], "big")
    return GONE


# --- Who does not read -----------------------------------------------------------------------


def _be_deaf(house: House) -> Deaf:
    calm = house.listen()
    house.server.hear()
    open_before, before = house.sockets(), house.memory_mib()
    never, late = (
        house.connect(ticket, buffer_bytes=SMALL_BUFFER) for ticket in house.tickets(DEAF, 2)
    )
    time.sleep(1)
    house.server.say(users=2, first=DEAF, count=DEAF_EVENTS, per_second=DEAF_PER_SECOND)
    with ThreadPoolExecutor(2) as threads, _Peak(house.memory_mib) as peak:
        code = threads.submit(_read_late, late)
        meanwhile = house.listen()
        took = max(house.server.hear()["seconds"] for _ in range(2))
        found = code.result()
    gone_after = _wait_until_gone(house, open_before)
    deaf = Deaf(
        events=DEAF_EVENTS, seconds=took, before_mib=before, peak_mib=peak.highest,
        after_mib=house.memory_mib(), calm=calm, meanwhile=meanwhile,
        gone_after=gone_after, sockets_left=house.sockets() - open_before,
        code=found,
    )  # fmt: skip
    never.close()
    return deaf


def _read_late(connection: socket.socket) -> int | None:
    time.sleep(LATE_SECONDS)
    try:
        return read_code(connection, seconds=MOST_LATE_SECONDS)
    except OSError:
        return GONE
    finally:
        connection.close()


def _wait_until_gone(house: House, count: int) -> float:
    """Return after how many seconds the server has only so many sockets again, or gave up."""
    begun = time.monotonic()
    while house.sockets() > count and time.monotonic() < begun + MOST_LATE_SECONDS:
        time.sleep(0.5)
    return time.monotonic() - begun


class _Peak:
    """Looks again and again how high something is."""

    def __init__(self, measure: Callable[[], float]) -> None:
        self.highest = 0.0
        self._measure = measure
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(0.25):
            self.highest = max(self.highest, self._measure())


# --- Who opens and drops ---------------------------------------------------------------------


def _drop_all(house: House) -> Drops:
    calm = house.listen()
    house.server.hear()
    open_before, before, begun = house.sockets(), house.memory_mib(), time.monotonic()
    meanwhile = _drop_while_others_listen(house)
    took = time.monotonic() - begun
    time.sleep(GOING_SECONDS)
    middle = house.memory_mib()
    _drop_while_others_listen(house)
    time.sleep(GOING_SECONDS)
    return Drops(
        count=DROPS, seconds=took, sockets_left=house.sockets() - open_before, before_mib=before,
        middle_mib=middle, after_mib=house.memory_mib(), calm=calm, meanwhile=meanwhile,
    )  # fmt: skip


def _drop_while_others_listen(house: House) -> Latencies:
    with ThreadPoolExecutor(1) as threads:
        dropping = threads.submit(_drop, house)
        meanwhile = house.listen()
        dropping.result()
    house.server.hear()
    return meanwhile


def _drop(house: House) -> None:
    """Drop connections before the handshake, after it, after the hello and after the welcome."""
    for start in range(0, DROPS, 100):
        tickets = house.tickets(DROPPING, 100)
        for number in range(start, start + 100):
            _drop_one(house, number % 4, tickets[number % 100])


def _drop_one(house: House, way: int, ticket: str) -> None:
    if way == 0:
        connection = socket.create_connection(("127.0.0.1", house.port))
    else:
        connection = shake_hands(house.port, SOCKETS)
    if way >= 2:
        connection.sendall(hello(ticket))
    if way == 3:
        connection.recv(4096)
    # With no time to linger, the other side gets a reset and no farewell.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()

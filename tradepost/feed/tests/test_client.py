"""The Python client over real sockets; what it decides is in tests/conformance."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import wraps

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tradepost.feed.client import (
    Cursor,
    FeedClient,
    FeedStopped,
    Refused,
    SignInRefused,
)

EPOCH = "e1"
TALK = "c1"


class FakeServer:
    """Speaks the protocol for one user, and can be told to fail."""

    def __init__(self) -> None:
        self.epoch = EPOCH
        self.seq = 0
        self.welcome: dict = {"beat_seconds": 20, "retry_after_seconds": 0}
        self.hellos: list[dict] = []
        self.headers: list[dict] = []
        self.said: list[dict] = []
        self.messages: dict[str, dict] = {}
        self.refuses: dict | None = None
        self.swallows = 0  # answers that are lost with their connection
        self.resets = 0
        self.sockets: set[ServerConnection] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/v1/feed/"

    async def start(self) -> None:
        self.server = await serve(self.talk, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def talk(self, socket: ServerConnection) -> None:
        self.headers.append(dict(socket.request.headers))
        try:
            await self.greet(socket)
            async for text in socket:
                await self.take(socket, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.sockets.discard(socket)

    async def greet(self, socket: ServerConnection) -> None:
        hello = json.loads(await socket.recv())
        self.hellos.append(hello)
        welcome = {"type": "welcome", "user": "ann", "epoch": self.epoch, "seq": self.seq}
        await self.say(socket, **welcome, **self.welcome)
        self.sockets.add(socket)
        if self.resets:
            self.resets -= 1
            await self.send_page(socket, [], reset=True)
        elif hello.get("seq", self.seq) < self.seq:
            await self.send_page(socket, range(hello["seq"] + 1, self.seq + 1))

    async def take(self, socket: ServerConnection, frame: dict) -> None:
        self.said.append(frame)
        if frame["type"] != "message.send":
            return
        if self.refuses:
            return await self.say(socket, type="answer", ref=frame["ref"], **self.refuses)
        self.messages.setdefault(frame["data"]["client_id"], frame["data"])
        if self.swallows:
            self.swallows -= 1
            return await socket.close(1011)
        answer = {"ref": frame["ref"], "status": 201, "data": {"id": "m1"}}
        await self.say(socket, type="answer", **answer)

    async def publish(self, count: int = 1) -> None:
        """Have something happen to the user."""
        first, self.seq = self.seq + 1, self.seq + count
        for socket in list(self.sockets):
            await self.send_page(socket, range(first, self.seq + 1))

    async def send_page(self, socket: ServerConnection, seqs, *, reset: bool = False) -> None:
        rows = [{"seq": seq, "kind": "test", "data": {"number": seq}, "at": "now"} for seq in seqs]
        page = {"epoch": self.epoch, "seq": self.seq, "reset": reset, "more": False}
        await self.say(socket, type="feed", **page, results=rows)

    async def say(self, socket: ServerConnection, **frame: object) -> None:
        await socket.send(json.dumps(frame))

    async def say_to_all(self, **frame: object) -> None:
        for socket in list(self.sockets):
            await self.say(socket, **frame)

    async def cut(self) -> None:
        """Have the network fail."""
        for socket in list(self.sockets):
            socket.transport.abort()
        await until(lambda: not self.sockets)

    def frames(self, kind: str) -> list[dict]:
        return [frame for frame in self.said if frame["type"] == kind]


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


async def read(feed: FeedClient, count: int) -> list[int]:
    """The numbers of the next rows; the last counts as applied once another is asked for."""
    seqs: list[int] = []
    async with asyncio.timeout(10):
        async for row in feed.rows():
            seqs.append(row.seq)
            if len(seqs) == count:
                break
    return seqs


def with_server(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @wraps(test)
    def run() -> None:
        async def play() -> None:
            server = FakeServer()
            await server.start()
            try:
                await test(server)
            finally:
                await server.stop()

        asyncio.run(play())

    del run.__wrapped__  # or pytest would look for a fixture called server
    return run


@with_server
async def test_rows_come_from_the_cursor_on(server):
    server.seq = 7
    async with FeedClient(url=server.url, cursor=Cursor(EPOCH, 5)) as feed:
        await server.publish()

        assert await read(feed, 3) == [6, 7, 8]


@with_server
async def test_a_client_without_a_cursor_begins_at_the_end(server):
    server.seq = 7
    async with FeedClient(url=server.url) as feed:
        assert feed.cursor == Cursor(EPOCH, 7)

        await server.publish()

        assert await read(feed, 1) == [8]


@with_server
async def test_a_row_is_applied_when_the_next_is_asked_for(server):
    async with FeedClient(url=server.url) as feed:
        await server.publish(2)
        rows = feed.rows()

        await anext(rows)
        assert feed.cursor == Cursor(EPOCH, 0)
        await anext(rows)
        assert feed.cursor == Cursor(EPOCH, 1)


@with_server
async def test_the_row_at_which_one_stopped_reading_is_not_read_again(server):
    async with FeedClient(url=server.url) as feed:
        await server.publish(3)

        assert await read(feed, 2) == [1, 2]
        assert await read(feed, 1) == [3]


@with_server
async def test_what_was_read_is_acknowledged_when_one_leaves_well(server):
    async with FeedClient(url=server.url) as feed:
        await server.publish(3)
        await read(feed, 3)

    await until(lambda: server.frames("ack"))
    assert server.frames("ack") == [{"type": "ack", "seq": 3}]
    assert feed.cursor == Cursor(EPOCH, 3)


@with_server
async def test_the_row_over_which_one_fails_is_not_applied(server):
    with pytest.raises(ZeroDivisionError):
        async with FeedClient(url=server.url) as feed:
            await server.publish(3)
            await read(feed, 2)
            raise ZeroDivisionError

    assert feed.cursor == Cursor(EPOCH, 1)


@with_server
async def test_after_a_loss_each_row_still_comes_once(server):
    async with FeedClient(url=server.url) as feed:
        await server.publish(2)
        await until(lambda: not feed._news.empty())

        await server.cut()
        await server.publish(2)
        await until(lambda: feed.counters["duplicates"])

        assert await read(feed, 4) == [1, 2, 3, 4]
        assert feed.counters == {"connections": 2, "resets": 0, "duplicates": 2, "gaps": 0}


@with_server
async def test_a_client_outlives_its_server(server):
    async with FeedClient(url=server.url) as feed:
        await server.stop()
        server.seq = 2
        await asyncio.sleep(0.2)
        await server.start()

        assert await read(feed, 2) == [1, 2]


@with_server
async def test_a_gap_is_mended(server):
    async with FeedClient(url=server.url) as feed:
        server.seq = 1  # and nobody says so
        await server.publish()

        assert await read(feed, 2) == [1, 2]
        assert feed.counters["gaps"] == 1


@with_server
async def test_a_silent_connection_is_replaced(server):
    server.welcome["beat_seconds"] = 0.1
    async with FeedClient(url=server.url):
        await until(lambda: len(server.hellos) == 2)


@with_server
async def test_each_connection_has_its_own_ticket_and_the_headers(server):
    tickets = iter(["t1", "t2"])

    async def sign_in() -> str:
        return next(tickets)

    headers = {"X-Device": "phone"}
    async with FeedClient(url=server.url, sign_in=sign_in, headers=headers):
        await server.cut()
        await until(lambda: len(server.hellos) == 2)

    assert [hello["ticket"] for hello in server.hellos] == ["t1", "t2"]
    assert [head["x-device"] for head in server.headers] == ["phone", "phone"]


@with_server
async def test_who_is_not_signed_in_any_more_comes_with_a_new_ticket(server):
    tickets = iter(["t1", "t2"])

    async def sign_in() -> str:
        return next(tickets)

    async with FeedClient(url=server.url, sign_in=sign_in):
        closing = {"code": 4401, "reason": "signed out", "retry_after_seconds": None}
        await server.say_to_all(type="closing", **closing)
        await until(lambda: len(server.hellos) == 2)

    assert server.hellos[1]["ticket"] == "t2"


@with_server
async def test_a_failing_sign_in_is_tried_again(server):
    outcomes = iter([RuntimeError("the server is busy"), None])

    async def sign_in() -> None:
        if error := next(outcomes):
            raise error

    client = FeedClient(url=server.url, sign_in=sign_in)
    client.core._returning._base = 0.1
    async with client as feed:
        assert feed.state == "live"


@with_server
async def test_a_refused_sign_in_ends_the_client(server):
    async def sign_in() -> None:
        raise SignInRefused

    with pytest.raises(FeedStopped, match="sign-in was refused"):
        async with FeedClient(url=server.url, sign_in=sign_in):
            pass

    assert server.hellos == []


@with_server
async def test_a_message_is_sent_and_answered(server):
    async with FeedClient(url=server.url) as feed:
        answer = await feed.send_message(conversation=TALK, message_body="hello")

    assert (answer.status, answer.data) == (201, {"id": "m1"})
    assert list(server.messages.values()) == [
        {"conversation": TALK, "message_body": "hello", "client_id": answer.client_id}
    ]


@with_server
async def test_a_message_can_be_named_by_its_sender(server):
    async with FeedClient(url=server.url) as feed:
        name = "m-2026-1"
        answer = await feed.send_message(client_id=name, conversation=TALK, message_body="hello")

    assert answer.client_id == name
    assert list(server.messages) == [name]


@with_server
async def test_a_message_whose_answer_was_lost_is_one_message(server):
    server.swallows = 1
    async with FeedClient(url=server.url) as feed:
        answer = await feed.send_message(conversation=TALK, message_body="hello")

    assert len(server.frames("message.send")) == 2
    assert list(server.messages) == [answer.client_id]


@with_server
async def test_a_refused_message_is_handed_back(server):
    server.refuses = {"status": 400, "data": {"message_body": ["Too long."]}}
    async with FeedClient(url=server.url) as feed:
        with pytest.raises(Refused) as refusal:
            await feed.send_message(conversation=TALK, message_body="hello")

    assert (refusal.value.status, refusal.value.data) == (400, server.refuses["data"])


@with_server
async def test_the_other_commands_are_sent(server):
    async with FeedClient(url=server.url) as feed:
        await feed.mark_read(conversation=TALK, seq=4)
        await feed.typing(conversation=TALK)
        await feed.watch(users=["bob"])
        await until(lambda: len(server.said) == 3)

    read_mark, typing, watch = server.said
    assert read_mark["data"] == {"conversation_id": TALK, "up_to_seq": 4}
    assert typing == {"type": "typing", "conversation": TALK}
    assert watch == {"type": "watch", "users": ["bob"]}


@with_server
async def test_more_than_a_hundred_cannot_be_watched(server):
    async with FeedClient(url=server.url) as feed:
        await feed.watch(users=["bob"] * 100)
        with pytest.raises(ValueError, match="at most 100"):
            await feed.watch(users=["bob"] * 101)


@with_server
async def test_whispers_are_handed_over(server):
    heard: list[dict] = []
    async with FeedClient(url=server.url, on_passing=heard.append):
        await server.say_to_all(type="typing", conversation=TALK, user="bob")
        await until(lambda: heard)

    assert heard == [{"type": "typing", "conversation": TALK, "user": "bob"}]


@with_server
async def test_a_reset_is_told_before_the_rows_after_it(server):
    server.resets, server.seq, server.epoch = 1, 90, "e2"
    told: list[Cursor | None] = []

    async def load_everything() -> None:
        told.append(feed.cursor)

    feed = FeedClient(url=server.url, cursor=Cursor(EPOCH, 5), on_reset=load_everything)
    async with feed:
        await until(lambda: not feed._news.empty())
        await server.publish()

        assert await read(feed, 1) == [91]
        assert told == [Cursor(EPOCH, 5)]
        assert feed.cursor == Cursor("e2", 90)


@with_server
async def test_a_reset_that_fails_comes_again(server):
    server.resets, server.seq = 2, 90
    failures = iter([RuntimeError("no screens"), None])

    async def load_everything() -> None:
        if error := next(failures):
            raise error

    async with FeedClient(
        url=server.url, cursor=Cursor(EPOCH, 5), on_reset=load_everything
    ) as feed:
        await server.publish()
        await until(lambda: feed._news.qsize() == 2)
        with pytest.raises(RuntimeError, match="no screens"):
            await read(feed, 1)
        await until(lambda: feed.counters["resets"] == 2)
        await server.publish()

        assert await read(feed, 1) == [92]  # 91 is in what was loaded


@with_server
async def test_who_is_told_not_to_come_back_says_so_to_everybody_who_waits(server):
    async with FeedClient(url=server.url) as feed:
        server.refuses = {"status": 503, "data": None}
        sending = asyncio.create_task(feed.send_message(conversation=TALK, message_body="hello"))
        await until(lambda: server.frames("message.send"))

        closing = {"code": 4010, "reason": "replaced", "retry_after_seconds": None}
        await server.say_to_all(type="closing", **closing)

        with pytest.raises(FeedStopped, match="replaced") as stop:
            await read(feed, 1)
        assert stop.value.code == 4010
        with pytest.raises(FeedStopped):
            await sending
        with pytest.raises(FeedStopped):
            await feed.send_message(conversation=TALK, message_body="again")


@with_server
async def test_rows_that_came_before_the_end_are_read_first(server):
    async with FeedClient(url=server.url) as feed:
        await server.publish(2)
        closing = {"code": 4400, "reason": "not a frame", "retry_after_seconds": None}
        await server.say_to_all(type="closing", **closing)
        await until(lambda: feed.state == "stopped")

        assert await read(feed, 2) == [1, 2]
        for _ in range(2):
            with pytest.raises(FeedStopped):
                await read(feed, 1)


@with_server
async def test_a_fault_of_the_application_in_a_whisper_is_not_lost(server):
    def fail(frame: dict) -> None:
        raise ZeroDivisionError

    async with FeedClient(url=server.url, on_passing=fail) as feed:
        await server.say_to_all(type="typing", conversation=TALK, user="bob")

        with pytest.raises(ZeroDivisionError):
            await read(feed, 1)


@with_server
async def test_leaving_leaves_no_task_behind(server):
    before = asyncio.all_tasks()
    async with FeedClient(url=server.url):
        pass

    await until(lambda: not server.sockets)
    assert {task for task in asyncio.all_tasks() - before if "FeedClient" in repr(task)} == set()


@with_server
async def test_who_does_not_wait_for_a_server_leaves_no_task_behind(server):
    await server.stop()
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), FeedClient(url=server.url):
            pass

    assert asyncio.all_tasks() - before == set()


def test_nothing_here_needs_django():
    ask = "import sys, tradepost.feed.client; print('django' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert run.stdout == "False\n"

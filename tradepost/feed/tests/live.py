"""The real server on the tests' database, and clients that talk to it over TCP."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self
from uuid import UUID

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tradepost.accounts.models import User
from tradepost.accounts.sessions import SessionStore
from tradepost.feed import kinds
from tradepost.feed.actions.publishing import publish
from tradepost.feed.actions.tickets import issue_ticket
from tradepost.feed.consumers import LiveFeed
from tradepost.feed.kinds import register_event
from tradepost.kit.http.application import Application
from tradepost.kit.http.server import DrainingServer, configure
from tradepost.kit.transactions import unit_of_work

PATIENCE_SECONDS = 30  # a machine may be busy
SHORT_SECONDS = 0.3  # in which what must not come would have come
Frame = dict[str, Any]


class Client:
    """One socket of somebody's."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.epoch: str | None = None
        self.seq = 0
        self._heard: list[Frame] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.connection.close()

    def say(self, kind: str, **fields: object) -> None:
        """Send a frame."""
        self.connection.send(json.dumps({"type": kind, **fields}))

    def hear(self, kind: str, *, seconds: float = PATIENCE_SECONDS) -> Frame:
        """Return the next frame of a kind; what comes before it is kept for later."""
        for place, frame in enumerate(self._heard):
            if frame["type"] == kind:
                return self._heard.pop(place)
        deadline = time.monotonic() + seconds
        while True:
            frame = json.loads(self.connection.recv(timeout=max(0, deadline - time.monotonic())))
            if frame["type"] == kind:
                return frame
            self._heard.append(frame)

    def hear_any(self) -> Frame:
        """Return the next frame."""
        if self._heard:
            return self._heard.pop(0)
        return json.loads(self.connection.recv(timeout=PATIENCE_SECONDS))

    def break_off(self) -> None:
        """Lose the connection without a word."""
        self.connection.socket.shutdown(socket.SHUT_RDWR)

    def hears_no(self, kind: str, *, seconds: float = SHORT_SECONDS) -> bool:
        """Return whether no frame of a kind comes for a while."""
        try:
            self.hear(kind, seconds=seconds)
        except TimeoutError:
            return True
        return False

    def rows(self, count: int) -> list[Frame]:
        """Return the next rows, which come in any number of pages."""
        found: list[Frame] = []
        while len(found) < count:
            page = self.hear("feed")
            found += page["results"]
            self.epoch, self.seq = page["epoch"], page["seq"]
        return found

    def ack(self) -> None:
        """Acknowledge the rows that ``rows`` returned."""
        self.say("ack", seq=self.seq)

    def ends(self) -> tuple[int, Frame | None]:
        """Return the code with which the server closes, and its last word."""
        closing = None
        try:
            while True:
                frame = self.hear_any()
                closing = frame if frame["type"] == "closing" else None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006, closing


class Live:
    """A running server."""

    def __init__(self) -> None:
        wsgi = WSGIHandler()
        self.feed = LiveFeed(wsgi)
        self.application = Application(wsgi, live=self.feed)
        self.server = DrainingServer(configure(self.application, host="127.0.0.1", port=0))
        self.faults: list[Mapping[str, Any]] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._clients: list[ClientConnection] = []

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.loop.set_exception_handler(lambda _, fault: self.faults.append(fault))
        await self.server.serve()

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self.server.started)
        host, port = self.server.servers[0].sockets[0].getsockname()
        self.host = f"{host}:{port}"
        self.http = f"http://{self.host}/api/v1/"

    def stop(self) -> None:
        """Stop as SIGTERM does, and have every thread end, whose database connections then do."""
        self.begin_to_stop()
        self._thread.join(30)
        assert not self._thread.is_alive()
        for client in self._clients:
            client.close()
        hub = self.feed.hub
        for pool in (
            *(threads._pool for threads in (hub.threads, hub._tailing, hub.commands)),
            self.feed.social.threads._pool,
            find_pool(self.application),
        ):
            pool.shutdown(wait=True)

    def begin_to_stop(self) -> None:
        self.server.should_exit = True

    @property
    def hub(self):
        return self.feed.hub

    @property
    def social(self):
        return self.feed.social

    def on_loop(self, work: Callable[[], Any]) -> Any:
        """Call something on the server's event loop, where its state belongs to."""

        async def call() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(PATIENCE_SECONDS)

    def connect(self, path: str = "/ws/v1/feed/", **options: Any) -> Client:
        """Open a socket and say nothing."""
        connection = connect(
            f"ws://{self.host}{path}",
            open_timeout=PATIENCE_SECONDS, close_timeout=1, ping_interval=None, legacy=True,
            **options,
        )  # fmt: skip
        self._clients.append(connection)
        return Client(connection)

    def enter(self, user: User, **hello: object) -> Client:
        """Open a socket with a ticket and say hello; return it when it was welcomed."""
        client = self.connect()
        client.say("hello", ticket=ticket_of(user), **hello)
        welcome = client.hear("welcome")
        client.epoch, client.seq = welcome["epoch"], welcome["seq"]
        client.welcome = welcome
        return client

    def settle(self, *users: User) -> None:
        """Wait until the sockets of these users live on what the tailer hands out."""
        for user in users:
            wait_until(lambda user=user: self.on_loop(lambda: self._has_settled(user)))

    def _has_settled(self, user: User) -> bool:
        followers = self.hub.followers.get(user.pk.hex, ())
        is_reading = self.hub._dirty or self.hub._tailing.waiting
        return bool(followers) and not is_reading and all(not one.is_behind for one in followers)

    def ask(self, user: User, **query: object) -> Frame:
        """Return what ``GET feed/`` answers."""
        with httpx.Client(base_url=self.http, headers=token_of(user)) as client:
            return client.get("feed/", params=query).raise_for_status().json()


@pytest.fixture
def of_tests(monkeypatch) -> None:
    """There are the events "test" and, with a fact of every type, "test.facts"."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    register_event("test", sentence="Something happened in a test.", number=int)
    register_event(
        "test.facts",
        sentence="Something happened in a test, of which there is much to say.",
        thing=UUID, text=str, count=int, yes=bool, nothing=UUID | None,
    )  # fmt: skip


@pytest.fixture
def live(transactional_db, of_tests, settings) -> Iterator[Live]:
    """The server; nothing that it does may end in a fault that nobody has caught."""
    settings.JOB_THREADS = 0
    server = Live()
    server.start()
    yield server
    server.stop()
    assert server.faults == []


@pytest.fixture
def quick(monkeypatch, settings) -> None:
    """What waits for seconds waits for moments; the poll does not help."""
    monkeypatch.setattr("tradepost.feed.consumers.hub.CLOCK_SECONDS", 0.05)
    monkeypatch.setattr("tradepost.feed.consumers.hub.CHECK_SECONDS", 0.1)
    settings.FEED_POLL_SECONDS = 0


def ticket_of(user: User) -> str:
    ticket, _ = issue_ticket(user=user, now=timezone.now())
    return ticket


def token_of(user: User) -> dict[str, str]:
    return {"Authorization": f"JWT {AccessToken.for_user(user)}"}


def session_of(user: User) -> str:
    """Sign a user in as the pages do; return the key of the session."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def cookie_of(key: str) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}


def happen(*users: User, number: int = 1, times: int = 1) -> None:
    """Publish a made-up event to these users, some times in one transaction."""
    with unit_of_work():
        for one in range(number, number + times):
            publish(kind="test", user_ids=[user.pk for user in users], data={"number": one})


def numbers(rows: list[Frame]) -> list[int]:
    return [row["seq"] for row in rows]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do things on threads at the same moment; return what they return or raise, in order."""
    barrier = threading.Barrier(len(works))

    def do(work: Callable[[], Any]) -> Any:
        barrier.wait(PATIENCE_SECONDS)
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - it is the result
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def wait_until(
    is_so: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS, step: float = 0.01
) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(step)


def find_pool(application: Application) -> ThreadPoolExecutor:
    """Return the threads of requests, behind whatever stands in front of them."""
    layer = application._http
    while not hasattr(layer, "pool"):
        layer = layer.app
    return layer.pool

"""The steady load: people who order and people who write, through the proxy, each request until it
is answered. What was answered is remembered, and so is every attempt."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.realtime.people import TALK_SIZE, talk_id
from benchmarks.realtime.sending import Sending
from benchmarks.requests import API
from failover.outages import Attempt

ORDERS, MESSAGES = "orders", "messages"
LONGEST_SECONDS = 10  # that a client waits for an answer
PAUSE_SECONDS = 0.25
GIVING_UP_SECONDS = 240
DONE = (200, 201)  # 200 is a message that was there already, under its client_id
FAULT = 500  # what no answer may be: a fault of ours, where 503 says "come back"


@dataclass
class Placed:
    """An order that was answered 201."""

    id: int
    total_cents: int
    product: int
    quantity: int
    answered_at: float


@dataclass
class Log:
    """What was tried and what was answered, on the clock of this process (monotonic)."""

    attempts: list[Attempt] = field(default_factory=list)
    orders: list[Placed] = field(default_factory=list)
    sent: list[Sending] = field(default_factory=list)
    answered_at: dict[str, float] = field(default_factory=dict)  # of messages, by their ids
    given_up: list[str] = field(default_factory=list)


class GivenUp(Exception):
    """Nobody answered for so long that a person would have gone."""


class Client:
    """Requests of one kind, repeated until they are answered."""

    def __init__(self, http: httpx.AsyncClient, log: Log, kind: str) -> None:
        self._http = http
        self._log = log
        self._kind = kind

    async def post(self, path: str, *, token: str, body: dict[str, Any], key: str = "") -> Any:
        """Return what is answered in the end. Raises GivenUp."""
        headers = {"Authorization": f"JWT {token}"} | ({"Idempotency-Key": key} if key else {})
        until = time.monotonic() + GIVING_UP_SECONDS
        while time.monotonic() < until:
            answer, pause = await self._try(f"{API}{path}", headers, body)
            if answer is not None:
                return answer.json()
            await asyncio.sleep(pause)
        raise GivenUp(f"{self._kind} {path}")

    async def _try(
        self, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> tuple[httpx.Response | None, float]:
        begun = time.monotonic()
        try:
            answer = await self._http.post(path, headers=headers, json=body)
        except httpx.TransportError as error:
            self._note(begun, type(error).__name__)
            return None, PAUSE_SECONDS
        if answer.status_code in DONE:
            self._note(begun, "")
            return answer, 0
        self._note(begun, _words(answer))
        return None, float(answer.headers.get("Retry-After", PAUSE_SECONDS))

    def _note(self, begun: float, failure: str) -> None:
        self._log.attempts.append(Attempt(self._kind, begun, time.monotonic(), failure))


def _words(answer: httpx.Response) -> str:
    """Say who failed: the proxy answers by a page, we by JSON with a code."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        return f"{answer.status_code} {answer.json().get('code', '')}".strip()
    return f"{answer.status_code} by the proxy" if answer.status_code != FAULT else "500"


class Load:
    """Orders and messages at steady rates, whatever becomes of the earlier ones."""

    def __init__(
        self, *, http: httpx.AsyncClient, tokens: list[str], products: list[int], people: int
    ) -> None:
        self.log = Log()
        self._orders = Client(http, self.log, ORDERS)
        self._messages = Client(http, self.log, MESSAGES)
        self._tokens = tokens[:people]
        self._products = products
        self._stopping = asyncio.Event()

    async def run(self, *, orders_per_second: float, messages_per_second: float) -> None:
        """Return when ``stop`` was called and all that was begun is answered or given up."""
        await asyncio.gather(
            self._repeat(self._order, orders_per_second),
            self._repeat(self._write, messages_per_second),
        )

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    async def _repeat(self, deed: Callable[[], Awaitable[None]], per_second: float) -> None:
        begun, works = time.monotonic(), []
        while not self._stopping.is_set():
            works.append(asyncio.create_task(self._guarded(deed)))
            await asyncio.sleep(begun + len(works) / per_second - time.monotonic())
        await asyncio.gather(*works)

    async def _guarded(self, deed: Callable[[], Awaitable[None]]) -> None:
        try:
            await deed()
        except GivenUp as error:
            self.log.given_up.append(str(error))

    async def _order(self) -> None:
        token, product = random.choice(self._tokens), random.choice(self._products)
        quantity = random.randint(1, 3)
        post, name = self._orders.post, uuid4().hex
        cart = await post("/store/carts/", token=token, key=f"cart-{name}", body={})
        line = {"product_id": product, "quantity": quantity}
        path = f"/store/carts/{cart['id']}/items/"
        await post(path, token=token, key=f"line-{name}", body=line)
        order = {"cart_id": cart["id"]}
        made = await post("/store/orders/", token=token, key=f"order-{name}", body=order)
        self.log.orders.append(
            Placed(made["id"], round(made["total"] * 100), product, quantity, time.monotonic())
        )

    async def _write(self) -> None:
        talk = random.randrange(len(self._tokens) // TALK_SIZE)
        token = self._tokens[talk * TALK_SIZE + random.randrange(TALK_SIZE)]
        sending = Sending(f"failover-{uuid4().hex}", time.monotonic())
        self.log.sent.append(sending)
        body = {
            "conversation": str(talk_id(talk)),
            "message_body": f"Message {len(self.log.sent)}",
            "client_id": sending.client_id,
        }
        answer = await self._messages.post("/messages/", token=token, body=body)
        sending.message = answer["message_id"]
        self.log.answered_at[sending.message] = time.monotonic()

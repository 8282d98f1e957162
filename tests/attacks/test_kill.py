"""The server is killed in the middle of a burst, twice. Afterwards the books are audited.

The clients do what good clients do: they repeat a request until it is answered, with the same
``Idempotency-Key`` or ``client_id``. Whatever the kill interrupted, each deed is there once, and
what follows from it (stock, numbers of messages, feeds, notifications, receipts) adds up.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from uuid import uuid4

import httpx
import pytest
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from conftest import make_user
from tests.races.conftest import database_url, signed_in
from tests.servers import start_server
from tradepost.accounts.models import User
from tradepost.feed.models import FeedHead, Pointer
from tradepost.kit.audit import find_faults
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.mail import message_id
from tradepost.kit.models import IdempotentAnswer, Job
from tradepost.messaging.actions.conversations import start_conversation
from tradepost.messaging.models import Conversation, Message
from tradepost.notifications.models import Notification
from tradepost.store.models import Cart, Order, OrderItem, Product
from tradepost.store.tests.factories import make_product

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PEOPLE = 6
ROUNDS = 5
DEEDS = PEOPLE * ROUNDS
STOCK = 1000
KILLS_AFTER = (DEEDS, 3 * DEEDS)  # answers, of the four that each round takes
PATIENCE_SECONDS = 60


class Mortal:
    """A server that is killed while clients talk to it, and started again elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self._process: Popen[bytes] | None = None

    def start(self) -> None:
        self._process, self.address = start_server(
            data_dir=self.folder,
            DATABASE_URL=database_url(),
            SECRET_KEY=settings.SECRET_KEY,
            DEMO="off",
            DJANGO_LOG_LEVEL="WARNING",
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


@dataclass
class Burst:
    """What the clients were answered, and how often they found nobody there."""

    orders: list[dict] = field(default_factory=list)
    messages: list[dict] = field(default_factory=list)
    answered: int = 0
    interrupted: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_for(self, answers: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.answered < answers:
            assert time.monotonic() < deadline, f"only {self.answered} answers"
            time.sleep(0.001)


class Client:
    """Somebody who repeats each request until it is answered."""

    def __init__(self, server: Mortal, burst: Burst, headers: dict[str, str]) -> None:
        self.server, self.burst, self.headers = server, burst, headers
        self._http = httpx.Client(timeout=20)

    def post(self, path: str, body: object = None) -> dict:
        headers = {**self.headers, "Idempotency-Key": str(uuid4())}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self._try(path, body, headers)
            if answer is None or answer.status_code == 409:  # nobody there, or still at work
                time.sleep(0.02)
                continue
            assert answer.status_code == 201, answer.text
            with self.burst.lock:
                self.burst.answered += 1
            return answer.json()
        raise TimeoutError(path)

    def _try(self, path: str, body: object, headers: dict[str, str]) -> httpx.Response | None:
        try:
            url = f"{self.server.address}/api/v1/{path}"
            return self._http.post(url, json=body, headers=headers)
        except httpx.TransportError:
            with self.burst.lock:
                self.burst.interrupted += 1
            return None


def shop_and_talk(client: Client, products: list[int], conversation: str) -> None:
    for number in range(ROUNDS):
        cart = client.post("store/carts/")["id"]
        line = {"product_id": products[number % len(products)], "quantity": 1 + number % 3}
        client.post(f"store/carts/{cart}/items/", line)
        client.burst.orders.append(client.post("store/orders/", {"cart_id": cart}))
        text = {"conversation": conversation, "message_body": cart, "client_id": str(uuid4())}
        client.burst.messages.append(client.post("messages/", text))


@pytest.fixture
def people(db) -> list[User]:
    return [make_user(f"person{number}") for number in range(PEOPLE)]


@pytest.fixture
def server(db, tmp_path) -> Iterator[Mortal]:
    server = Mortal(tmp_path)
    server.start()
    yield server
    server.stop()
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log, log[-4000:]


def test_a_server_killed_twice_in_a_burst_did_each_deed_once(server, people, settings):
    products = [make_product(inventory=STOCK).pk for _ in range(3)]
    talk = start_conversation(starter=people[0], participant_ids=[p.pk for p in people[1:]])
    burst = Burst()
    clients = [Client(server, burst, signed_in(person)) for person in people]

    with ThreadPoolExecutor(PEOPLE) as pool:
        running = [pool.submit(shop_and_talk, c, products, str(talk.pk)) for c in clients]
        for answers in KILLS_AFTER:
            burst.wait_for(answers)
            server.kill()
            server.start()
        for client in running:
            client.result()
    finish_the_jobs(server, settings)

    assert burst.interrupted >= len(KILLS_AFTER)
    audit_orders(burst)
    audit_stock()
    audit_messages(burst, talk)
    audit_feeds(people)
    audit_receipts(server.folder / "mail")
    assert find_faults() == []  # `manage.py audit`


def finish_the_jobs(server: Mortal, settings) -> None:
    """Do what is left, when the leases of the workers that died have ended."""
    server.stop()
    settings.EMAIL_BACKEND = "tradepost.kit.mail.FolderBackend"
    settings.MAIL_DIR = server.folder / "mail"
    run_due_jobs(now=timezone.now() + timedelta(minutes=2))


def audit_orders(burst: Burst) -> None:
    """Every order that was answered is there, and no other; no cart was made twice."""
    answered = Counter(order["id"] for order in burst.orders)
    assert answered == Counter(Order.objects.values_list("pk", flat=True))
    assert len(answered) == DEEDS
    assert Cart.objects.count() == 0
    assert IdempotentAnswer.objects.count() == 4 * DEEDS


def audit_stock() -> None:
    """What is gone is what the orders hold."""
    sold = dict(OrderItem.objects.values_list("product").annotate(Sum("quantity")))
    assert sold
    left = dict(Product.objects.values_list("pk", "inventory"))
    assert {pk: STOCK - inventory for pk, inventory in left.items()} == sold


def audit_messages(burst: Burst, talk: Conversation) -> None:
    """The messages have the places that were answered: 1, 2, 3 ... without gaps."""
    rows = Message.objects.filter(conversation=talk).order_by("seq")
    assert list(rows.values_list("seq", flat=True)) == list(range(1, DEEDS + 1))
    answered = {message["message_id"]: message["seq"] for message in burst.messages}
    assert answered == {str(row.pk): row.seq for row in rows}
    assert Conversation.objects.get(pk=talk.pk).last_seq == DEEDS
    assert Notification.objects.filter(kind="message.received").count() == DEEDS * (PEOPLE - 1)


def audit_feeds(people: list[User]) -> None:
    """Nobody's feed has a gap; it holds one's orders, all messages, and what one was told."""
    for person in people:
        feed = Pointer.objects.filter(user=person).order_by("seq")
        kinds = Counter(feed.values_list("event__kind", flat=True))
        head = FeedHead.objects.get(user=person)
        assert list(feed.values_list("seq", flat=True)) == list(range(1, head.seq + 1))
        assert kinds["message.created"] == DEEDS
        assert kinds["order.placed"] == ROUNDS
        was_added = person != people[0]  # who started the conversation
        assert kinds["notification.created"] == DEEDS - ROUNDS + was_added


def audit_receipts(folder: Path) -> None:
    """Each order has its one receipt, and no job is left."""
    orders = Order.objects.values_list("pk", flat=True)
    names = {f"{''.join(filter(str.isalnum, message_id(f'receipt:{pk}')))}.eml" for pk in orders}
    assert {file.name for file in folder.glob("*.eml")} == names  # others were cut short by a kill
    receipts = Job.objects.filter(name="store.send_receipt")
    assert Counter(receipts.values_list("state", flat=True)) == {"done": DEEDS}

"""What is measured: one function per measurement makes the requests of a run."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import data
from benchmarks.load import Request

API = "/api/v1"
PAGES = 20
BUSY_CONVERSATIONS = 300
REPEATED = 5_000  # requests that wrk sends in a circle

Tokens = dict[str, str]
Requests = Callable[[int, int, Tokens], list[Request]]


@dataclass(frozen=True)
class Scenario:
    """One measurement.

    ``make`` is called with the number of the first request, how many are wanted and everybody's
    token. ``once_per_second`` says that a request means something only the first time, and how
    many are made for each second: more than anybody answers. ``rows`` is how many ``results`` the
    answer must have; ``least_ratio`` the bar against the plain project.
    """

    key: str
    title: str
    make: Requests
    status: int = 200
    once_per_second: int = 0
    rows: int | None = None
    least_ratio: float | None = None


def list_products(first: int, count: int, tokens: Tokens) -> list[Request]:
    pages = random.Random("pages").sample(range(1, data.PRODUCTS // data.PAGE_SIZE), k=PAGES)
    return [Request("GET", f"{API}/store/products/?page={page}") for page in pages]


def list_products_cold(first: int, count: int, tokens: Tokens) -> list[Request]:
    """Each request asks for prices above another amount, so that no answer was stored before."""
    return [
        Request("GET", f"{API}/store/products/?{_unseen(n)}") for n in range(first, first + count)
    ]


def _unseen(number: int) -> str:
    page, cents = divmod(number, 100_000)  # a tenth of all prices lies below 1,000.00
    return f"page={page + 1}&unit_price__gt={cents / 100:.2f}"


def read_product(first: int, count: int, tokens: Tokens) -> list[Request]:
    ids = random.Random("products").sample(range(1, data.PRODUCTS + 1), k=data.PRODUCTS)
    return [Request("GET", f"{API}/store/products/{pk}/") for pk in ids]


def add_to_cart(first: int, count: int, tokens: Tokens) -> list[Request]:
    chance = random.Random(f"cart {first}")

    def requests() -> Iterator[Request]:
        for _ in range(REPEATED):
            cart = data.open_cart_id(chance.randrange(data.OPEN_CARTS))
            line = {"product_id": chance.randint(1, data.PRODUCTS), "quantity": 1}
            yield Request("POST", f"{API}/store/carts/{cart}/items/", body=json.dumps(line))

    return list(requests())


def place_order(first: int, count: int, tokens: Tokens) -> list[Request]:
    """Each request orders a prepared cart of two products that no other one orders."""

    def order(number: int) -> Request:
        token = tokens[str(data.user_id(1 + number % (data.USERS - 1)))]
        body = json.dumps({"cart_id": str(data.order_cart_id(number))})
        return Request("POST", f"{API}/store/orders/", token, body)

    return [order(number) for number in range(first, first + count)]


def list_conversations(first: int, count: int, tokens: Tokens) -> list[Request]:
    people = [tokens[str(data.user_id(number))] for number in range(1, data.TALKERS + 1)]
    return [Request("GET", f"{API}/conversations/", token) for token in people]


def send_message(first: int, count: int, tokens: Tokens) -> list[Request]:
    chance = random.Random("messages")

    def requests() -> Iterator[Request]:
        for talk in chance.sample(list(data.conversations()), k=BUSY_CONVERSATIONS):
            text = " ".join(chance.choices(data.WORDS, k=12))
            body = json.dumps({"conversation": str(talk.id), "message_body": text})
            yield Request("POST", f"{API}/messages/", tokens[str(talk.people[0])], body)

    return list(requests())


ORDER = Scenario("order", "order", place_order, status=201, once_per_second=2_500)
# Reads first: the writes make the tables grow. Orders last: they leave jobs behind.
SCENARIOS = (
    Scenario("list", "product list", list_products, rows=10, least_ratio=3),
    Scenario(
        "list-cold", "product list, cold", list_products_cold, rows=10, once_per_second=12_000
    ),
    Scenario("detail", "product detail", read_product, least_ratio=3),
    Scenario("conversations", "conversation list", list_conversations, rows=10),
    Scenario("cart", "cart add", add_to_cart, status=201),
    Scenario("message", "message send", send_message, status=201),
    ORDER,
)

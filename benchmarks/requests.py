"""What is asked: one function per measurement makes the requests of a run."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from benchmarks import data
from benchmarks.load import Request
from benchmarks.servers import OURS, OURS_UNSTORED, Server

API = "/api/v1"
PRODUCTS = f"{API}/store/products/"
LAST_PAGE = data.PRODUCTS // data.PAGE_SIZE
REPEATED_PAGES = 20
REPEATED_PRODUCTS = 100
REPEATED_PLACES = 100
BUSY_CONVERSATIONS = 300
IN_A_CIRCLE = 5_000  # requests that wrk sends again when it is through
SEARCHED_WORDS = 20
CARDS_A_PAGE = 12  # of the catalogue's page


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: ``count`` requests are wanted, of which ``first`` is the number of the
    first one, never used before; ``tokens`` are those of all users by their id."""

    server: Server
    first: int
    count: int
    tokens: Mapping[str, str]

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


def list_repeated(turn: Turn) -> list[Request]:
    pages = random.Random("pages").sample(range(1, LAST_PAGE), k=REPEATED_PAGES)
    return [Request("GET", f"{PRODUCTS}?page={page}") for page in pages]


def list_any_page(turn: Turn) -> list[Request]:
    pages = random.Random("all pages").sample(range(1, LAST_PAGE + 1), k=LAST_PAGE)
    return [Request("GET", f"{PRODUCTS}?page={page}") for page in pages]


def list_unseen(turn: Turn) -> list[Request]:
    """Each request asks for prices above another amount, so that no answer was stored before."""
    return [Request("GET", f"{PRODUCTS}?{_unseen(number)}") for number in turn.numbers]


def _unseen(number: int) -> str:
    page, cents = divmod(number, 100_000)  # a tenth of all prices lies below 1,000.00
    return f"page={page + 1}&unit_price__gt={cents / 100:.2f}"


def read_repeated(turn: Turn) -> list[Request]:
    return _read(random.Random("few"), REPEATED_PRODUCTS)


def read_any(turn: Turn) -> list[Request]:
    return _read(random.Random("products"), data.PRODUCTS)


def _read(chance: random.Random, count: int) -> list[Request]:
    ids = chance.sample(range(1, data.PRODUCTS + 1), k=count)
    return [Request("GET", f"{PRODUCTS}{pk}/") for pk in ids]


def open_home(turn: Turn) -> list[Request]:
    return [Request("GET", "/")]


def open_catalogue(turn: Turn) -> list[Request]:
    pages = random.Random("catalogue").sample(range(1, data.PRODUCTS // CARDS_A_PAGE), k=500)
    return [Request("GET", f"/products/?page={page}") for page in pages]


def open_catalogue_again(turn: Turn) -> list[Request]:
    return open_catalogue(turn)[:REPEATED_PAGES]


def open_product(turn: Turn) -> list[Request]:
    ids = random.Random("open").sample(range(1, data.PRODUCTS + 1), k=IN_A_CIRCLE)
    return [Request("GET", f"/products/{pk}/") for pk in ids]


def open_product_again(turn: Turn) -> list[Request]:
    return open_product(turn)[:REPEATED_PRODUCTS]


def open_stays(turn: Turn) -> list[Request]:
    """Look for places up to a price, at any of which there is a page full."""
    prices = random.Random("stays").sample(range(50, data.DEAREST_NIGHT), k=200)
    return [Request("GET", f"/stays/?max_price={price}") for price in prices]


def open_stays_again(turn: Turn) -> list[Request]:
    return open_stays(turn)[:REPEATED_PAGES]


def open_place(turn: Turn) -> list[Request]:
    ids = random.Random("open").sample(range(1, data.PLACES + 1), k=data.PLACES)
    return [Request("GET", f"/stays/{pk}/") for pk in ids]


def open_place_again(turn: Turn) -> list[Request]:
    return open_place(turn)[:REPEATED_PLACES]


def list_first_by_cursor(turn: Turn) -> list[Request]:
    """The first page; by number for those who have no cursors."""
    return [Request("GET", f"{PRODUCTS}?{'cursor=' if _has_cursors(turn.server) else 'page=1'}")]


def list_last_by_cursor(turn: Turn) -> list[Request]:
    """Page 1,000; by number for those who have no cursors."""
    asked = _find_last(turn.server) if _has_cursors(turn.server) else f"page={LAST_PAGE}"
    return [Request("GET", f"{PRODUCTS}?{asked}")]


def _has_cursors(server: Server) -> bool:
    return server.contestant.name in (OURS, OURS_UNSTORED)


@cache
def _find_last(server: Server) -> str:
    """Follow the links from the first page by cursor to the last and return its query."""
    asked, seen = "cursor=", 0
    while True:
        status, body = server.send("GET", f"{PRODUCTS}?{asked}")
        if status != 200:
            raise RuntimeError(f"{server.contestant.name}: {status} for ?{asked}")
        page, seen = json.loads(body), seen + 1
        if page["next"] is None:
            break
        asked = urlsplit(page["next"]).query
    if seen != LAST_PAGE or not parse_qs(asked)["cursor"]:
        raise RuntimeError(f"{server.contestant.name}: {seen} pages instead of {LAST_PAGE}")
    return asked


def search_common(turn: Turn) -> list[Request]:
    return _search(data.WORDS[:SEARCHED_WORDS])


def search_rare(turn: Turn) -> list[Request]:
    return _search(data.RARE_WORDS)


def _search(words: list[str] | tuple[str, ...]) -> list[Request]:
    return [Request("GET", f"{PRODUCTS}?search={word}") for word in words]


def add_to_cart(turn: Turn) -> list[Request]:
    chance = random.Random(f"cart {turn.first}")

    def add() -> Request:
        cart = data.open_cart_id(chance.randrange(data.OPEN_CARTS))
        line = {"product_id": chance.randint(1, data.PRODUCTS), "quantity": 1}
        return Request("POST", f"{API}/store/carts/{cart}/items/", body=json.dumps(line))

    return [add() for _ in range(IN_A_CIRCLE)]


def _order(cart_id: Callable[[int], UUID], turn: Turn) -> list[Request]:
    """Each request orders a prepared cart that no other one orders."""

    def order(number: int) -> Request:
        token = turn.tokens[str(data.user_id(1 + number % (data.USERS - 1)))]
        return Request(
            "POST", f"{API}/store/orders/", token, json.dumps({"cart_id": str(cart_id(number))})
        )

    return [order(number) for number in turn.numbers]


order_spread = partial(_order, data.spread_cart_id)
order_hot = partial(_order, data.hot_cart_id)


def list_conversations(turn: Turn) -> list[Request]:
    people = [turn.tokens[str(data.user_id(number))] for number in range(1, data.TALKERS + 1)]
    return [Request("GET", f"{API}/conversations/", token) for token in people]


def send_message(turn: Turn) -> list[Request]:
    return [_send(turn, talk) for talk in _busy_talks()]


def send_message_once(turn: Turn) -> list[Request]:
    """Each message with an id of its sender's, under which it is sent once, for ever."""
    talks = _busy_talks()
    return [
        _send(turn, talks[number % len(talks)], client_id=f"bench-{number}")
        for number in turn.numbers
    ]


def _busy_talks() -> list[data.ConversationRow]:
    chance = random.Random("busy talks")
    return chance.sample(list(data.conversations()), k=BUSY_CONVERSATIONS)


def _send(turn: Turn, talk: data.ConversationRow, **more: str) -> Request:
    text = " ".join(random.Random(str(talk.id)).choices(data.WORDS, k=12))
    body = json.dumps({"conversation": str(talk.id), "message_body": text, **more})
    return Request("POST", f"{API}/messages/", turn.tokens[str(talk.people[0])], body)

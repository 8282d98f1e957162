"""What is measured, whom it is asked of, and the bars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks import requests
from benchmarks.load import CONNECTIONS, Request
from benchmarks.requests import Turn
from benchmarks.servers import (
    FEW_MESSAGES,
    FLOOR,
    MANY_MESSAGES,
    OURS,
    OURS_UNSTORED,
    PLAIN,
    PLAIN_KEPT,
)
from benchmarks.talks import requests as of_talks

OTHERS = (FLOOR, PLAIN, PLAIN_KEPT)


@dataclass(frozen=True)
class Scenario:
    """One measurement, a row of the table.

    ``who`` takes part: first which of our servers, then the others that can answer. A row with
    ``once_per_second`` has requests that mean something only the first time, and makes so many
    for each second: more than anybody answers. ``rows`` is how many ``results`` the answer must
    have. ``to_store`` is how many requests store every answer in each process, sent before.

    The bars: at least ``least_ratio`` times the rate of plain, on the database ``bar_on`` if that
    is not empty; and at most ``most_times`` the time of our own in the row with the key
    ``as_fast_as``. An aim is requests per second by database, or milliseconds of our processes' CPU
    time for one request (``cpu_aim_ms``), and only information. ``brief`` rows,
    on which nothing hangs, are measured for half the time. With one of ``connections``, requests
    come one after the other, and the rate says how long one takes.
    """

    key: str
    title: str
    make: Callable[[Turn], list[Request]]
    who: tuple[str, ...] = (OURS, *OTHERS)
    status: int = 200
    once_per_second: int = 0
    rows: int | None = None
    to_store: int = 0
    least_ratio: float | None = None
    bar_on: str = ""
    as_fast_as: str = ""
    most_times: float = 1.3
    aims: Mapping[str, float] = field(default_factory=dict, hash=False)
    cpu_aim_ms: float | None = None
    brief: bool = False
    connections: int = CONNECTIONS

    @property
    def ours(self) -> str:
        """Which of our servers the row is about."""
        return self.who[0]


REPEATED = (
    Scenario(
        "list", "product list, repeated", requests.list_repeated, rows=10, to_store=80,
        least_ratio=25,
    ),
    Scenario(
        "detail", "product detail, repeated", requests.read_repeated, to_store=400, least_ratio=25
    ),
)  # fmt: skip
UNSTORED = (
    Scenario(
        "list-first", "product list, first read", requests.list_any_page,
        who=(OURS_UNSTORED, *OTHERS), rows=10, least_ratio=6,
    ),
    Scenario(
        "detail-first", "product detail, first read", requests.read_any,
        who=(OURS_UNSTORED, *OTHERS), least_ratio=6,
    ),
    Scenario(
        "cursor-first", "list by cursor, page 1", requests.list_first_by_cursor,
        who=(OURS_UNSTORED, PLAIN), rows=10,
    ),
    Scenario(
        "cursor-last", "list by cursor, page 1,000", requests.list_last_by_cursor,
        who=(OURS_UNSTORED, PLAIN), rows=10, as_fast_as="cursor-first",
    ),
    Scenario(
        "search-common", "search, common word", requests.search_common,
        who=(OURS_UNSTORED, PLAIN), rows=10, brief=True,
    ),
    Scenario(
        "search-rare", "search, rare word", requests.search_rare,
        who=(OURS_UNSTORED, PLAIN), rows=10, brief=True,
    ),
)  # fmt: skip
UNSEEN = Scenario(
    "list-unseen", "product list, unseen price", requests.list_unseen, who=(OURS, FLOOR, PLAIN),
    rows=10, once_per_second=12_000, brief=True,
)  # fmt: skip
PAGES = (
    Scenario(
        "page-home", "page: home", requests.open_home, who=(OURS_UNSTORED,), cpu_aim_ms=15,
        brief=True,
    ),
    Scenario(
        "page-catalogue", "page: catalogue", requests.open_catalogue, who=(OURS_UNSTORED,),
        cpu_aim_ms=15, brief=True,
    ),
    Scenario(
        "page-product", "page: product", requests.open_product, who=(OURS_UNSTORED,),
        cpu_aim_ms=15, brief=True,
    ),
    Scenario(
        "page-stays", "page: search for stays", requests.open_stays, who=(OURS_UNSTORED,),
        cpu_aim_ms=15, brief=True,
    ),
    Scenario(
        "page-place", "page: place", requests.open_place, who=(OURS_UNSTORED,), cpu_aim_ms=15,
        brief=True,
    ),
    Scenario(
        "page-home-kept", "page: home, kept", requests.open_home, to_store=8, who=(OURS,),
        cpu_aim_ms=2, brief=True,
    ),
    Scenario(
        "page-catalogue-kept", "page: catalogue, kept", requests.open_catalogue_again, to_store=80,
        who=(OURS,), cpu_aim_ms=2, brief=True,
    ),
    Scenario(
        "page-product-kept", "page: product, kept", requests.open_product_again, to_store=400,
        who=(OURS,), cpu_aim_ms=2, brief=True,
    ),
    Scenario(
        "page-stays-kept", "page: search for stays, kept", requests.open_stays_again, to_store=80,
        who=(OURS,), cpu_aim_ms=2, brief=True,
    ),
    Scenario(
        "page-place-kept", "page: place, kept", requests.open_place_again, to_store=400,
        who=(OURS,), cpu_aim_ms=2, brief=True,
    ),
)  # fmt: skip
TALK = (
    Scenario(
        "conversations", "conversation list", requests.list_conversations, rows=10, brief=True
    ),
    Scenario("cart", "cart add", requests.add_to_cart, status=201, brief=True),
    Scenario(
        "message", "message send", requests.send_message, status=201, least_ratio=2,
        bar_on="postgres",
    ),
    Scenario(
        "message-once", "message send with client_id", requests.send_message_once, status=201,
        who=(OURS, PLAIN, PLAIN_KEPT), once_per_second=3_000, brief=True,
    ),
)  # fmt: skip
TALKS = (
    Scenario(
        "talks-few", "50 conversations, 10,000 messages", of_talks.list_talks,
        who=(FEW_MESSAGES,), rows=50,
    ),
    Scenario(
        "talks-many", "50 conversations, 1,000,000 messages", of_talks.list_talks,
        who=(MANY_MESSAGES,), rows=50, as_fast_as="talks-few", most_times=1.5,
    ),
    Scenario(
        "page-first", "messages, page 1", of_talks.read_newest, who=(MANY_MESSAGES,),
        rows=20, once_per_second=3_000,
    ),
    Scenario(
        "page-deep", "messages, 100,000 deep", of_talks.read_deep, who=(MANY_MESSAGES,),
        rows=20, once_per_second=3_000, as_fast_as="page-first",
    ),
    Scenario(
        "page-first-kept", "messages, page 1, kept", of_talks.read_newest_stored,
        who=(MANY_MESSAGES,), rows=20, brief=True,
    ),
    Scenario(
        "page-deep-kept", "messages, 100,000 deep, kept", of_talks.read_deep_stored,
        who=(MANY_MESSAGES,), rows=20, brief=True,
    ),
    Scenario(
        "thread", "half a thread of 1,000 replies", of_talks.read_thread, who=(FEW_MESSAGES,),
        connections=1, brief=True,
    ),
    Scenario(
        "send-2", "send to 2, one by one", of_talks.send_to_group(2), who=(FEW_MESSAGES,),
        status=201, connections=1,
    ),
    Scenario(
        "send-100", "send to 100, one by one", of_talks.send_to_group(100), who=(FEW_MESSAGES,),
        status=201, connections=1, brief=True,
    ),
    Scenario(
        "send-250", "send to 250, one by one", of_talks.send_to_group(250), who=(FEW_MESSAGES,),
        status=201, connections=1, as_fast_as="send-2", most_times=3,
    ),
)  # fmt: skip
ORDER_SPREAD = Scenario(
    "order", "order, two lines, spread", requests.order_spread, status=201,
    once_per_second=1_000, aims={"postgres": 240},
)  # fmt: skip
ORDER_HOT = Scenario(
    "order-hot", "order, one hot product", requests.order_hot, who=(OURS, FLOOR, PLAIN), status=201,
    once_per_second=1_000, aims={"postgres": 100},
)  # fmt: skip
ORDERS = (ORDER_SPREAD, ORDER_HOT)

# Reads first: the writes make the tables grow. Orders last: they leave jobs behind.
SCENARIOS = (*REPEATED, *UNSTORED, UNSEEN, *PAGES, *TALK, *ORDERS, *TALKS)

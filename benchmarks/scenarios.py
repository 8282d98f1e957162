"""What is measured, whom it is asked of, and the bars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks import requests
from benchmarks.load import Request
from benchmarks.requests import Turn
from benchmarks.servers import FLOOR, OURS, OURS_UNSTORED, PLAIN, PLAIN_KEPT

OTHERS = (FLOOR, PLAIN, PLAIN_KEPT)
MOST_TIMES_AS_SLOW = 1.3


@dataclass(frozen=True)
class Scenario:
    """One measurement, a row of the table.

    ``who`` takes part: first which of our servers, then the others that can answer. A row with
    ``once_per_second`` has requests that mean something only the first time, and makes so many
    for each second: more than anybody answers. ``rows`` is how many ``results`` the answer must
    have. ``to_store`` is how many requests store every answer in each process, sent before.

    The bars: at least ``least_ratio`` times the rate of plain; and not less than 1 /
    MOST_TIMES_AS_SLOW of our own rate in the row with the key ``as_fast_as``. An aim is requests
    per second by database, and only information. ``brief`` rows, on which nothing hangs, are
    measured for half the time.
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
    as_fast_as: str = ""
    aims: Mapping[str, float] = field(default_factory=dict, hash=False)
    brief: bool = False

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
TALK = (
    Scenario(
        "conversations", "conversation list", requests.list_conversations, rows=10, brief=True
    ),
    Scenario("cart", "cart add", requests.add_to_cart, status=201, brief=True),
    Scenario("message", "message send", requests.send_message, status=201, brief=True),
)
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
SCENARIOS = (*REPEATED, *UNSTORED, UNSEEN, *TALK, *ORDERS)

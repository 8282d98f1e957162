"""What was answered, held against what is there afterwards."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from failover.load import Placed


@dataclass(frozen=True)
class Line:
    """A line of an order, as the database has it."""

    order: int
    total_cents: int
    product: int
    quantity: int


@dataclass(frozen=True)
class Books:
    """Orders by what is wrong with them, each by its id: answered and not there, there with another
    content, there without having been answered, answered for two carts."""

    missing: Sequence[int] = ()
    different: Sequence[int] = ()
    unasked: Sequence[int] = ()
    twice: Sequence[int] = ()


@dataclass(frozen=True)
class Post:
    """Receipts: orders without one, and how often one came again (with the same Message-ID, by
    which mail programs know it)."""

    missing: Sequence[int] = ()
    strange: Sequence[str] = ()
    repeated: int = 0


def compare_orders(answered: Iterable[Placed], lines: Iterable[Line]) -> Books:
    """Hold the orders that were answered against the lines that are there, one to an order."""
    answered, found = list(answered), {line.order: line for line in lines}
    counts = Counter(one.id for one in answered)
    return Books(
        missing=[one.id for one in answered if one.id not in found],
        different=[
            one.id for one in answered if one.id in found and not _is_same(one, found[one.id])
        ],
        unasked=sorted(found.keys() - counts.keys()),
        twice=[pk for pk, count in counts.items() if count > 1],
    )


def _is_same(answered: Placed, line: Line) -> bool:
    said = (answered.product, answered.quantity, answered.total_cents)
    return said == (line.product, line.quantity, line.total_cents)


def compare_receipts(orders: Iterable[int], message_ids: Sequence[str]) -> Post:
    """Hold the orders against the Message-IDs of all mails that came."""
    expected = {receipt_id(order): order for order in orders}
    came = Counter(message_ids)
    return Post(
        missing=[order for name, order in expected.items() if name not in came],
        strange=[name for name in came if name not in expected],
        repeated=sum(count - 1 for count in came.values()),
    )


def receipt_id(order: int) -> str:
    """Return the Message-ID of an order's receipt, as the product names it."""
    return f"<{hashlib.sha256(f'receipt:{order}'.encode()).hexdigest()[:32]}@tradepost>"


def list_broken(findings: Mapping[str, object]) -> list[str]:
    """Return a line for each finding that is something: a number above 0, names, words."""
    return [f"{what}: {found}" for what, found in findings.items() if found]

"""What can be paid for, as its own app sees it: payments knows amounts, not orders.

An app that sells something registers it from ``apps.py`` under the name of the column that refers
to it from a payment. Its row is locked before any row of a payment for it (docs/locking.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from tradepost.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Due:
    """What something costs in all, whoever paid how much of it already.

    Without ``capture`` the money is only held on the card, and the app has it captured later.
    ``title`` is what the payer reads on a statement, ``link`` the path of the thing's page.
    """

    total: Decimal
    currency: str
    payer: User
    title: str
    capture: bool
    link: str


class Lock(Protocol):
    def __call__(self, *, pk: int, payer: User | None) -> Due:
        """Lock the thing's row and say what is due for it; ``payer`` is None for the house itself.

        Raises NotFound for what is not the payer's, and a Conflict of the app's own for what takes
        no payments now.
        """


class Received(Protocol):
    def __call__(
        self, *, pk: int, paid: Decimal, authorized: Decimal, failed: bool, now: datetime
    ) -> None:
        """Take note of what has been received for the thing, whose row is locked.

        ``paid`` is what was captured without what was refunded or is being refunded,
        ``authorized`` what is held on cards, and ``failed`` whether the latest attempt did. It is
        told after each change, so more than once of the same; what the thing can no longer take,
        the app gives back by ``refund_rest`` and ``void_payments``.
        """


Refunded = Callable[..., None]


@dataclass(frozen=True)
class Payable:
    name: str
    lock: Lock
    received: Received
    refunded: Refunded | None


_payables: dict[str, Payable] = {}


def register_payable(
    name: str, *, lock: Lock, received: Received, refunded: Refunded | None = None
) -> None:
    """Let payments be taken for what the column ``name`` of a payment refers to.

    ``refunded(pk=, amount=, now=)`` is told, with the thing's row locked, that a refund is on its
    way. Raises ValueError for a name that is registered already.
    """
    if name in _payables:
        raise ValueError(f"the payable {name!r} is registered already")
    _payables[name] = Payable(name, lock, received, refunded)


def find_payable(name: str) -> Payable:
    """Return what was registered under a name. Raises LookupError when nobody did."""
    if name not in _payables:
        raise LookupError(f"no payable is called {name!r}")
    return _payables[name]

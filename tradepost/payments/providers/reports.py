"""What is said to providers and what they say, in our words: amounts, references, statuses.

A charge is what a provider makes of one of our payments. ``key`` is the payment's id, as text: the
provider keeps it with the charge, so that a charge whose answer was lost can be found.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

NOTHING = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to pay: what the provider calls it, and what people call it, as far as it is known."""

    token: str
    brand: str = ""
    last4: str = ""


@dataclass(frozen=True, kw_only=True)
class ChargeRequest:
    key: str
    amount: Decimal
    currency: str
    method: str  # its token
    captures: bool
    title: str


@dataclass(frozen=True, kw_only=True)
class ChargeName:
    """How a charge is found; the reference is empty while it is not known."""

    key: str
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    key: str  # the refund's id
    charge: ChargeName
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class ChargeReport:
    """How a charge stands; ``status`` is one of ``Payment.Status``."""

    key: str
    reference: str
    status: str
    amount: Decimal
    currency: str
    captured: Decimal = NOTHING
    failure: str = ""
    brand: str = ""
    last4: str = ""
    next_action: Mapping[str, str] | None = None

    @property
    def name(self) -> ChargeName:
        return ChargeName(key=self.key, reference=self.reference)


@dataclass(frozen=True, kw_only=True)
class RefundReport:
    """How a refund stands; ``key`` is empty for one that was not asked for by us."""

    key: str
    reference: str
    status: str
    amount: Decimal
    currency: str
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that a provider knows of a charge, or has to say of it at one time."""

    name: ChargeName
    charge: ChargeReport | None = None
    refunds: tuple[RefundReport, ...] = ()

    def as_facts(self) -> dict[str, Any]:
        """Return the same as JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Known":
        """Read what ``as_facts`` gave, back from JSON."""
        charge = facts["charge"]
        return cls(
            name=ChargeName(**facts["name"]),
            charge=ChargeReport(**_with_amounts(charge)) if charge else None,
            refunds=tuple(RefundReport(**_with_amounts(one)) for one in facts["refunds"]),
        )


@dataclass(frozen=True, kw_only=True)
class EventReport:
    """An event whose signature was right. Without ``known`` it says nothing that matters here."""

    event_id: str
    kind: str
    known: Known | None


def read_key(text: str) -> UUID | None:
    """Return the id that a key is; None for one that is not of our making."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _with_amounts(facts: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {name: Decimal(facts[name]) for name in ("amount", "captured") if name in facts}
    return {**facts, **amounts}

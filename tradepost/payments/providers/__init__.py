"""Who takes the money: one interface, and the providers that the settings let in.

A provider is called by jobs only (``exchange.py``), never while a transaction is open: what it
does cannot be rolled back. ``read_method`` and ``verify_event`` call nobody, and may be used
anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from tradepost.payments.errors import NoProvider, NoSuchProvider
from tradepost.payments.providers.reports import (
    ChargeName,
    ChargeReport,
    ChargeRequest,
    EventReport,
    Known,
    Method,
    RefundReport,
    RefundRequest,
)

KNOWN = {
    "offline": "tradepost.payments.providers.offline.OfflineProvider",
    "stripe": "tradepost.payments.providers.stripe.StripeProvider",
}


@dataclass(frozen=True, kw_only=True)
class TestCard:
    """A card number that everybody may use, and what comes of it."""

    number: str
    brand: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a client needs to know to pay by a provider."""

    provider: str
    publishable_key: str = ""
    test_cards: tuple[TestCard, ...] = ()


class Provider(Protocol):
    """What every provider can do. The calls raise ProviderAway, after which the same call may be
    made again, or ProviderRefused. A call with a key that was used has no second effect."""

    name: ClassVar[str]

    def offer(self) -> Offer:
        """Return what clients need to know."""

    def read_method(self, payment_method: str) -> Method:
        """Return what a client named. Raises BadPaymentMethod."""

    def charge(self, asked: ChargeRequest) -> ChargeReport:
        """Take the money, or hold it without ``captures``."""

    def read(self, charge: ChargeName) -> Known | None:
        """Return all that is known of a charge, None if it was never asked for."""

    def confirm(self, charge: ChargeName, *, code: str) -> ChargeReport:
        """Go on after the payer's second step."""

    def capture(self, charge: ChargeName) -> ChargeReport:
        """Take all that is held; says how it stands if nothing is."""

    def cancel(self, charge: ChargeName) -> ChargeReport:
        """Give up what is held or under way; says how it stands if it is too late for that."""

    def refund(self, asked: RefundRequest) -> RefundReport:
        """Give back a part, or all."""

    def verify_event(self, headers: Mapping[str, str], body: bytes) -> EventReport:
        """Return what was said, if it is signed. Raises BadEvent."""


def find_provider(name: str | None) -> Provider:
    """Return the provider of this name, or the first one, for a new payment.

    Raises NoSuchProvider for one that is not let in, NoProvider when none is.
    """
    if not settings.PAYMENT_PROVIDERS:
        raise NoProvider
    chosen = name or settings.PAYMENT_PROVIDERS[0]
    if chosen not in settings.PAYMENT_PROVIDERS:
        raise NoSuchProvider(field="provider")
    return provider_of(chosen)


def provider_of(name: str) -> Provider:
    """Return the provider of payments that there are. Raises LookupError for an unknown name."""
    if name not in KNOWN:
        raise LookupError(f"no payment provider is called {name!r}")
    provider: Provider = import_string(KNOWN[name])()
    return provider


def list_offers() -> list[Offer]:
    """Return what clients need to know of each provider that is let in, the usual one first."""
    return [provider_of(name).offer() for name in settings.PAYMENT_PROVIDERS]

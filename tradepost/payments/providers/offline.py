"""The provider of the embedded mode: takes no money, and behaves like one that does.

It keeps books of its own, does nothing twice under one key, signs its events and sends them through
the same door as everybody. Published card numbers say how it behaves. docs/payments.md lists them.
Its clock is its own: a sandbox that runs ahead does not take it along.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from tradepost.kit import clock
from tradepost.payments.actions.events import take_event
from tradepost.payments.actions.offline import (
    cancel_offline,
    capture_offline,
    charge_offline,
    confirm_offline,
    refund_offline,
)
from tradepost.payments.errors import BadEvent, BadPaymentMethod
from tradepost.payments.models import OfflineCharge, OfflineEvent
from tradepost.payments.providers import Offer, TestCard
from tradepost.payments.providers.faults import ProviderAway, ProviderRefused
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

SIGNATURE = "Offline-Signature"


@dataclass(frozen=True)
class Card:
    behaviour: str
    brand: str
    sentence: str


CARDS = {
    "4242424242424242": Card("succeeds", "visa", "Succeeds."),
    "5555555555554444": Card("succeeds", "mastercard", "Succeeds."),
    "4000000000000002": Card("card_declined", "visa", "Is declined."),
    "4000000000009995": Card("insufficient_funds", "visa", "Has not enough money."),
    "4000000000003220": Card("needs_code", "visa", "Needs a second step: the code 123456."),
    "4000000000000119": Card("times_out", "visa", "Is charged, but the answer gets lost."),
    "4000000000000259": Card("tells_twice", "visa", "Succeeds; the event comes twice."),
    "4000000000000077": Card("answers_late", "visa", "Succeeds some seconds later."),
    "4000000000000093": Card("tells_first", "visa", "Succeeds; the event comes before the answer."),
    "4000000000005126": Card("refund_fails", "visa", "Succeeds, but cannot be refunded."),
}


class OfflineProvider:
    name: ClassVar[str] = "offline"

    def offer(self) -> Offer:
        cards = (TestCard(number=n, brand=c.brand, sentence=c.sentence) for n, c in CARDS.items())
        return Offer(provider=self.name, test_cards=tuple(cards))

    def read_method(self, payment_method: str) -> Method:
        number = payment_method.replace(" ", "")
        card = CARDS.get(number)
        if card is None:
            raise BadPaymentMethod(field="payment_method")
        return Method(token=card.behaviour, brand=card.brand, last4=number[-4:])

    def charge(self, asked: ChargeRequest) -> ChargeReport:
        """Charge once; the card that times out raises ProviderAway when it has been charged."""
        charge, is_new = charge_offline(
            key=asked.key,
            amount=asked.amount,
            currency=asked.currency,
            behaviour=asked.method,
            captures=asked.captures,
            now=timezone.now(),
        )
        if is_new and charge.behaviour == "times_out":
            raise ProviderAway("no answer came in time")
        if is_new and charge.behaviour == "tells_first":
            for event in OfflineEvent.objects.filter(charge=charge):
                deliver(event)
        return charge.as_report()

    def read(self, charge: ChargeName) -> Known | None:
        found = OfflineCharge.objects.filter(key=charge.key).first()
        if found is None:
            return None
        report = found.as_report()
        refunds = found.refunds.select_related("charge").order_by("id")
        return Known(
            name=report.name, charge=report, refunds=tuple(one.as_report() for one in refunds)
        )

    def confirm(self, charge: ChargeName, *, code: str) -> ChargeReport:
        return confirm_offline(key=charge.key, code=code, now=timezone.now()).as_report()

    def capture(self, charge: ChargeName) -> ChargeReport:
        return capture_offline(key=charge.key, now=timezone.now()).as_report()

    def cancel(self, charge: ChargeName) -> ChargeReport:
        return cancel_offline(key=charge.key, now=timezone.now()).as_report()

    def refund(self, asked: RefundRequest) -> RefundReport:
        refund = refund_offline(
            key=asked.key, charge_key=asked.charge.key, amount=asked.amount, now=timezone.now()
        )
        if refund is None:
            raise ProviderRefused("refund_too_large")
        return refund.as_report()

    def verify_event(self, headers: Mapping[str, str], body: bytes) -> EventReport:
        given = headers.get(SIGNATURE, "")
        if not constant_time_compare(given, sign(body)):
            raise BadEvent
        said = json.loads(body)
        known = Known.from_facts(said["known"]) if said["known"] else None
        return EventReport(event_id=said["id"], kind=said["kind"], known=known)


def sign(body: bytes) -> str:
    """Return the signature of an event's body."""
    return salted_hmac("payments.offline", body, algorithm="sha256").hexdigest()


def deliver(event: OfflineEvent) -> None:
    """Bring an event to the door at which all events arrive."""
    body = event.body.encode()
    headers = {SIGNATURE: sign(body)}
    take_event(provider=OfflineProvider.name, headers=headers, body=body, now=clock.now())

"""Stripe, by PaymentIntents: the card goes from the client's form to Stripe, never through here.

A payment is one intent, created and confirmed in one call. Its id, our key, is kept in the intent's
metadata, and is the idempotency key of the call. The library (extra ``payments``) is imported when
it is needed.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings

from tradepost.kit.money import from_minor, to_minor
from tradepost.payments.errors import BadEvent, BadPaymentMethod
from tradepost.payments.providers import Offer
from tradepost.payments.providers.faults import ProviderAway, ProviderRefused
from tradepost.payments.providers.reports import (
    NOTHING,
    ChargeName,
    ChargeReport,
    ChargeRequest,
    EventReport,
    Known,
    Method,
    RefundReport,
    RefundRequest,
    read_key,
)

if TYPE_CHECKING:
    from stripe import StripeClient

Said = dict[str, Any]  # an object of Stripe's, as its JSON

SECONDS = 20  # for a call; less than a job's lease
TOLERANCE_SECONDS = 300  # of the clock in a signature
A_DAY = 86_400
SKEW = 300
PAYMENT, REFUND = "tradepost_payment", "tradepost_refund"  # in the metadata
METHOD = re.compile(r"pm_[A-Za-z0-9_]{1,90}")
WITHOUT_CENTS = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV",
        "XAF", "XOF", "XPF",
    }
)  # fmt: skip
STATUS = {
    "requires_confirmation": "created",
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "authorized",
    "canceled": "canceled",
    "succeeded": "succeeded",
}
STATUS_OF_REFUND = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}


class StripeProvider:
    name: ClassVar[str] = "stripe"

    @cached_property
    def _client(self) -> "StripeClient":
        import stripe  # an extra

        return stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else None,
            max_network_retries=0,  # the job tries again
            http_client=stripe.RequestsClient(timeout=SECONDS),
        )

    def offer(self) -> Offer:
        return Offer(provider=self.name, publishable_key=settings.STRIPE_PUBLISHABLE_KEY)

    def read_method(self, payment_method: str) -> Method:
        if not METHOD.fullmatch(payment_method):
            raise BadPaymentMethod(field="payment_method")
        return Method(token=payment_method)

    def charge(self, asked: ChargeRequest) -> ChargeReport:
        params: Any = {
            "amount": _to_minor(asked.amount, asked.currency),
            "currency": asked.currency.lower(),
            "payment_method": asked.method,
            "payment_method_types": ["card"],
            "capture_method": "automatic" if asked.captures else "manual",
            "confirm": True,
            "description": asked.title,
            "metadata": {PAYMENT: asked.key},
            "expand": ["latest_charge"],
        }
        create = self._client.v1.payment_intents.create
        return _ask_intent(lambda: create(params, {"idempotency_key": f"charge-{asked.key}"}))

    def read(self, charge: ChargeName) -> Known | None:
        with _translated():
            intent = self._find(charge)
            if intent is None:
                return None
            refunds = self._client.v1.refunds.list({"payment_intent": intent["id"], "limit": 100})
            found = [_report_refund(_plain(one)) for one in refunds.auto_paging_iter()]
        report = _report(intent)
        return Known(name=report.name, charge=report, refunds=tuple(found))

    def confirm(self, charge: ChargeName, *, code: str) -> ChargeReport:
        """Say how it stands: the second step takes place between the client and Stripe."""
        return self._retrieve(charge)

    def capture(self, charge: ChargeName) -> ChargeReport:
        capture = self._client.v1.payment_intents.capture
        key = {"idempotency_key": f"capture-{charge.key}"}
        return self._unless_late(
            charge,
            lambda: capture(charge.reference, {"expand": ["latest_charge"]}, key),  # type: ignore[arg-type]
        )

    def cancel(self, charge: ChargeName) -> ChargeReport:
        cancel = self._client.v1.payment_intents.cancel
        return self._unless_late(charge, lambda: cancel(charge.reference))

    def refund(self, asked: RefundRequest) -> RefundReport:
        params: Any = {
            "payment_intent": asked.charge.reference,
            "amount": _to_minor(asked.amount, asked.currency),
            "metadata": {REFUND: asked.key},
        }
        create = self._client.v1.refunds.create
        with _translated():
            refund = create(params, {"idempotency_key": f"refund-{asked.key}"})
        return _report_refund(_plain(refund))

    def verify_event(self, headers: Mapping[str, str], body: bytes) -> EventReport:
        from stripe import SignatureVerificationError, WebhookSignature

        if not settings.STRIPE_WEBHOOK_SECRET:  # with which anybody could sign
            raise BadEvent
        try:
            payload = body.decode()
            WebhookSignature.verify_header(
                payload,
                headers.get("Stripe-Signature", ""),
                settings.STRIPE_WEBHOOK_SECRET,
                TOLERANCE_SECONDS,
            )
        except (SignatureVerificationError, UnicodeDecodeError) as error:
            raise BadEvent from error
        said = json.loads(payload)
        known = _read_event(said["data"]["object"])
        return EventReport(event_id=said["id"], kind=said["type"], known=known)

    def _find(self, charge: ChargeName) -> Said | None:
        """Return the intent; without its id, the one of our payment among those of its day."""
        intents = self._client.v1.payment_intents
        if charge.reference:
            return _plain(intents.retrieve(charge.reference, {"expand": ["latest_charge"]}))
        made = _seconds_of(charge.key)
        of_that_day: Any = {
            "created": {"gte": made - SKEW, "lte": made + A_DAY},
            "expand": ["data.latest_charge"],
            "limit": 100,
        }
        listed = map(_plain, intents.list(of_that_day).auto_paging_iter())
        return next((one for one in listed if one["metadata"].get(PAYMENT) == charge.key), None)

    def _retrieve(self, charge: ChargeName) -> ChargeReport:
        retrieve = self._client.v1.payment_intents.retrieve
        return _ask_intent(lambda: retrieve(charge.reference, {"expand": ["latest_charge"]}))

    def _unless_late(self, charge: ChargeName, ask: Callable[[], Any]) -> ChargeReport:
        """Ask for a change; if the intent is past it, say how it stands instead."""
        try:
            return _ask_intent(ask)
        except ProviderRefused as refusal:
            if refusal.code != "payment_intent_unexpected_state":
                raise
            return self._retrieve(charge)


def _ask_intent(ask: Callable[[], Any]) -> ChargeReport:
    """Return how the intent stands; a declined card is an answer, too, and comes as an error."""
    from stripe import CardError

    try:
        with _translated():
            return _report(_plain(ask()))
    except ProviderRefused as refusal:
        fault = refusal.__cause__
        declined = fault.error.payment_intent if isinstance(fault, CardError) else None  # type: ignore[union-attr]
        if declined is None:
            raise
        return _report(_plain(declined))


@contextmanager
def _translated() -> Iterator[None]:
    """Tell what may pass from what will not, in our words."""
    import stripe

    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderAway(type(error).__name__) from error
    except stripe.StripeError as error:
        if (error.http_status or 500) >= 500 or error.http_status == 409:  # noqa: PLR2004
            raise ProviderAway(type(error).__name__) from error
        raise ProviderRefused(error.code or type(error).__name__) from error


def _read_event(said: Said) -> Known | None:
    if said["object"] == "payment_intent" and PAYMENT in said["metadata"]:
        report = _report(said)
        return Known(name=report.name, charge=report)
    if said["object"] == "refund" and said.get("payment_intent"):
        name = ChargeName(key="", reference=said["payment_intent"])
        return Known(name=name, refunds=(_report_refund(said),))
    return None


def _report(intent: Said) -> ChargeReport:
    currency = intent["currency"].upper()
    error = intent.get("last_payment_error") or {}
    latest = intent.get("latest_charge")
    details = latest.get("payment_method_details") if isinstance(latest, dict) else None
    card = (details or {}).get("card") or {}
    waits = intent["status"] == "requires_action"
    return ChargeReport(
        key=intent["metadata"].get(PAYMENT, ""),
        reference=intent["id"],
        # It waits for another card, which ours never get: a new attempt is another payment.
        status=STATUS.get(intent["status"], "failed" if error else "created"),
        amount=_from_minor(intent["amount"], currency),
        currency=currency,
        captured=_from_minor(intent["amount_received"], currency),
        failure=(error.get("decline_code") or error.get("code") or "")[:60],
        brand=card.get("brand") or "",
        last4=card.get("last4") or "",
        next_action={"type": "stripe", "client_secret": intent["client_secret"]} if waits else None,
    )


def _report_refund(refund: Said) -> RefundReport:
    currency = refund["currency"].upper()
    return RefundReport(
        key=(refund.get("metadata") or {}).get(REFUND, ""),
        reference=refund["id"],
        status=STATUS_OF_REFUND.get(refund["status"], "pending"),
        amount=_from_minor(refund["amount"], currency),
        currency=currency,
        failure=(refund.get("failure_reason") or "")[:60],
    )


def _plain(said: Any) -> Said:
    plain: Said = json.loads(str(said))  # what Stripe's objects are written as is their JSON
    return plain


def _seconds_of(key: str) -> int:
    """Return when a payment's id was made: the first 48 bits of it are milliseconds."""
    made = read_key(key)
    if made is None:
        raise ValueError(f"{key!r} is no id of a payment")
    return (made.int >> 80) // 1000


def _to_minor(amount: Decimal, currency: str) -> int:
    """Return the amount as Stripe counts it. Raises ProviderRefused for a part of what has none."""
    if currency not in WITHOUT_CENTS:
        return to_minor(amount)
    if amount != int(amount):
        raise ProviderRefused("amount_not_whole")
    return int(amount)


def _from_minor(count: int, currency: str) -> Decimal:
    return Decimal(count) + NOTHING if currency in WITHOUT_CENTS else from_minor(count)

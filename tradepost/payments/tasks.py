"""Background work of payments: whatever a provider is told or asked."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from tradepost.kit import clock
from tradepost.kit.faults import report_finding
from tradepost.kit.jobs import GiveUp, job
from tradepost.payments import exchange
from tradepost.payments.actions.events import apply_event as apply_kept_event
from tradepost.payments.actions.offline import settle_offline as settle_offline_charge
from tradepost.payments.actions.payments import expire_payment
from tradepost.payments.models import OfflineEvent, ProviderEvent
from tradepost.payments.providers.faults import ProviderRefused
from tradepost.payments.providers.offline import deliver
from tradepost.payments.queries import list_abandoned, list_unsettled, list_waiting

log = structlog.get_logger(__name__)

MINUTE = 60
AT_ONCE = 200
IDLE = timedelta(minutes=30)
QUIET = timedelta(minutes=5)


@job("payments.charge")
def charge(*, payment_id: str) -> None:
    """Ask the provider for the money."""
    try:
        exchange.charge(payment_id=UUID(payment_id), now=clock.now())
    except ProviderRefused as refusal:
        raise GiveUp("the provider refuses the charge") from refusal


@job("payments.confirm")
def confirm(*, payment_id: str, code: str) -> None:
    """Hand over what the payer did in the second step."""
    exchange.confirm(payment_id=UUID(payment_id), code=code, now=clock.now())


@job("payments.capture")
def capture(*, payment_id: str) -> None:
    """Take what is held on a card."""
    exchange.capture(payment_id=UUID(payment_id), now=clock.now())


@job("payments.cancel")
def cancel(*, payment_id: str) -> None:
    """Give up what is held or under way."""
    exchange.cancel(payment_id=UUID(payment_id), now=clock.now())


@job("payments.refund")
def refund(*, refund_id: str) -> None:
    """Have money given back."""
    try:
        exchange.send_refund(refund_id=UUID(refund_id), now=clock.now())
    except ProviderRefused as refusal:
        raise GiveUp("the provider refuses the refund") from refusal


@job("payments.apply_event")
def apply_event(*, provider: str, event_id: str) -> None:
    """Make something of an event that was kept."""
    event = ProviderEvent.objects.waiting().filter(provider=provider, event_id=event_id).first()
    if event is not None:
        apply_kept_event(event=event, now=clock.now())


@job("payments.apply_waiting")
def apply_waiting(*, payment_id: str) -> None:
    """Look again at the events that waited for news of a payment."""
    exchange.apply_waiting(payment_id=UUID(payment_id), now=clock.now())


@job("payments.expire", every_seconds=5 * MINUTE)
def expire() -> None:
    """End attempts that their payers have left."""
    now = clock.now()
    for payment_id in list_abandoned(since=now - IDLE, limit=AT_ONCE):
        expire_payment(payment_id=payment_id, now=now)


@job("payments.reconcile", every_seconds=15 * MINUTE, lease_seconds=10 * MINUTE)
def reconcile() -> None:
    """Ask providers for the truth about what has not come to its end, and look again at the events
    that wait."""
    now = clock.now()
    ids = list_unsettled(before=now - QUIET, limit=AT_ONCE)
    for found in exchange.reconcile(payment_ids=ids, now=now):
        log.info("payment.differed", payment=str(found.payment_id), problem=found.problem)
        if found.problem:
            facts = [f"Payment {found.payment_id}", found.was, found.now, found.problem]
            key = f"payment:{found.payment_id}"
            report_finding("A payment differs from its provider", facts, key=key, now=now)
    for event in list_waiting(limit=AT_ONCE):
        apply_kept_event(event=event, now=now)


@job("payments.deliver_offline")
def deliver_offline(*, event_id: str) -> None:
    """Bring an event of the offline provider to our door."""
    deliver(OfflineEvent.objects.get(event_id=event_id))


@job("payments.settle_offline")
def settle_offline(*, reference: str) -> None:
    """Let the offline provider go on with what it left open."""
    settle_offline_charge(reference=reference, now=timezone.now())

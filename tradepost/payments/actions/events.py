"""What providers tell us by themselves: kept at once, and made something of by a job.

An event about a charge that is not known yet, or that says what cannot be true yet, waits until
something else has become known of the payment.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tradepost.kit.inserts import insert
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.reports import take_in
from tradepost.payments.models import Payment, ProviderEvent
from tradepost.payments.providers import find_provider
from tradepost.payments.providers.reports import EventReport, Known
from tradepost.payments.queries import find_payment_of

LONGEST_KIND = 60


@atomic
def take_event(*, provider: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Keep an event, once however often it comes, and have a job look into it.

    Raises NoSuchProvider, or BadEvent when it is not signed by the provider.
    """
    said = find_provider(provider).verify_event(headers, body)
    insert([_as_row(provider, said, body, now)], unless_taken=["provider", "event_id"])
    enqueue(
        "payments.apply_event",
        provider=provider,
        event_id=said.event_id,
        dedupe_key=f"event:{provider}:{said.event_id}",
    )


@atomic
def apply_event(*, event: ProviderEvent, now: datetime) -> bool:
    """Make of a kept event what can be made of it now, and return whether it is done with."""
    problem = ""
    if event.facts:
        payment_id = find_payment_of(event)
        if payment_id is None:
            return False
        known = Known.from_facts(event.facts)
        problem = take_in(payment_id=payment_id, known=known, now=now)
    done = None if problem else now
    ProviderEvent.objects.filter(pk=event.pk, applied_at=None).update(
        applied_at=done, problem=problem
    )
    return not problem


@atomic
def forget_payloads(*, payer_id: UUID) -> None:
    """Forget the words in which providers told of the payments of somebody who leaves; what they
    said in ours, amounts and references, stays with the payments."""
    for payment in Payment.objects.filter(payer=payer_id).order_by("pk"):
        ProviderEvent.objects.about(payment).exclude(payload="").update(payload="")


def _as_row(provider: str, said: EventReport, body: bytes, now: datetime) -> ProviderEvent:
    known = said.known
    return ProviderEvent(
        provider=provider,
        event_id=said.event_id,
        kind=said.kind[:LONGEST_KIND],
        charge_key=known.name.key if known else "",
        reference=known.name.reference if known else "",
        facts=known.as_facts() if known else {},
        payload=body.decode("utf-8", "replace").replace("\0", ""),
        received_at=now,
    )

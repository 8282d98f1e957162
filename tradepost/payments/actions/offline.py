"""What the offline provider writes into its own books, and what it will have to tell of it."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import orjson

from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import lock_one
from tradepost.kit.transactions import atomic
from tradepost.payments.models import OfflineCharge, OfflineEvent, OfflineRefund
from tradepost.payments.providers.reports import Known

CODE = "123456"
LATE = timedelta(seconds=3)
DECLINES = ("card_declined", "insufficient_funds")
OPEN = ("requires_action", "processing", "authorized")


@atomic
def charge_offline(
    *,
    key: str,
    amount: Decimal,
    currency: str,
    behaviour: str,
    captures: bool,
    now: datetime,
) -> tuple[OfflineCharge, bool]:
    """Charge a card, under one key once; return the charge, and whether it is new."""
    charge, is_new = OfflineCharge.objects.get_or_create(
        key=key,
        defaults={
            "reference": f"offline_{uuid4().hex}",
            "amount": amount,
            "currency": currency,
            "behaviour": behaviour,
            "captures": captures,
            "created_at": now,
            "status": "processing",
        },
    )
    if is_new:
        _begin(charge, now)
    return charge, is_new


@atomic
def confirm_offline(*, key: str, code: str, now: datetime) -> OfflineCharge:
    """Go on with a charge that waits for a code; with a wrong one it fails."""
    charge = _lock(key)
    if charge.status == "requires_action":
        if code == CODE:
            _take(charge, now)
        else:
            _fail(charge, "authentication_failed", now)
    return charge


@atomic
def settle_offline(*, reference: str, now: datetime) -> None:
    """Bring what was left open for a while to its end: a late charge, refunds that fail."""
    charge = lock_one(OfflineCharge.objects.filter(reference=reference))
    if charge.status == "processing":
        _take(charge, now)
    for refund in charge.refunds.filter(status="pending").order_by("pk"):
        refund.status, refund.failure = "failed", "card_unreachable"
        refund.save(update_fields=["status", "failure"])
        charge.refunded -= refund.amount
        charge.save(update_fields=["refunded"])
        _tell(charge, "refund.failed", now, refund)


@atomic
def capture_offline(*, key: str, now: datetime) -> OfflineCharge:
    """Take what is held; nothing changes if nothing is."""
    charge = _lock(key)
    if charge.status == "authorized":
        _capture(charge, now)
    return charge


@atomic
def cancel_offline(*, key: str, now: datetime) -> OfflineCharge:
    """Give up what is not at its end; nothing changes if it is."""
    charge = _lock(key)
    if charge.status in OPEN:
        _move(charge, "canceled", now)
    return charge


@atomic
def refund_offline(
    *, key: str, charge_key: str, amount: Decimal, now: datetime
) -> OfflineRefund | None:
    """Give back ``amount`` of a charge, under one key once; None if that much is not there."""
    charge = _lock(charge_key)
    known = charge.refunds.filter(key=key).first()
    if known is not None:
        return known
    if amount > charge.captured - charge.refunded:
        return None
    fails = charge.behaviour == "refund_fails"
    refund = OfflineRefund.objects.create(
        key=key,
        reference=f"offline_refund_{uuid4().hex}",
        charge=charge,
        amount=amount,
        status="pending" if fails else "succeeded",
        created_at=now,
    )
    charge.refunded += amount
    charge.save(update_fields=["refunded"])
    if fails:
        _settle_later(charge, now)
    else:
        _tell(charge, "refund.succeeded", now, refund)
    return refund


def _lock(key: str) -> OfflineCharge:
    return lock_one(OfflineCharge.objects.filter(key=key))


def _begin(charge: OfflineCharge, now: datetime) -> None:
    if charge.behaviour in DECLINES:
        _fail(charge, charge.behaviour, now)
    elif charge.behaviour == "needs_code":
        _move(charge, "requires_action", now)
    elif charge.behaviour == "answers_late":
        _settle_later(charge, now)
    else:
        _take(charge, now)


def _take(charge: OfflineCharge, now: datetime) -> None:
    if charge.captures:
        _capture(charge, now)
    else:
        _move(charge, "authorized", now)


def _capture(charge: OfflineCharge, now: datetime) -> None:
    charge.captured = charge.amount
    _move(charge, "succeeded", now)


def _fail(charge: OfflineCharge, failure: str, now: datetime) -> None:
    charge.failure = failure
    _move(charge, "failed", now)


def _move(charge: OfflineCharge, status: str, now: datetime) -> None:
    charge.status = status
    charge.save(update_fields=["status", "captured", "failure"])
    _tell(charge, f"charge.{status}", now)


def _settle_later(charge: OfflineCharge, now: datetime) -> None:
    enqueue("payments.settle_offline", reference=charge.reference, run_at=now + LATE)


def _tell(
    charge: OfflineCharge, kind: str, now: datetime, refund: OfflineRefund | None = None
) -> None:
    """Write an event with how things stand, and have it delivered: by some cards twice."""
    report = charge.as_report()
    known = Known(name=report.name, charge=report, refunds=(refund.as_report(),) if refund else ())
    event = OfflineEvent(event_id=f"offline_event_{uuid4().hex}", charge=charge, created_at=now)
    said = {"id": event.event_id, "kind": kind, "known": known.as_facts()}
    event.body = orjson.dumps(said, default=str).decode()
    event.save()
    for _ in range(2 if charge.behaviour == "tells_twice" else 1):
        enqueue("payments.deliver_offline", event_id=event.event_id)

"""Paying for stays as tests do it: through the offline provider and its jobs."""

from datetime import datetime
from decimal import Decimal

from tradepost.accounts.models import User
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.payments.actions.payments import start_payment
from tradepost.payments.models import Payment
from tradepost.payments.queries import paid_for
from tradepost.stays.models import Booking

GOOD_CARD = "4242424242424242"
BAD_CARD = "4000000000000002"


def pay(booking: Booking, payer: User, now: datetime, card: str = GOOD_CARD) -> Payment:
    """Pay what is due for a booking, and let the provider do its part."""
    payment = start_payment(
        payer=payer, payable="booking", pk=booking.pk, provider=None, payment_method=card, now=now
    )
    run_due_jobs()
    payment.refresh_from_db()
    booking.refresh_from_db()
    return payment


def paid(booking: Booking) -> Decimal:
    """Return what was paid for it and not given back, once jobs have run."""
    run_due_jobs()
    return paid_for("booking", booking.pk).paid


def started(booking: Booking, payer: User, now: datetime, card: str = GOOD_CARD) -> Payment:
    """Begin to pay what is due, and leave the provider's part for later."""
    return start_payment(
        payer=payer, payable="booking", pk=booking.pk, provider=None, payment_method=card, now=now
    )

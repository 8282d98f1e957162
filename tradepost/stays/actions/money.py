"""What payments mean for bookings: registered as the payable ``booking``."""

from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.payments import capture_payments, void_payments
from tradepost.payments.payables import Due
from tradepost.payments.queries import given_back_by_hand
from tradepost.stays.actions.announcing import announce
from tradepost.stays.actions.bookings import confirm_if_paid
from tradepost.stays.actions.cancellations import give_back_surplus
from tradepost.stays.actions.changes import apply_if_paid
from tradepost.stays.actions.locks import lock_booking
from tradepost.stays.errors import TakesNoPayment
from tradepost.stays.models import Booking, BookingChange, BookingEvent

Kind, State = BookingEvent.Kind, BookingChange.State


def lock_due(*, pk: int, payer: User | None) -> Due:
    """Lock a booking and say what it costs, with a change that waits for its payment, and without
    what somebody gave back out of kindness.

    While the host has not agreed, money is only held. Raises NotFound or TakesNoPayment.
    """
    if payer is not None and not Booking.objects.filter(pk=pk, user=payer).exists():
        raise NotFound
    booking = lock_booking(pk)
    if booking.status == Booking.Status.CANCELED:
        raise TakesNoPayment
    change = BookingChange.objects.filter(booking=booking, state=State.UNPAID).first()
    return Due(
        total=(change or booking).total - given_back_by_hand("booking", pk),
        currency=booking.currency,
        payer=booking.user,
        title=f"Booking {booking.pk}: {booking.start_date} to {booking.end_date}",
        capture=not booking.awaits_host(),
        link=reverse("booking", args=[pk]),
    )


@atomic
def note_received(
    *, pk: int, paid: Decimal, authorized: Decimal, failed: bool, now: datetime
) -> None:
    """Confirm what is paid, and give back what nobody owes any more."""
    booking = lock_booking(pk)
    settled = paid + given_back_by_hand("booking", pk)
    confirm_if_paid(booking=booking, paid=settled, now=now)
    apply_if_paid(booking=booking, paid=settled, now=now)
    if authorized and booking.status == Booking.Status.CANCELED:
        void_payments(payable="booking", pk=pk, now=now)
    elif authorized and not booking.awaits_host():  # who agreed while it was under way
        capture_payments(payable="booking", pk=pk, now=now)
    if booking.status != Booking.Status.PENDING:
        give_back_surplus(booking=booking, now=now)
    elif failed and not paid and not authorized:
        announce(booking=booking, kind=Kind.PAYMENT_FAILED, actor=None, now=now)


@atomic
def note_refunded(*, pk: int, amount: Decimal, now: datetime) -> None:
    """Put it on the timeline of a booking, and tell its guest, that money is on its way back."""
    booking = lock_booking(pk)
    announce(booking=booking, kind=Kind.REFUNDED, actor=None, now=now)

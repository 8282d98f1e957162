"""Ending bookings before their time, and what comes back of the price then."""

from datetime import datetime
from decimal import Decimal

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.payments import void_payments
from tradepost.payments.actions.refunds import refund
from tradepost.payments.queries import paid_for
from tradepost.stays.actions.announcing import announce
from tradepost.stays.actions.nights import free_nights, lock_booking
from tradepost.stays.errors import BookingNotOpen, RefundChanged
from tradepost.stays.models import Booking, BookingChange, BookingEvent
from tradepost.stays.policies import refund_of
from tradepost.stays.queries.bookings import lines_of

Kind = BookingEvent.Kind
NOTHING = Decimal("0.00")


@atomic
def cancel_booking(
    *, actor: User, booking_id: int, expected_refund: Decimal | None = None, now: datetime
) -> Booking:
    """Call a stay off. A guest gets back what the terms say, everything when the host does it.

    Holders of ``stays.cancel_booking`` do it as the host would. With ``expected_refund``, what the
    actor was shown, another amount is refused. Raises NotFound, Refused, BookingNotOpen or
    RefundChanged.
    """
    _check_may_cancel(actor, booking_id)
    booking = lock_booking(booking_id)
    if booking.status == Booking.Status.CANCELED or booking.completed_at or booking.ends_at <= now:
        raise BookingNotOpen
    back = refund_on_cancellation(booking=booking, actor=actor, now=now)
    if expected_refund is not None and expected_refund != back:
        raise RefundChanged(refund=back)
    kept = booking.total - back if booking.status == Booking.Status.CONFIRMED else NOTHING
    end_booking(booking=booking, kept=kept, actor=actor, now=now)
    announce(booking=booking, kind=Kind.CANCELED, actor=actor, now=now)
    return booking


def refund_on_cancellation(  # house: allow A1 because it only reads
    *, booking: Booking, actor: User, now: datetime
) -> Decimal:
    """Return what the guest would get back if the actor canceled now; of what is not confirmed
    nothing was taken."""
    if booking.status != Booking.Status.CONFIRMED:
        return NOTHING
    if actor.pk != booking.user_id:
        return booking.total
    lines = lines_of(booking)
    return refund_of(lines, booking.terms, starts_at=booking.starts_at, now=now)


@atomic
def end_booking(
    *, booking: Booking, kept: Decimal, actor: User | None, now: datetime, has_expired: bool = False
) -> None:
    """Cancel a booking, which is locked: its nights are free, and what was paid beyond ``kept``
    goes back."""
    booking.status, booking.canceled_at, booking.canceled_by = Booking.Status.CANCELED, now, actor
    booking.kept, booking.hold_until = kept, None
    booking.expired_at = now if has_expired else None
    booking.save(
        update_fields=[
            "status", "canceled_at", "canceled_by", "kept", "hold_until", "expired_at",
        ]
    )  # fmt: skip
    BookingChange.objects.filter(booking=booking, is_open=True).update(
        is_open=None, state=BookingChange.State.WITHDRAWN
    )
    free_nights(booking=booking)
    void_payments(payable="booking", pk=booking.pk, now=now)
    give_back_surplus(booking=booking, now=now)


@atomic
def give_back_surplus(*, booking: Booking, now: datetime) -> None:
    """Refund what was paid for a booking, which is locked, beyond what it costs in the end."""
    surplus = paid_for("booking", booking.pk).paid - booking.owed()
    if surplus > 0:
        reason = f"Booking {booking.pk}: {booking.status}"
        refund(payable="booking", pk=booking.pk, amount=surplus, reason=reason, now=now)


def _check_may_cancel(actor: User, booking_id: int) -> None:
    booking = Booking.objects.visible_to(actor).filter(pk=booking_id).first()
    if booking is None:
        raise NotFound
    sides = {booking.user_id, booking.property.host_id}
    if actor.pk not in sides and not actor.has_perm("stays.cancel_booking"):
        raise Refused

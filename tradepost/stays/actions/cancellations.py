"""Ending bookings before their time, and giving back what was paid for them."""

from datetime import datetime
from decimal import Decimal

from tradepost.accounts.models import User
from tradepost.kit.errors import Refused
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.payments import void_payments
from tradepost.payments.actions.refunds import refund
from tradepost.payments.queries import paid_for
from tradepost.stays.actions.announcing import announce
from tradepost.stays.actions.locks import lock_seen_booking
from tradepost.stays.actions.nights import free_nights
from tradepost.stays.errors import BookingNotOpen, RefundChanged
from tradepost.stays.models import Booking, BookingChange, BookingEvent
from tradepost.stays.queries.offers import cancellation_of

Kind = BookingEvent.Kind


@atomic
def cancel_booking(
    *, actor: User, booking_id: int, expected_refund: Decimal | None = None, now: datetime
) -> Booking:
    """Call a stay off. A guest gets back what the terms say, everything when the host does it.

    Holders of ``stays.cancel_booking`` do it as the host would. With ``expected_refund``, what the
    actor was shown, another amount is refused. Raises NotFound, Refused, BookingNotOpen or
    RefundChanged.
    """
    booking = lock_seen_booking(actor, booking_id)
    is_side = actor.pk in (booking.user_id, booking.property.host_id)
    if not is_side and not actor.has_perm("stays.cancel_booking"):
        raise Refused
    if booking.status == Booking.Status.CANCELED or booking.completed_at or booking.ends_at <= now:
        raise BookingNotOpen
    back = cancellation_of(booking=booking, actor=actor, now=now).refund
    if expected_refund is not None and expected_refund != back:
        raise RefundChanged(refund=back)
    call_off(booking=booking, actor=actor, now=now)
    return booking


@atomic
def call_off(*, booking: Booking, actor: User, now: datetime) -> None:
    """Cancel a booking, which is locked, in the name of the actor."""
    kept = cancellation_of(booking=booking, actor=actor, now=now).kept
    end_booking(booking=booking, kept=kept, kind=Kind.CANCELED, actor=actor, now=now)


@atomic
def end_booking(
    *,
    booking: Booking,
    kept: Decimal,
    kind: BookingEvent.Kind,
    actor: User | None,
    now: datetime,
) -> None:
    """End a booking, which is locked, and tell both sides why: ``kind`` is canceled, declined or
    expired. Its nights are free, and what was paid beyond ``kept`` goes back."""
    booking.status, booking.canceled_at, booking.canceled_by = Booking.Status.CANCELED, now, actor
    booking.kept, booking.hold_until = kept, None
    booking.expired_at = now if kind == Kind.EXPIRED else None
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
    announce(booking=booking, kind=kind, actor=actor, now=now)


@atomic
def give_back_surplus(*, booking: Booking, now: datetime) -> None:
    """Refund what was paid for a booking, which is locked, beyond what it costs in the end."""
    surplus = paid_for("booking", booking.pk).paid - booking.owed()
    if surplus > 0:
        reason = f"Booking {booking.pk}: {booking.status}"
        refund(payable="booking", pk=booking.pk, amount=surplus, reason=reason, now=now)

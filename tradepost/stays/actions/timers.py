"""What time brings: holds end, stays are over. In portions; each booking in its own transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tradepost.kit.transactions import atomic
from tradepost.stays.actions.announcing import announce
from tradepost.stays.actions.cancellations import end_booking
from tradepost.stays.actions.changes import close_change
from tradepost.stays.actions.locks import lock_booking
from tradepost.stays.models import Booking, BookingChange, BookingEvent
from tradepost.stays.quotes import NOTHING

AT_ONCE = 100
Kind, Status = BookingEvent.Kind, Booking.Status


def expire_holds(  # house: allow A1 because each booking has its own transaction
    *, now: datetime
) -> int:
    """End the bookings and changes that waited too long; return how many."""
    bookings = Booking.objects.filter(status=Status.PENDING, hold_until__lte=now)
    changes = BookingChange.objects.filter(is_open=True, hold_until__lte=now)
    ended = _each(bookings.values_list("pk", flat=True), expire_booking, now)
    return ended + _each(changes.values_list("booking", flat=True), expire_change, now)


def complete_stays(  # house: allow A1 because each booking has its own transaction
    *, now: datetime
) -> int:
    """Note which stays are over, and ask for reviews; return how many."""
    over = Booking.objects.filter(
        status=Status.CONFIRMED, completed_at__isnull=True, ends_at__lte=now
    )
    return _each(over.values_list("pk", flat=True), complete_stay, now)


@atomic
def expire_booking(*, booking_id: int, now: datetime) -> bool:
    """End a booking that nobody answered or paid in time; False if it needs no ending by now."""
    booking = lock_booking(booking_id)
    if booking.status != Status.PENDING or booking.hold_until is None or booking.hold_until > now:
        return False
    end_booking(booking=booking, kept=NOTHING, kind=Kind.EXPIRED, actor=None, now=now)
    return True


@atomic
def expire_change(*, booking_id: int, now: datetime) -> bool:
    """End a change that nobody agreed to or paid in time; False if there is none by now."""
    booking = lock_booking(booking_id)
    change = booking.changes.filter(is_open=True, hold_until__lte=now).first()
    if change is None:
        return False
    close_change(
        booking=booking, change=change, state=BookingChange.State.EXPIRED, actor=None, now=now
    )
    return True


@atomic
def complete_stay(*, booking_id: int, now: datetime) -> bool:
    """Note that a stay is over; False if it is not, or was noted already."""
    booking = lock_booking(booking_id)
    if booking.status != Status.CONFIRMED or booking.completed_at or booking.ends_at > now:
        return False
    booking.completed_at = now
    booking.save(update_fields=["completed_at"])
    announce(booking=booking, kind=Kind.COMPLETED, actor=None, now=now)
    return True


def _each(ids: QuerySet[Any, int], deed: Callable[..., bool], now: datetime) -> int:
    return sum(deed(booking_id=pk, now=now) for pk in list(ids.order_by("pk")[:AT_ONCE]))

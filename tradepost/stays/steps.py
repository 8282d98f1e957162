"""Where a booking stands for somebody who looks at it, and what to do next."""

from datetime import datetime

from tradepost.accounts.models import User
from tradepost.stays.models import Booking, BookingChange

Status = Booking.Status


def step_of(booking: Booking, *, reader: User, now: datetime) -> str:
    """Return the word for it; ``with_details`` has loaded the change that is open.

    ``answer``, ``pay``, ``answer_change`` and ``pay_change`` are the reader's turn, the same with
    ``await_`` somebody else's; ``arrive``, ``stay`` and ``over`` need nobody; the rest has ended.
    """
    if booking.status == Status.CANCELED:
        return _end_of(booking)
    if booking.status == Status.PENDING:
        return _pending(booking, reader)
    change = open_change(booking)
    if change is not None and booking.starts_at > now:
        return _changing(booking, change, reader)
    if booking.completed_at or booking.ends_at <= now:
        return "over"
    return "stay" if booking.starts_at <= now else "arrive"


def open_change(booking: Booking) -> BookingChange | None:
    """Return the change that waits for something; ``with_details`` has loaded it."""
    changes: list[BookingChange] = booking.open_changes  # type: ignore[attr-defined]
    return changes[0] if changes else None


def is_host(booking: Booking, reader: User) -> bool:
    """Return whether the place is the reader's."""
    return booking.property.host_id == reader.pk


def _end_of(booking: Booking) -> str:
    if booking.expired_at:
        return "expired"
    was_declined = booking.accepted_at is None and booking.canceled_by_id != booking.user_id
    return "declined" if was_declined else "canceled"


def _pending(booking: Booking, reader: User) -> str:
    if booking.awaits_host():
        return "answer" if is_host(booking, reader) else "await_answer"
    return "pay" if reader.pk == booking.user_id else "await_pay"


def _changing(booking: Booking, change: BookingChange, reader: User) -> str:
    if change.state == BookingChange.State.UNPAID:
        return "pay_change" if reader.pk == booking.user_id else "await_pay_change"
    takes_part = reader.pk == booking.user_id or is_host(booking, reader)
    mine = takes_part and change.asked_by_id != reader.pk
    return "answer_change" if mine else "await_answer_change"

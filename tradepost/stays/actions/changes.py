"""Other dates or guests for a confirmed stay, with the difference in price.

The nights that a change needs are held until it is agreed and paid. A guest who shortens a stay
gets back what the terms say of it, as if these nights had been canceled: the rest is kept, as a
line of its own.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from tradepost.accounts.models import User
from tradepost.kit.inserts import insert
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.payments import void_payments
from tradepost.payments.queries import given_back_by_hand, paid_for
from tradepost.stays.actions.announcing import announce
from tradepost.stays.actions.bookings import keep_lines
from tradepost.stays.actions.cancellations import give_back_surplus
from tradepost.stays.actions.locks import lock_side
from tradepost.stays.actions.nights import free_nights, hold_nights
from tradepost.stays.checks import check_may_change
from tradepost.stays.errors import NoOpenChange, TotalChanged
from tradepost.stays.models import Booking, BookingChange, BookingEvent, Night
from tradepost.stays.queries.offers import price_change
from tradepost.stays.quotes import Price, Stay, lines_as_json, lines_from_json

Kind, State = BookingEvent.Kind, BookingChange.State


@atomic
def ask_for_change(
    *,
    actor: User,
    booking_id: int,
    stay: Stay,
    expected_total: Decimal | None = None,
    now: datetime,
) -> BookingChange:
    """Ask for other dates or guests of a confirmed stay that has not begun.

    The other side has to agree, but for the host of a place that is booked instantly. What it
    costs more is to be paid then, and what it costs less comes back. Raises NotFound, Refused,
    BookingNotConfirmed, ChangeOpen, NothingChanges, what ``check_stay`` refuses, DatesTaken
    or TotalChanged.
    """
    booking = lock_side(actor, booking_id)
    check_may_change(booking, stay, now=now)
    price = price_change(booking=booking, stay=stay, actor=actor, now=now)
    if expected_total is not None and expected_total != price.total:
        raise TotalChanged(total=price.total)
    change = _keep(booking, actor, stay, price, now)
    hold_nights(change=change)
    if _is_agreed_at_once(booking, actor):
        _go_on(booking, change, actor, now)
    else:
        announce(booking=booking, kind=Kind.CHANGE_ASKED, actor=actor, now=now)
    return change


@atomic
def agree_to_change(*, actor: User, booking_id: int, now: datetime) -> Booking:
    """Agree to what the other side wants. Raises NotFound, Refused or NoOpenChange."""
    booking = lock_side(actor, booking_id)
    change = booking.changes.filter(state=State.ASKED).exclude(asked_by=actor).first()
    if change is None:
        raise NoOpenChange
    _go_on(booking, change, actor, now)
    return booking


@atomic
def end_change(*, actor: User, booking_id: int, now: datetime) -> Booking:
    """Take back a change that one asked for, or say no to that of the other side.

    Raises NotFound, Refused or NoOpenChange.
    """
    booking = lock_side(actor, booking_id)
    change = booking.changes.filter(is_open=True).first()
    if change is None:
        raise NoOpenChange
    state = State.WITHDRAWN if change.asked_by_id == actor.pk else State.DECLINED
    close_change(booking=booking, change=change, state=state, actor=actor, now=now)
    return booking


@atomic
def close_change(
    *,
    booking: Booking,
    change: BookingChange,
    state: BookingChange.State,
    actor: User | None,
    now: datetime,
) -> None:
    """Let nothing come of an open change of a booking, which is locked; the stay is as it was."""
    _end(change, state)
    free_nights(booking=booking)
    void_payments(payable="booking", pk=booking.pk, now=now)
    announce(booking=booking, kind=Kind.CHANGE_ENDED, actor=actor, now=now)


@atomic
def apply_if_paid(*, booking: Booking, paid: Decimal, now: datetime) -> None:
    """Carry out a change that waits for its payment, if that is there; the booking is locked."""
    change = booking.changes.filter(state=State.UNPAID).first()
    if change is not None and paid >= change.total:
        _apply(booking, change, None, now)


def _is_agreed_at_once(booking: Booking, actor: User) -> bool:
    return booking.property.is_instant and actor.pk == booking.user_id


def _keep(booking: Booking, actor: User, stay: Stay, price: Price, now: datetime) -> BookingChange:
    change = BookingChange(
        booking=booking,
        asked_by=actor,
        state=State.ASKED,
        is_open=True,
        start_date=stay.start_date,
        end_date=stay.end_date,
        guests=stay.guests,
        total=price.total,
        lines=lines_as_json(price.lines),
        created_at=now,
        hold_until=_until(booking, now, hours=settings.STAY_REQUEST_HOURS),
    )
    insert([change])
    return change


def _go_on(booking: Booking, change: BookingChange, actor: User, now: datetime) -> None:
    """Carry out what is agreed, or wait for its payment."""
    paid = paid_for("booking", booking.pk).paid + given_back_by_hand("booking", booking.pk)
    if change.total <= paid:
        _apply(booking, change, actor, now)
        return
    change.state = State.UNPAID
    hours = 0 if _is_agreed_at_once(booking, actor) else settings.STAY_REQUEST_HOURS
    change.hold_until = _until(booking, now, hours=hours, minutes=settings.STAY_PAYMENT_MINUTES)
    change.save(update_fields=["state", "hold_until"])
    announce(booking=booking, kind=Kind.CHANGE_AGREED, actor=actor, now=now)


def _apply(booking: Booking, change: BookingChange, actor: User | None, now: datetime) -> None:
    place = booking.property
    booking.start_date, booking.end_date = change.start_date, change.end_date
    booking.starts_at = place.moment(change.start_date, place.check_in_time)
    booking.ends_at = place.moment(change.end_date, place.check_out_time)
    booking.guests, booking.total = change.guests, change.total
    booking.save(
        update_fields=["start_date", "end_date", "starts_at", "ends_at", "guests", "total"]
    )
    booking.lines.all().delete()
    keep_lines(booking=booking, lines=lines_from_json(change.lines))
    Night.objects.filter(change=change).update(change=None)
    _end(change, State.DONE)
    free_nights(booking=booking)
    announce(booking=booking, kind=Kind.CHANGED, actor=actor, now=now)
    give_back_surplus(booking=booking, now=now)


def _end(change: BookingChange, state: BookingChange.State) -> None:
    change.state, change.is_open = state, None
    change.save(update_fields=["state", "is_open"])


def _until(booking: Booking, now: datetime, *, hours: int, minutes: int = 0) -> datetime:
    return min(now + timedelta(hours=hours, minutes=minutes), booking.starts_at)

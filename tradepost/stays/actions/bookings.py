"""Booking stays, and what hosts say to requests; ``cancellations.py`` and ``changes.py`` have what
comes later, ``money.py`` what payments do to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from tradepost.accounts.errors import AccountClosed
from tradepost.accounts.models import User
from tradepost.accounts.queries import blockers_of
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.inserts import insert
from tradepost.kit.locks import weak
from tradepost.kit.transactions import atomic
from tradepost.payments.actions.payments import capture_payments
from tradepost.stays.actions.announcing import announce
from tradepost.stays.actions.cancellations import end_booking
from tradepost.stays.actions.locks import lock_property, lock_seen_booking
from tradepost.stays.actions.nights import take_nights
from tradepost.stays.checks import check_free, check_may_hold, check_stay
from tradepost.stays.errors import BookingNotPending, NotForYou, OwnPlace
from tradepost.stays.models import Booking, BookingEvent, PriceLine, Property
from tradepost.stays.queries.offers import agree_price
from tradepost.stays.quotes import NOTHING, Line, Quote, Stay

Kind = BookingEvent.Kind


@atomic
def book_stay(
    *,
    guest: User,
    property_id: int,
    stay: Stay,
    quote: str | None = None,
    expected_total: Decimal | None = None,
    now: datetime,
) -> Booking:
    """Book a stay at today's price, or at that of a signed ``quote``, and hold its nights.

    It is to be paid soon where that is instant, and where it is not, once the host agreed. With
    ``expected_total``, what the guest was shown, another total is refused. Raises AccountClosed,
    NotFound, OwnPlace, NotForYou, TooManyPending, what ``check_stay`` refuses, DatesTaken,
    BadQuote, QuoteExpired or TotalChanged, and changes nothing.
    """
    place = _find_place(guest, property_id)
    check_stay(place, stay, now=now)
    check_free(place, stay, empty_after=place.buffer_nights)  # before waiting for locks
    _lock_sides(guest, place)
    check_may_hold(guest=guest)
    place = lock_property(place.pk)
    if place.status != Property.Status.PUBLISHED:
        raise NotFound
    check_stay(place, stay, now=now)
    price = agree_price(place=place, stay=stay, quote=quote, expected_total=expected_total, now=now)
    booking = _keep(place, guest, stay, price, now)
    take_nights(booking=booking)
    announce(
        booking=booking,
        kind=Kind.PLACED if place.is_instant else Kind.REQUESTED,
        actor=guest,
        now=now,
    )
    confirm_if_paid(booking=booking, paid=NOTHING, now=now)
    return booking


@atomic
def accept_booking(*, host: User, booking_id: int, now: datetime) -> Booking:
    """Agree to a stay that was asked for; it is to be paid then. Raises NotFound, Refused for its
    guest, or BookingNotPending."""
    booking = lock_request(host=host, booking_id=booking_id)
    booking.accepted_at = now
    booking.hold_until = _until_paid(booking, now)
    booking.save(update_fields=["accepted_at", "hold_until"])
    announce(booking=booking, kind=Kind.ACCEPTED, actor=host, now=now)
    capture_payments(payable="booking", pk=booking.pk, now=now)
    confirm_if_paid(booking=booking, paid=NOTHING, now=now)
    return booking


@atomic
def decline_booking(*, host: User, booking_id: int, now: datetime) -> Booking:
    """Say no to a stay that was asked for. Raises NotFound, Refused for its guest, or
    BookingNotPending."""
    booking = lock_request(host=host, booking_id=booking_id)
    end_booking(booking=booking, kept=NOTHING, kind=Kind.DECLINED, actor=host, now=now)
    return booking


@atomic
def confirm_if_paid(*, booking: Booking, paid: Decimal, now: datetime) -> None:
    """Confirm a booking, which is locked, that the host agreed to and that is paid."""
    if booking.status != Booking.Status.PENDING or booking.awaits_host() or paid < booking.total:
        return
    booking.status, booking.confirmed_at, booking.hold_until = Booking.Status.CONFIRMED, now, None
    booking.save(update_fields=["status", "confirmed_at", "hold_until"])
    announce(booking=booking, kind=Kind.CONFIRMED, actor=None, now=now)


@atomic
def keep_lines(*, booking: Booking, lines: Sequence[Line]) -> None:
    """Write what a stay costs, line by line."""
    insert(
        [
            PriceLine(
                booking=booking, position=position, kind=line.kind, quantity=line.quantity,
                unit_price=line.unit_price,  # type: ignore[misc]
                rate=line.rate,
                amount=line.amount,
            )
            for position, line in enumerate(lines)
        ]
    )  # fmt: skip


def lock_request(*, host: User, booking_id: int) -> Booking:
    """Lock a booking that waits for its host. Raises NotFound, Refused or BookingNotPending."""
    booking = lock_seen_booking(host, booking_id)
    if host.pk != booking.property.host_id:
        raise Refused
    if not booking.awaits_host():
        raise BookingNotPending
    return booking


def _until_paid(booking: Booking, now: datetime) -> datetime:
    """Return until when the nights are held for a payment, but not beyond the stay's end."""
    minutes = settings.STAY_PAYMENT_MINUTES
    if not booking.property.is_instant:
        minutes = max(minutes, settings.STAY_REQUEST_HOURS * 60)
    return min(now + timedelta(minutes=minutes), booking.ends_at)


def _find_place(guest: User, property_id: int) -> Property:
    place = Property.objects.public().filter(pk=property_id).first()
    if place is None:
        raise NotFound
    if place.host_id == guest.pk:
        raise OwnPlace
    return place


def _lock_sides(guest: User, place: Property) -> None:
    """Lock the accounts of guest and host, by id: neither is closed, and none blocks the other,
    while a stay is booked."""
    rows = User.objects.select_for_update(no_key=weak()).order_by("pk")
    there = rows.filter(is_active=True).in_bulk([guest.pk, place.host_id])
    if guest.pk not in there:
        raise AccountClosed
    if place.host_id not in there:
        raise NotFound
    if blockers_of(guest.pk, among=[place.host_id]):
        raise NotForYou


def _keep(place: Property, guest: User, stay: Stay, price: Quote, now: datetime) -> Booking:
    booking = Booking(
        property=place,
        user=guest,
        start_date=stay.start_date,
        end_date=stay.end_date,
        starts_at=place.moment(stay.start_date, place.check_in_time),
        ends_at=place.moment(stay.end_date, place.check_out_time),
        buffer_nights=place.buffer_nights,
        guests=stay.guests,
        total=price.total,
        currency=settings.CURRENCY,
        terms=price.terms,
        created_at=now,
        accepted_at=now if place.is_instant else None,
    )
    booking.hold_until = (
        _until_paid(booking, now)
        if place.is_instant
        else min(now + timedelta(hours=settings.STAY_REQUEST_HOURS), booking.ends_at)
    )
    insert([booking])
    keep_lines(booking=booking, lines=price.lines)
    return booking

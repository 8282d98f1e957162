"""Bookings as their guests and hosts look at them."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from tradepost.accounts.models import User
from tradepost.stays.models import Booking, BookingChange, BookingEvent, Photo, PriceLine
from tradepost.stays.quotes import Line, Stay


def lines_of(booking: Booking) -> list[Line]:
    """Return what a booking costs, line by line."""
    return [
        Line(line.kind, line.amount, line.quantity, line.unit_price, line.rate)
        for line in booking.lines.all()
    ]


def with_details(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Load what one sees of a booking: both sides, the lines, a change that is open; 3 queries."""
    changes = BookingChange.objects.filter(is_open=True)
    return bookings.select_related("property__host", "user").prefetch_related(
        Prefetch("lines", PriceLine.objects.order_by("position", "id")),
        Prefetch("changes", changes, to_attr="open_changes"),
    )


def find_same(*, guest: User, property_id: int, stay: Stay) -> Booking | None:
    """Return what the guest has booked at a place for these very dates and guests, if anything."""
    own = Booking.objects.live().filter(user=guest, property=property_id)
    said = {"start_date": stay.start_date, "end_date": stay.end_date, "guests": stay.guests}
    return own.filter(**said).order_by("-id").first()


def list_upcoming(*, guest: User, now: datetime) -> QuerySet[Booking]:
    """Return a guest's stays that are to come or are going on, as lists show them; 3 queries."""
    return _for_lists(guest.bookings.live().filter(ends_at__gt=now))


def list_past(*, guest: User, now: datetime) -> QuerySet[Booking]:
    """Return a guest's stays that are over or came to nothing, as lists show them; 3 queries."""
    ended = Q(ends_at__lte=now) | Q(status=Booking.Status.CANCELED)
    return _for_lists(guest.bookings.filter(ended))


def _for_lists(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    first = Photo.objects.filter(position=1)
    changes = BookingChange.objects.filter(is_open=True)
    return bookings.select_related("property").prefetch_related(
        Prefetch("changes", changes, to_attr="open_changes"),
        Prefetch("property__photos", first, to_attr="first_photos"),
    )


def list_timeline(booking: Booking) -> list[BookingEvent]:
    """Return what happened to a booking, oldest first."""
    return list(booking.events.select_related("actor").order_by("id"))

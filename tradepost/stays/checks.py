"""What a place asks of a stay, and what stands in the way of one."""

from datetime import date, datetime, timedelta

from tradepost.accounts.models import User
from tradepost.stays.errors import (
    BookingNotConfirmed,
    ChangeOpen,
    DateOutOfReach,
    DatesTaken,
    EndsBeforeStart,
    NothingChanges,
    StayLength,
    TooManyGuests,
    TooManyPending,
)
from tradepost.stays.models import Booking, Property
from tradepost.stays.queries.calendar import nights_in_the_way
from tradepost.stays.quotes import Stay, stay_of

FURTHEST_DAYS = 730  # ahead, that a stay may end
MOST_PENDING = 5  # bookings of one guest, that hold nights unpaid


def check_stay(place: Property, stay: Stay, *, now: datetime, was_on: date | None = None) -> None:
    """Refuse dates and guests that a place does not take.

    A booked stay that starts when it ``was_on`` anyway is not too soon. Raises EndsBeforeStart,
    DateOutOfReach, StayLength or TooManyGuests.
    """
    start, end = stay.start_date, stay.end_date
    _check_end(place, start=start, end=end, now=now)
    if start != was_on:
        _check_start(place, start=start, now=now)
    _check_length(place, nights=(end - start).days)
    _check_guests(place, guests=stay.guests)


def check_free(
    place: Property, stay: Stay, *, empty_after: int, apart_from: int | None = None
) -> None:
    """Refuse a stay with nights in its way; see ``nights_in_the_way``. Raises DatesTaken."""
    nights = nights_in_the_way(
        place, stay.start_date, stay.end_date, empty_after=empty_after, apart_from=apart_from
    )
    if nights:
        raise DatesTaken(nights=[night.isoformat() for night in nights])


def check_may_change(booking: Booking, stay: Stay, *, now: datetime) -> None:
    """Refuse what a booking cannot be changed to.

    Raises BookingNotConfirmed, ChangeOpen, NothingChanges, or what ``check_stay`` refuses.
    """
    if booking.status != Booking.Status.CONFIRMED or booking.starts_at <= now:
        raise BookingNotConfirmed
    if booking.changes.filter(is_open=True).exists():
        raise ChangeOpen
    if stay == stay_of(booking):
        raise NothingChanges(field="start_date")
    check_stay(booking.property, stay, now=now, was_on=booking.start_date)


def check_may_hold(*, guest: User) -> None:
    """Refuse more nights to who holds those of many bookings already that are not paid.

    Raises TooManyPending.
    """
    pending = Booking.objects.filter(user=guest, status=Booking.Status.PENDING)
    if pending.count() >= MOST_PENDING:
        raise TooManyPending


def check_block(place: Property, *, start: date, end: date, now: datetime) -> None:
    """Refuse to close a place for nights that nobody can book. Raises EndsBeforeStart or
    DateOutOfReach."""
    if end <= start:
        raise EndsBeforeStart(field="end_date")
    today, reach = place.today(now), timedelta(days=FURTHEST_DAYS)
    if end <= today:
        raise DateOutOfReach("These nights have gone by.", field="end_date")
    if start < today - reach:
        raise DateOutOfReach("That is too long ago.", field="start_date")
    if end > today + reach:
        raise DateOutOfReach(f"Stays end {FURTHEST_DAYS} days ahead at most.", field="end_date")


def _check_end(place: Property, *, start: date, end: date, now: datetime) -> None:
    if end <= start:
        raise EndsBeforeStart("A stay must end after it starts.", field="end_date")
    if end > place.today(now) + timedelta(days=FURTHEST_DAYS):
        raise DateOutOfReach(
            f"Stays can be booked {FURTHEST_DAYS} days ahead at most.", field="end_date"
        )


def _check_guests(place: Property, *, guests: int) -> None:
    if guests > place.capacity:
        raise TooManyGuests(f"There is room for {place.capacity} at most.", field="guests")


def _check_start(place: Property, *, start: date, now: datetime) -> None:
    soonest = place.today(now) + timedelta(days=place.lead_days)
    if start < soonest:
        raise DateOutOfReach(f"Stays can start on {soonest} at the soonest.", field="start_date")


def _check_length(place: Property, *, nights: int) -> None:
    if nights < place.minimum_nights:
        raise StayLength(f"At least {place.minimum_nights} nights.", field="end_date")
    if nights > place.maximum_nights:
        raise StayLength(f"At most {place.maximum_nights} nights.", field="end_date")

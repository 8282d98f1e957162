"""Stays that are over, for tests of what is said of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tradepost.accounts.models import User
from tradepost.payments.models import Payment
from tradepost.stays.actions.reviews import write_review
from tradepost.stays.models import Booking, Property, Review
from tradepost.stays.tests.factories import NOW, make_booking

START = date(2026, 3, 1)
END = datetime(2026, 3, 3, 11, tzinfo=UTC)  # when a stay of two nights in Lisbon is over
AFTER = END + timedelta(hours=1)
TIME_IS_UP = END + timedelta(days=14)
SECOND = timedelta(seconds=1)


def make_stay(place: Property, guest: User, **fields: Any) -> Booking:
    """Make a stay that was over at END; others at the place were before it."""
    earlier = place.bookings.count() * timedelta(days=2)
    booking = make_booking(place, guest, START - earlier, **fields)
    Booking.objects.filter(pk=booking.pk).update(ends_at=END)
    booking.ends_at = END
    return booking


def make_paid(booking: Booking) -> Booking:
    """Note that its guest has paid for a booking, as an audit wants it."""
    Payment.objects.create(
        booking=booking, payer=booking.user, title="A stay", provider="cash", method="cash",
        status=Payment.Status.SUCCEEDED, amount=booking.total, captured=booking.total,
        currency=booking.currency, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return booking


def review(author: User, stay: Booking, rating: int = 4, **said: Any) -> Review:
    """Let somebody say something of a stay, just after it unless ``now`` is given."""
    words = {"comment": "", "now": AFTER, **said}
    return write_review(author=author, booking_id=stay.pk, rating=rating, **words)


def review_both(stay: Booking, rating: int = 4, **said: Any) -> tuple[Review, Review]:
    """Let the guest and then the host write, so that both can be read; return theirs."""
    by_guest = review(stay.user, stay, rating, **said)
    by_host = review(stay.property.host, stay, **said)
    by_guest.refresh_from_db()
    return by_guest, by_host

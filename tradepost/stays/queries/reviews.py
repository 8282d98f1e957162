"""Until when reviews are written, and what hosts said of their guests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound
from tradepost.stays.models import Booking, Review


def is_stayed(booking: Booking, now: datetime) -> bool:
    """Return whether the stay took place and is over."""
    is_past = booking.status == Booking.Status.CONFIRMED and booking.ends_at <= now
    return is_past or booking.completed_at is not None


def reviews_end_at(booking: Booking) -> datetime:
    """Return when the sides of a stay can write no more, and what they wrote is released."""
    return booking.ends_at + _time_to_write()


def find_due_stays(now: datetime) -> QuerySet[Booking]:
    """Return the stays of which a review waits for another one that cannot be written any more."""
    blind = Review.objects.blind().values("booking")
    return Booking.objects.filter(pk__in=blind, ends_at__lte=now - _time_to_write())


def list_reviews_of_guest(*, guest_id: UUID, reader: User) -> QuerySet[Review]:
    """Return what hosts said of a guest, the newest first, to the guest, to hosts at whose places
    they stay, stayed or ask to, and to holders of ``stays.view_review``.

    Raises NotFound for others, and for nobody's id.
    """
    if not (_is_host_of(reader, guest_id) or _may_read_all(reader, guest_id)):
        raise NotFound
    return Review.objects.about_guest(guest_id).select_related("user")


@dataclass(frozen=True, kw_only=True)
class StayReviews:
    """What was said of a stay, for one reader: ``theirs`` is released, what ``waits`` is not.

    ``until`` is when nobody can write any more.
    """

    mine: Review | None
    theirs: list[Review]
    waits: bool
    may_write: bool
    until: datetime


def read_reviews_of_stay(*, booking: Booking, reader: User, now: datetime) -> StayReviews:
    """Return what the reader may know of the reviews of a stay; one query."""
    rows = list(Review.objects.filter(booking=booking).select_related("user").order_by("id"))
    mine = next((row for row in rows if row.user_id == reader.pk), None)
    others = [row for row in rows if row.user_id != reader.pk]
    theirs = [row for row in others if row.released_at]
    until = reviews_end_at(booking)
    takes_part = reader.pk in (booking.user_id, booking.property.host_id)
    is_open = is_stayed(booking, now) and now < until and not theirs
    return StayReviews(
        mine=mine,
        theirs=theirs,
        waits=takes_part and len(theirs) < len(others),
        may_write=takes_part and is_open and mine is None,
        until=until,
    )


def _is_host_of(reader: User, guest_id: UUID) -> bool:
    booked = Booking.objects.live().filter(user=guest_id, property__host=reader)
    return reader.pk == guest_id or booked.exists()


def _may_read_all(reader: User, guest_id: UUID) -> bool:
    is_there = User.objects.filter(pk=guest_id)
    return reader.has_perm("stays.view_review") and bool(is_there.exists())


def _time_to_write() -> timedelta:
    return timedelta(days=settings.STAY_REVIEW_DAYS)

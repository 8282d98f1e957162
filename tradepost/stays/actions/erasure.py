"""What becomes of somebody's stays and places when their account is closed."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tradepost.accounts.models import User
from tradepost.kit import clock
from tradepost.kit.jobs import enqueue
from tradepost.kit.locks import weak
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.messaging.actions.conversations import retitle_conversations_about
from tradepost.messaging.actions.erasure import lock_talks_of
from tradepost.stays.actions.cancellations import call_off
from tradepost.stays.actions.locks import lock_booking
from tradepost.stays.actions.reviews import forget_words
from tradepost.stays.models import Block, Booking, Photo, Property, Season
from tradepost.stays.stamps import PLACES

GONE = "A place that is gone"


@atomic
def forget_stays(*, user: User) -> None:
    """Cancel what is pending or has not begun, and forget what a host wrote of their places.

    Guests of the host get everything back, a guest what the terms say. Stays that were, and the
    reviews of them, remain with those who took part in them.
    """
    now = clock.now()
    for booking in _lock_open_bookings(user, now):
        if booking.status != Booking.Status.CANCELED:
            call_off(booking=booking, actor=user, now=now)
    places = Property.objects.filter(host=user)
    for place in places.order_by("pk"):
        retitle_conversations_about(subject=place, title=GONE)
    Photo.objects.filter(property__in=places).delete()  # a signal of theirs removes the files
    forget_words(user=user)
    Block.objects.filter(property__in=places).update(reason="")
    Season.objects.filter(property__in=places).update(name="")
    had_places = places.update(
        status=Property.Status.DRAFT,
        name=GONE, description="", house_rules="", street="", neighbourhood="",
    )  # fmt: skip
    raise_stamp(PLACES)
    if had_places:
        # Later, since it is work: for all who leave at about this time, and not in anybody's way.
        enqueue("stays.forget_searched_text", run_at=timezone.now() + timedelta(minutes=1))


def _lock_open_bookings(user: User, now: datetime) -> list[Booking]:
    """Lock the bookings, their places and their conversations, each kind in key order."""
    mine = Booking.objects.unfinished(now).filter(Q(user=user) | Q(property__host=user))
    rows = Booking.objects.filter(pk__in=list(mine.values_list("pk", flat=True)))
    ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    places = Property.objects.filter(Q(bookings__in=ids) | Q(host=user)).values("pk")
    locked = Property.objects.filter(pk__in=places).select_for_update(no_key=weak())
    list(locked.order_by("pk").values_list("pk"))
    lock_talks_of(user)
    return [lock_booking(pk) for pk in ids]

"""Telling both sides of a booking what became of it: timeline, conversation, feed, notification and
mail, each in the transaction of the deed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.jobs import enqueue
from tradepost.kit.transactions import atomic
from tradepost.notifications.actions.notifications import notify
from tradepost.stays.actions.conversations import say_of_booking
from tradepost.stays.models import Booking, BookingEvent

Kind = BookingEvent.Kind
# What the guest or the host gets a mail about at once; other things only notify.
MAILED = frozenset(
    {Kind.REQUESTED, Kind.PLACED, Kind.ACCEPTED, Kind.DECLINED, Kind.CONFIRMED, Kind.CANCELED,
     Kind.EXPIRED, Kind.CHANGE_ASKED, Kind.CHANGED}
)  # fmt: skip
SILENT = frozenset({Kind.PAYMENT_FAILED, Kind.REFUNDED})  # nobody's matter but the guest's


@atomic
def announce(
    *, booking: Booking, kind: BookingEvent.Kind, actor: User | None, now: datetime
) -> None:
    """Tell the guest and the host, except who did it, that something became of a booking."""
    event = BookingEvent.objects.create(booking=booking, kind=kind, actor=actor, at=now)
    both = {booking.user_id, booking.property.host_id}
    here = _who_is_here(both)
    if kind not in SILENT and here == both:
        say_of_booking(booking=booking, kind=kind, actor=actor)
    publish(
        kind="booking.changed",
        user_ids=here,
        data={"booking": booking.pk, "status": str(booking.status)},
    )
    told = here & {booking.user_id} if kind in SILENT else here
    _notify(booking, event, told - {actor.pk} if actor else told)
    if kind in MAILED:
        enqueue(
            "stays.send_news",
            booking_id=booking.pk,
            event_id=event.pk,
            dedupe_key=f"booking:{booking.pk}:{event.pk}",
        )


def _who_is_here(sides: Collection[UUID]) -> set[UUID]:
    """Return who has not left: who has is told nothing, and talks with nobody."""
    people = User.objects.filter(pk__in=sides, is_active=True)
    return set(people.values_list("pk", flat=True))


def _notify(booking: Booking, event: BookingEvent, user_ids: Collection[UUID]) -> None:
    notify(
        user_ids=user_ids,
        kind=f"booking.{event.kind}",
        cause=f"booking:{booking.pk}:{event.pk}",
        actor=event.actor,
        data={"booking": booking.pk},
    )

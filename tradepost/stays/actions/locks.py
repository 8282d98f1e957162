"""The locks of stays: a booking first, then its property; docs/locking.md has the whole order."""

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.locks import lock_one
from tradepost.stays.models import Booking, Property


def lock_property(property_id: int) -> Property:
    """Lock a place, whoever asks; rows may refer to it meanwhile. Raises NotFound."""
    places = Property.objects.select_related("host").filter(pk=property_id)
    return lock_one(places, weakly=True)


def lock_kept_property(*, keeper: User, property_id: int) -> Property:
    """Lock a place that somebody may change.

    Raises AccountClosed, or NotFound, also for a published one of somebody else: its calendar is
    not theirs to see.
    """
    lock_account(keeper)
    return lock_one(Property.objects.kept_by(keeper).filter(pk=property_id), weakly=True)


def lock_booking(booking_id: int) -> Booking:
    """Lock a booking and then its property, in this order everywhere. Raises NotFound."""
    rows = Booking.objects.select_related("user").filter(pk=booking_id)
    booking = lock_one(rows)
    booking.property = lock_property(booking.property_id)
    return booking


def lock_seen_booking(viewer: User, booking_id: int) -> Booking:
    """Lock a booking as ``lock_booking`` does, for somebody who may see it. Raises NotFound."""
    if not Booking.objects.visible_to(viewer).filter(pk=booking_id).exists():
        raise NotFound
    return lock_booking(booking_id)


def lock_side(actor: User, booking_id: int) -> Booking:
    """Lock a booking whose guest or host this is. Raises NotFound, or Refused for others who may
    see it."""
    booking = lock_seen_booking(actor, booking_id)
    if actor.pk not in (booking.user_id, booking.property.host_id):
        raise Refused
    return booking

"""Places to stay: what their hosts say of them."""

from collections.abc import Collection as Some
from collections.abc import Mapping
from typing import Any

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.feed.actions.publishing import publish
from tradepost.kit.errors import Refused
from tradepost.kit.locks import lock_one
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic
from tradepost.stays.errors import HostsOnly, NoSuchAmenity, PropertyBooked, StayLength
from tradepost.stays.models import Amenity, Property
from tradepost.stays.stamps import PLACES

OFFERING = (User.Role.HOST, User.Role.ADMIN)


@atomic
def create_property(
    *, host: User, fields: Mapping[str, Any], amenities: Some[str] = ()
) -> Property:
    """Offer a place of these columns, with amenities by their slugs; a draft unless published.

    Raises AccountClosed, HostsOnly, NoSuchAmenity or StayLength.
    """
    account = lock_account(host)
    if account.role not in OFFERING and not account.has_perm("stays.add_property"):
        raise HostsOnly
    place = Property(host=account, **fields)
    _check_nights(place)
    place.save(force_insert=True)
    _set_amenities(place, amenities)
    tell_of_place(place=place)
    return place


@atomic
def change_property(
    *,
    editor: User,
    property_id: int,
    changes: Mapping[str, Any],
    amenities: Some[str] | None = None,
) -> Property:
    """Change columns of a place, also its ``status``, and with ``amenities`` those to just these.

    Stays that are booked keep what was agreed. Raises NotFound, Refused for a place of somebody
    else, NoSuchAmenity or StayLength.
    """
    place = lock_editable(editor, property_id, weakly=True)
    for name, value in changes.items():
        setattr(place, name, value)
    _check_nights(place)
    place.save(update_fields=[*changes, "last_update"])
    if amenities is not None:
        _set_amenities(place, amenities)
    tell_of_place(place=place)
    return place


@atomic
def delete_property(*, editor: User, property_id: int) -> None:
    """Remove a place that nobody ever booked, with its calendar.

    Raises NotFound, Refused for a place of somebody else, or PropertyBooked.
    """
    # The full lock: who wants to book it waits until this is over.
    place = lock_editable(editor, property_id, weakly=False)
    if place.bookings.exists():
        raise PropertyBooked
    tell_of_place(place=place)
    place.delete()


def lock_editable(editor: User, property_id: int, *, weakly: bool) -> Property:
    """Lock a place that the editor keeps; a stranger learns of published ones alone.

    Raises AccountClosed, NotFound, or Refused for a place of somebody else.
    """
    lock_account(editor)
    rows = Property.objects.visible_to(editor).filter(pk=property_id)
    place = lock_one(rows, weakly=weakly)
    if not Property.objects.kept_by(editor).filter(pk=property_id).exists():
        raise Refused
    return place


def _check_nights(place: Property) -> None:
    if place.maximum_nights < place.minimum_nights:
        raise StayLength(
            "The longest stay cannot be shorter than the shortest.", field="maximum_nights"
        )


def _set_amenities(place: Property, slugs: Some[str]) -> None:
    found = Amenity.objects.filter(pk__in=slugs)
    if len(found) != len(set(slugs)):
        raise NoSuchAmenity(field="amenities")
    place.amenities.set(found)


@atomic
def tell_of_place(*, place: Property) -> None:
    """Have all devices of the host, and pages that are kept, look at a place anew."""
    raise_stamp(PLACES)
    publish(kind="property.changed", user_ids=[place.host_id], data={"property": place.pk})

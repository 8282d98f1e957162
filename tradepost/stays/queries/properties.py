"""Places as somebody may see them."""

from django.db.models import QuerySet

from tradepost.accounts.models import User
from tradepost.stays.models import Amenity, Booking, Property


def list_amenities() -> QuerySet[Amenity]:
    """Return what places may have; everybody may know all of them."""
    return Amenity.objects.order_by("slug")


def list_own(*, host: User) -> QuerySet[Property]:
    """Return what somebody offers, drafts too, newest first, with all details."""
    return with_details(Property.objects.filter(host=host)).order_by("-created_at", "-id")


def with_details(places: QuerySet[Property]) -> QuerySet[Property]:
    """Return the same places with everything that is said of one: two queries more for all."""
    return places.select_related("host").prefetch_related("amenities", "photos")


def knows_street(*, user: User | None, place: Property) -> bool:
    """Return whether somebody may know where exactly it is: the host, guests whose stay is
    confirmed, and holders of ``stays.view_property``."""
    if user is None:
        return False
    if place.host_id == user.pk or user.has_perm("stays.view_property"):
        return True
    stays = Booking.objects.filter(property=place, user=user)
    return stays.filter(status=Booking.Status.CONFIRMED).exists()

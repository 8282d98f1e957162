"""What places may have: the list that hosts choose from."""

from tradepost.kit.locks import lock_one
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.stays.errors import AmenityExists
from tradepost.stays.models import Amenity
from tradepost.stays.stamps import PLACES


@atomic
def create_amenity(*, slug: str, name: str) -> Amenity:
    """Let hosts say that their places have this. Raises AmenityExists."""
    raise_stamp(PLACES)
    with refusing_duplicates(Amenity.objects.filter(pk=slug), AmenityExists()):
        return Amenity.objects.create(slug=slug, name=name)


@atomic
def rename_amenity(*, slug: str, name: str) -> Amenity:
    """Call it something else; addresses and places know it by its slug. Raises NotFound."""
    amenity = lock_one(Amenity.objects.filter(pk=slug))
    amenity.name = name
    amenity.save(update_fields=["name"])
    raise_stamp(PLACES)
    return amenity


@atomic
def delete_amenity(*, slug: str) -> None:
    """Take it off the list, and from the places that have it. Raises NotFound."""
    lock_one(Amenity.objects.filter(pk=slug)).delete()
    raise_stamp(PLACES)

"""Places as cards: what pages show of one before it is opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from tradepost.kit.pictures.addresses import address_of
from tradepost.stays.maps import Spot
from tradepost.stays.models import Property
from tradepost.stays.rows import Row, Shown, photos_as_json, totals_of, value_in

OF_A_PLACE = ("name", "city", "capacity", "is_instant", "price", "rating", "ratings_count")
OF_ITS_PHOTO = ("image", "thumbnail", "width", "height")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A place: ``price`` is that of a usual night, ``total`` that of the stay that was looked for,
    ``photo`` the first one."""

    pk: int
    name: str
    city: str
    room_type: str
    capacity: int
    is_instant: bool
    price: Decimal
    rating: Decimal
    ratings_count: int
    total: Decimal | None = None
    photo: Shown | None = None


def cards_of(rows: Sequence[Row], *, start: date | None, end: date | None) -> list[Card]:
    """Return the cards of places that were found: a query for all photos, and with dates one for
    all seasons."""
    totals, photos = totals_of(rows, start, end), photos_as_json([row[0] for row in rows], root="")
    return [
        Card(
            pk=row[0],
            room_type=Property.RoomType(value_in(row, "room_type")).label,
            total=totals.get(row[0]),
            photo=next(iter(photos.get(row[0], [])), None),
            **{name: value_in(row, name) for name in OF_A_PLACE},
        )
        for row in rows
    ]


def spots_of(rows: Iterable[Row], *, texts: dict[int, str]) -> list[Spot]:
    """Return where on the map the places are, and what their pins say."""
    return [
        Spot(
            pk=row[0],
            latitude=value_in(row, "latitude"),
            longitude=value_in(row, "longitude"),
            text=texts[row[0]],
            title=value_in(row, "name"),
        )
        for row in rows
    ]


def list_liked(*, number: int) -> list[Card]:
    """Return the published places that guests like most, at most so many; one query."""
    places = _with_first_photo(Property.objects.public()).order_by("-rating", "-id")[:number]
    return [
        Card(
            pk=place.pk,
            room_type=place.get_room_type_display(),
            photo=_photo_beside(place),
            **{name: getattr(place, name) for name in OF_A_PLACE},
        )
        for place in places
    ]


def _with_first_photo(places: QuerySet[Property]) -> QuerySet[Any]:
    first = FilteredRelation("photos", condition=Q(photos__position=1))
    columns = {f"photo_{name}": F(f"first_photo__{name}") for name in OF_ITS_PHOTO}
    return places.annotate(first_photo=first, **columns)


def _photo_beside(place: Any) -> Shown | None:
    if not place.photo_image:
        return None
    return {
        "image": address_of(place.photo_image, root=""),
        "thumbnail": address_of(place.photo_thumbnail, root=""),
        "width": place.photo_width,
        "height": place.photo_height,
    }

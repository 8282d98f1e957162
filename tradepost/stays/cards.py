"""Places as cards: what pages show of one before it is opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import FilteredRelation, Q

from tradepost.kit.pictures.addresses import address_of
from tradepost.kit.prepared import Prepared
from tradepost.kit.stars import whole_stars
from tradepost.stays.maps import Spot
from tradepost.stays.models import Property
from tradepost.stays.rows import (
    COLUMNS,
    Row,
    Shown,
    photos_as_json,
    place_rows,
    totals_of,
    value_in,
)

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

    @property
    def stars(self) -> int:
        """The rating in whole stars."""
        return whole_stars(self.rating)


def cards_of(rows: Sequence[Row], *, start: date | None, end: date | None) -> list[Card]:
    """Return the cards of places that were found: a query for all photos, and with dates one for
    all seasons."""
    totals, photos = totals_of(rows, start, end), photos_as_json([row[0] for row in rows], root="")
    return [
        _card(row, photo=next(iter(photos.get(row[0], [])), None), total=totals.get(row[0]))
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
    return [_card_beside_photo(row) for row in _liked.run(number=number)]


def _card_beside_photo(row: Row) -> Card:
    place, (image, thumbnail, width, height) = row[: len(COLUMNS)], row[len(COLUMNS) :]
    photo: Shown = {
        "image": address_of(image or "", root=""),
        "thumbnail": address_of(thumbnail or "", root=""),
        "width": width,
        "height": height,
    }
    return _card(place, photo=photo if image else None)


def _card(row: Row, *, photo: Shown | None, total: Decimal | None = None) -> Card:
    return Card(
        pk=row[0],
        room_type=Property.RoomType(value_in(row, "room_type")).label,
        total=total,
        photo=photo,
        **{name: value_in(row, name) for name in OF_A_PLACE},
    )


def _liked_rows() -> Any:
    """Rows of places, each with columns of its first photo behind it."""
    first = FilteredRelation("photos", condition=Q(photos__position=1))
    places = Property.objects.public().alias(first_photo=first).order_by("-rating", "-id")
    return place_rows(places, *(f"first_photo__{name}" for name in OF_ITS_PHOTO))


_liked = Prepared(_liked_rows, around="{query} LIMIT %(number)s")

"""Places that were found, straight from rows to JSON, without model instances or serializers.

``FoundOutput`` defines the contract; a test holds this form equal to it, byte for byte.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tradepost.kit.http.json import money
from tradepost.kit.money import from_minor, to_minor
from tradepost.kit.pictures.addresses import address_of
from tradepost.kit.prepared import PreparedIn, hundredths
from tradepost.stays.models import Photo, Property, Season
from tradepost.stays.quotes import Tariff, price_stay, sum_of

Row = tuple[Any, ...]
Shown = dict[str, object]
PHOTOS_LISTED = 5  # of each place
PLAIN = (
    "id", "name", "city", "latitude", "longitude", "room_type", "capacity", "is_instant",
    "ratings_count", "buffer_nights",
)  # fmt: skip
HUNDREDTHS = (
    "rating", "price", "weekend_price", "cleaning_fee", "weekly_discount", "monthly_discount",
    "tax",
)  # fmt: skip
TARIFF = slice(len(PLAIN) + HUNDREDTHS.index("price"), None)
COLUMNS = PLAIN + HUNDREDTHS


def place_rows(places: QuerySet[Property], *more: str) -> Any:
    """Return the query that reads what ``places_as_json`` needs, as tuples with ``more`` columns
    behind it."""
    return places.values_list(*PLAIN, *map(hundredths, HUNDREDTHS), *more)


def value_in(row: Row, name: str) -> Any:
    """Return what a column of a row says, as a model would."""
    value = row[COLUMNS.index(name)]
    return from_minor(value) if name in HUNDREDTHS else value


def places_as_json(
    rows: Sequence[Row], *, start: date | None, end: date | None, root: str
) -> list[Shown]:
    """Return what ``FoundOutput`` would say about each row: a query for all photos, and with dates
    one for all seasons.

    ``root`` is the scheme and host that addresses of pictures start with.
    """
    ids = [row[0] for row in rows]
    photos = photos_as_json(ids, root=root)
    totals = {pk: money(to_minor(total)) for pk, total in totals_of(rows, start, end).items()}
    currency = settings.CURRENCY
    return [
        {
            "id": pk,
            "name": name,
            "city": city,
            "latitude": latitude,
            "longitude": longitude,
            "room_type": room_type,
            "capacity": capacity,
            "is_instant": bool(is_instant),
            "price": money(price),
            "currency": currency,
            "total": totals.get(pk),
            "rating": money(rating),
            "ratings_count": ratings_count,
            "photos": photos.get(pk, []),
        }
        for (
            pk, name, city, latitude, longitude, room_type, capacity, is_instant, ratings_count,
            _, rating, price, *_,
        ) in rows
    ]  # fmt: skip


def total_of(tariff: Tariff, start: date, end: date) -> Decimal:
    """Return what a stay costs, with everything."""
    lines, _ = price_stay(tariff, start, end)
    return sum_of(lines)


def totals_of(rows: Sequence[Row], start: date | None, end: date | None) -> Mapping[int, Decimal]:
    """Return what a stay costs in each place, none without dates; one query for all seasons."""
    if start is None or end is None:
        return {}
    seasons = _seasons_between([row[0] for row in rows], start, end)
    return {row[0]: total_of(_tariff(row, seasons[row[0]]), start, end) for row in rows}


def _season_rows(property_ids: list[int]) -> Any:
    seasons = Season.objects.filter(property_id__in=property_ids).order_by("start_date")
    prices = map(hundredths, ("price", "weekend_price"))
    return seasons.values_list("property_id", "start_date", "end_date", *prices)


_seasons = PreparedIn(_season_rows)


def _seasons_between(
    property_ids: Collection[int], start: date, end: date
) -> Mapping[int, Sequence[Season]]:
    """Return the seasons of each place that some of these nights are in."""
    found: dict[int, list[Season]] = defaultdict(list)
    for place, first, last, price, weekend_price in _seasons.run(property_ids):
        dates = {"start_date": _date(first), "end_date": _date(last)}
        if dates["start_date"] < end and dates["end_date"] > start:
            prices = {"price": from_minor(price), "weekend_price": _amount(weekend_price)}
            found[place].append(Season(**dates, **prices))
    return found


def _date(value: date | str) -> date:
    """Some drivers know no dates."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _amount(cents: int | None) -> Decimal | None:
    return None if cents is None else from_minor(cents)


def _tariff(row: Row, seasons: Sequence[Season]) -> Tariff:
    price, weekend, cleaning, weekly, monthly, tax = row[TARIFF]
    return Tariff(
        price=from_minor(price),
        weekend_price=_amount(weekend),
        seasons=seasons,
        cleaning_fee=from_minor(cleaning),
        weekly_discount=from_minor(weekly),
        monthly_discount=from_minor(monthly),
        tax=from_minor(tax),
    )


def _photo_rows(property_ids: list[int]) -> Any:
    first = Photo.objects.filter(property_id__in=property_ids, position__lte=PHOTOS_LISTED)
    return first.order_by("property_id", "position").values_list(
        "property_id", "id", "image", "thumbnail", "webp", "width", "height", "position", "caption"
    )


_photos = PreparedIn(_photo_rows)


def photos_as_json(property_ids: Collection[int], *, root: str) -> Mapping[int, list[Shown]]:
    """Return the first photos of each place that has any, in their order, in one query."""
    photos: dict[int, list[Shown]] = defaultdict(list)
    for place, pk, image, thumbnail, webp, width, height, position, caption in _photos.run(
        property_ids
    ):
        photos[place].append(
            {
                "id": pk,
                "image": address_of(image, root=root),
                "thumbnail": address_of(thumbnail, root=root),
                "webp": address_of(webp, root=root),
                "width": width,
                "height": height,
                "position": position,
                "caption": caption,
            }
        )
    return photos

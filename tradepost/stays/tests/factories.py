"""Places and stays as tests need them; whatever is not said is ordinary."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.stays.models import Booking, Night, Photo, PriceLine, Property

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
_numbers = count(1)


def make_host(username: str = "hanna") -> User:
    """Make somebody who offers places."""
    return make_user(username, role=User.Role.HOST)


def make_property(host: User | None = None, **fields: Any) -> Property:
    """Make a place in Lisbon that is published and costs 100.00 a night."""
    number = next(_numbers)
    defaults = {
        "host": host or make_host(f"host{number}"),
        "status": Property.Status.PUBLISHED,
        "name": f"House {number}",
        "city": "Lisbon",
        "country": "PT",
        "latitude": 38.72,
        "longitude": -9.14,
        "time_zone": "Europe/Lisbon",
        "price": Decimal("100.00"),
    }
    return Property.objects.create(**{**defaults, **fields})


def make_booking(
    place: Property, guest: User, start: date, nights: int = 2, **fields: Any
) -> Booking:
    """Make a confirmed stay with its nights, as it would have been booked and paid for."""
    end = start + timedelta(days=nights)
    total = place.price * nights
    defaults = {
        "status": Booking.Status.CONFIRMED,
        "accepted_at": NOW,
        "confirmed_at": NOW,
        "guests": 1,
        "total": total,
        "currency": "USD",
        "terms": {"name": "moderate", "steps": [[120, 100], [0, 50]]},
        "created_at": NOW,
        "kept": Decimal(0) if fields.get("status") == Booking.Status.CANCELED else None,
    }
    booking = Booking.objects.create(
        property=place,
        user=guest,
        start_date=start,
        end_date=end,
        starts_at=place.moment(start, place.check_in_time),
        ends_at=place.moment(end, place.check_out_time),
        **{**defaults, **fields},
    )
    PriceLine.objects.create(
        booking=booking, position=0, kind=PriceLine.Kind.NIGHTS, quantity=nights,
        unit_price=place.price, amount=total,
    )  # fmt: skip
    if booking.status != Booking.Status.CANCELED:
        for day in range(nights):
            Night.objects.create(property=place, night=start + timedelta(days=day), booking=booking)
    return booking


def make_photo(place: Property, **fields: Any) -> Photo:
    """Make the row of a photo, the last of its place, without a file."""
    defaults = {
        "image": f"stays/photos/{next(_numbers)}.png", "width": 40, "height": 30,
        "position": place.photos.count() + 1,
    }  # fmt: skip
    return Photo.objects.create(property=place, **{**defaults, **fields})

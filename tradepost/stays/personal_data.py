"""What stays keep about a person, for their export."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from django.core.files.storage import default_storage

from tradepost.accounts.models import User
from tradepost.accounts.personal_data import json_list
from tradepost.stays.models import Booking, Photo, Property, Review

AT_ONCE = 500


def collect_stays(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the stays of a person, what they said of them, and the places that they offer, with
    photos."""
    yield "stays/bookings.json", json_list(_bookings_of(user))
    reviews = Review.objects.filter(user=user).order_by("pk")
    said = ("booking", "property__name", "side", "rating", "comment", "created_at", "released_at")
    yield "stays/reviews.json", json_list(reviews.values(*said).iterator())
    answered = Review.objects.filter(property__host=user, answered_at__isnull=False)
    answers = answered.order_by("pk").values("booking", "property__name", "answer", "answered_at")
    yield "stays/answers.json", json_list(answers.iterator())
    yield "stays/properties.json", json_list(_places_of(user))
    yield "stays/photos.json", json_list(_photos_of(user))
    for photo in Photo.objects.filter(property__host=user).order_by("pk").iterator():
        if default_storage.exists(str(photo.image)):  # not removed since it was listed
            yield f"stays/{_path_of(photo)}", _content_of(photo)


def _bookings_of(user: User) -> Iterator[dict[str, object]]:
    rows = Booking.objects.filter(user=user).order_by("pk").select_related("property")
    for booking in rows.prefetch_related("lines", "events").iterator(chunk_size=AT_ONCE):
        yield {
            "booking": booking.pk,
            "place": booking.property.name,
            "status": booking.get_status_display(),
            "start_date": booking.start_date,
            "end_date": booking.end_date,
            "guests": booking.guests,
            "total": booking.total,
            "kept": booking.kept,
            "currency": booking.currency,
            "created_at": booking.created_at,
            "lines": [
                {"kind": line.get_kind_display(), "quantity": line.quantity, "amount": line.amount}
                for line in booking.lines.all()
            ],
            "events": [
                {"kind": event.get_kind_display(), "at": event.at} for event in booking.events.all()
            ],
        }


def _places_of(user: User) -> Iterator[dict[str, object]]:
    places = Property.objects.filter(host=user).order_by("pk")
    for place in places.prefetch_related("seasons", "blocks").iterator(chunk_size=AT_ONCE):
        yield {
            "property": place.pk,
            "status": place.get_status_display(),
            "name": place.name,
            "description": place.description,
            "house_rules": place.house_rules,
            "street": place.street,
            "neighbourhood": place.neighbourhood,
            "city": place.city,
            "region": place.region,
            "country": place.country,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "price": place.price,
            "seasons": [
                {
                    "name": s.name,
                    "start_date": s.start_date,
                    "end_date": s.end_date,
                    "price": s.price,
                }
                for s in place.seasons.all()
            ],
            "blocked": [
                {"start_date": b.start_date, "end_date": b.end_date, "reason": b.reason}
                for b in place.blocks.all()
            ],
        }


def _photos_of(user: User) -> Iterator[dict[str, object]]:
    photos = Photo.objects.filter(property__host=user).order_by("property", "position")
    for photo in photos.iterator():
        yield {
            "file": _path_of(photo),
            "property": photo.property_id,
            "position": photo.position,
            "caption": photo.caption,
        }


def _path_of(photo: Photo) -> str:
    return f"photos/{photo.pk}{PurePosixPath(str(photo.image)).suffix}"


def _content_of(photo: Photo) -> Iterator[bytes]:
    with photo.image.open() as file:
        yield from file.chunks()

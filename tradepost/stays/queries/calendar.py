"""Which nights of a place are taken, and why."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from tradepost.stays.models import Night, Property


def is_free(place: Property, start: date, end: date) -> bool:
    """Return whether a stay could be booked, as far as the nights go.

    The empty nights that it wants after it may lie over blocks and over other empty ones.
    """
    stay = Q(night__gte=start, night__lt=end)
    after = Q(night__gte=end, night__lt=end + timedelta(days=place.buffer_nights))
    by_guests = Q(booking__isnull=False, is_buffer=False)
    return not Night.objects.filter(stay | after & by_guests, property=place).exists()


@dataclass(frozen=True)
class TakenNight:
    """A night of a place that is taken: by a stay, held for a change, kept empty, or blocked."""

    night: date
    reason: str
    booking_id: int | None
    block_id: int | None


def list_taken_nights(place: Property, start: date, end: date) -> list[TakenNight]:
    """Return why the nights in between are taken; one query."""
    rows = Night.objects.filter(property=place, night__gte=start, night__lt=end).order_by("night")
    return [TakenNight(row.night, _reason(row), row.booking_id, row.block_id) for row in rows]


def _reason(row: Night) -> str:
    if row.block_id is not None:
        return "blocked"
    if row.is_buffer:
        return "empty"
    return "stay" if row.change_id is None else "held"

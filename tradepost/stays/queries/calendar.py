"""Which nights of a place are taken, and why."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from tradepost.stays.models import Night, Property


def nights_in_the_way(
    place: Property, start: date, end: date, *, empty_after: int, apart_from: int | None = None
) -> list[date]:
    """Return the nights because of which a stay cannot be: those of its own that are taken, and
    those of other guests among the ``empty_after`` ones behind it.

    What is to stay empty may lie over blocks and over other empty nights. ``apart_from`` is a
    booking whose own nights do not count.
    """
    stay = Q(night__gte=start, night__lt=end)
    after = Q(night__gte=end, night__lt=end + timedelta(days=empty_after))
    by_guests = Q(booking__isnull=False, is_buffer=False)
    taken = Night.objects.filter(stay | after & by_guests, property=place)
    if apart_from is not None:
        taken = taken.exclude(booking=apart_from)
    return sorted(taken.values_list("night", flat=True))


def is_free(place: Property, start: date, end: date) -> bool:
    """Return whether a stay could be booked, as far as the nights go."""
    return not nights_in_the_way(place, start, end, empty_after=place.buffer_nights)


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

"""Which nights are taken. Whoever writes here has locked the property.

A row says why its night is taken. Reasons have an order: a stay, the empty nights after one, a
block; where a stronger one goes, the next one takes the night over.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from tradepost.kit.inserts import insert
from tradepost.kit.stamps import raise_stamp
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.stays.checks import check_free
from tradepost.stays.errors import DatesTaken
from tradepost.stays.models import Block, Booking, BookingChange, Night, Property
from tradepost.stays.models.properties import LONGEST_BUFFER
from tradepost.stays.quotes import nights_between, stay_of
from tradepost.stays.stamps import NIGHTS


@atomic
def take_nights(*, booking: Booking) -> None:
    """Take the nights of a new booking, and keep those after it empty; all or none.

    Raises DatesTaken, whatever came in between.
    """
    start, end = booking.start_date, booking.end_date
    check_free(booking.property, stay_of(booking), empty_after=booking.buffer_nights)
    _take(booking, list(nights_between(start, end)))
    _keep_empty(booking, end)
    raise_stamp(NIGHTS)


@atomic
def hold_nights(*, change: BookingChange) -> None:
    """Hold the nights that a change needs and its booking does not have, those to be empty after it
    too. Raises DatesTaken."""
    booking, start, end = change.booking, change.start_date, change.end_date
    check_free(
        booking.property,
        stay_of(change),
        empty_after=booking.buffer_nights,
        apart_from=booking.pk,
    )
    own = Night.objects.filter(booking=booking, night__gte=start, night__lt=end)
    own.filter(is_buffer=True).update(is_buffer=False, change=change)
    missing = set(nights_between(start, end)) - set(own.values_list("night", flat=True))
    _take(booking, sorted(missing), change)
    _keep_empty(booking, end, change)
    raise_stamp(NIGHTS)


@atomic
def free_nights(*, booking: Booking) -> None:
    """Give up the nights of a booking that it has no right to: those beyond its stay, or all of
    them once it is canceled.

    What stood behind it takes them over: blocks, and what other stays want empty.
    """
    is_live = booking.status != Booking.Status.CANCELED
    stay = set(nights_between(booking.start_date, booking.end_date)) if is_live else ()
    rows = Night.objects.filter(booking=booking).exclude(night__in=stay, is_buffer=False)
    given_up = list(rows.values_list("night", flat=True))
    rows.delete()
    _refill(booking.property, given_up)
    if is_live:
        _keep_empty(booking, booking.end_date)
    raise_stamp(NIGHTS)


@atomic
def free_block(*, block: Block) -> None:
    """Remove a block and its nights; what stays want empty takes them over."""
    nights = list(block.nights.values_list("night", flat=True))
    place = block.property
    block.delete()
    _refill(place, nights)
    raise_stamp(NIGHTS)


@atomic
def block_nights(*, block: Block) -> None:
    """Take the nights of a block. Raises DatesTaken where there are guests."""
    asked = list(nights_between(block.start_date, block.end_date))
    guests = Night.objects.filter(
        property=block.property, night__in=asked, booking__isnull=False, is_buffer=False
    )
    nights = sorted(guests.values_list("night", flat=True))
    if nights:
        raise DatesTaken(nights=[night.isoformat() for night in nights])
    rows = [_row(block.property, night, block=block) for night in asked]
    insert(rows, unless_taken=["property", "night"])
    raise_stamp(NIGHTS)


def _take(booking: Booking, nights: Sequence[date], change: BookingChange | None = None) -> None:
    place = booking.property
    taken = Night.objects.filter(property=place, night__in=nights).exclude(booking=booking)
    with refusing_duplicates(taken, DatesTaken()):
        insert([_row(place, night, booking=booking, change=change) for night in nights])


def _refill(place: Property, nights: Collection[date]) -> None:
    """Let what is left over nights that have become free take them."""
    if not nights:
        return
    first, last = min(nights), max(nights)
    before = first - timedelta(days=LONGEST_BUFFER)
    stays = Booking.objects.live().filter(property=place, end_date__gt=before, end_date__lte=last)
    rows = [
        _row(place, night, booking=stay, is_buffer=True)
        for stay in stays
        for night in nights_between(stay.end_date, stay.end_date + _buffer(stay))
        if night in nights
    ]
    blocks = Block.objects.filter(property=place, start_date__lte=last, end_date__gt=first)
    rows += [
        _row(place, night, block=block)
        for block in blocks
        for night in nights_between(block.start_date, block.end_date)
        if night in nights
    ]
    # One statement each: of two rows for one night, the first one counts.
    for row in rows:
        insert([row], unless_taken=["property", "night"])


def _keep_empty(booking: Booking, end: date, change: BookingChange | None = None) -> None:
    empty = nights_between(end, end + _buffer(booking))
    rows = [
        _row(booking.property, night, booking=booking, change=change, is_buffer=True)
        for night in empty
    ]
    insert(rows, unless_taken=["property", "night"])


def _buffer(booking: Booking) -> timedelta:
    return timedelta(days=booking.buffer_nights)


def _row(
    place: Property,
    night: date,
    *,
    booking: Booking | None = None,
    change: BookingChange | None = None,
    block: Block | None = None,
    is_buffer: bool = False,
) -> Night:
    return Night(
        property=place,
        night=night,
        booking=booking,
        change=change,
        block=block,
        is_buffer=is_buffer,
    )

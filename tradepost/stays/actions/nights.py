"""Which nights are taken. Whoever writes here has locked the property.

A row says why its night is taken. Reasons have an order: a stay, the empty nights after one, a
block; where a stronger one goes, the next one takes the night over.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Q

from tradepost.accounts.actions.users import lock_account
from tradepost.accounts.models import User
from tradepost.kit.inserts import insert
from tradepost.kit.locks import lock_one
from tradepost.kit.transactions import atomic, refusing_duplicates
from tradepost.stays.errors import DatesTaken
from tradepost.stays.models import Block, Booking, BookingChange, Night, Property
from tradepost.stays.models.properties import LONGEST_BUFFER
from tradepost.stays.quotes import nights_between


def lock_property(property_id: int) -> Property:
    """Lock a place, whoever asks; rows may refer to it meanwhile. Raises NotFound."""
    places = Property.objects.select_related("host").filter(pk=property_id)
    return lock_one(places, weakly=True)


def lock_kept_property(*, keeper: User, property_id: int) -> Property:
    """Lock a place that somebody may change.

    Raises AccountClosed, or NotFound, also for a published one of somebody else: its calendar is
    not theirs to see.
    """
    lock_account(keeper)
    return lock_one(Property.objects.kept_by(keeper).filter(pk=property_id), weakly=True)


def lock_booking(booking_id: int) -> Booking:
    """Lock a booking and then its property, in this order everywhere. Raises NotFound."""
    rows = Booking.objects.select_related("user").filter(pk=booking_id)
    booking = lock_one(rows)
    booking.property = lock_property(booking.property_id)
    return booking


def check_free(  # house: allow A1 because it only reads
    *, place: Property, start: date, end: date, empty_after: int, apart_from: int | None = None
) -> None:
    """Refuse a stay whose nights are taken, or that would leave fewer than ``empty_after`` nights
    empty before the next stay.

    ``apart_from`` is a booking whose own nights do not count. Raises DatesTaken.
    """
    stay = Q(night__gte=start, night__lt=end)
    after = Q(night__gte=end, night__lt=end + timedelta(days=empty_after))
    by_guests = Q(booking__isnull=False, is_buffer=False)
    taken = Night.objects.filter(stay | after & by_guests, property=place)
    if apart_from is not None:
        taken = taken.exclude(booking=apart_from)
    nights = sorted(taken.values_list("night", flat=True))
    if nights:
        raise DatesTaken(nights=[night.isoformat() for night in nights])


@atomic
def take_nights(*, booking: Booking) -> None:
    """Take the nights of a new booking, and keep those after it empty; all or none.

    Raises DatesTaken, whatever came in between.
    """
    start, end = booking.start_date, booking.end_date
    check_free(place=booking.property, start=start, end=end, empty_after=booking.buffer_nights)
    _take(booking, list(nights_between(start, end)))
    _keep_empty(booking, end)


@atomic
def hold_nights(*, change: BookingChange) -> None:
    """Hold the nights that a change needs and its booking does not have, those to be empty after it
    too. Raises DatesTaken."""
    booking, start, end = change.booking, change.start_date, change.end_date
    check_free(
        place=booking.property,
        start=start,
        end=end,
        empty_after=booking.buffer_nights,
        apart_from=booking.pk,
    )
    own = Night.objects.filter(booking=booking, night__gte=start, night__lt=end)
    own.filter(is_buffer=True).update(is_buffer=False, change=change)
    missing = set(nights_between(start, end)) - set(own.values_list("night", flat=True))
    _take(booking, sorted(missing), change)
    _keep_empty(booking, end, change)


@atomic
def free_nights(*, booking: Booking, keep: Collection[date] = ()) -> None:
    """Give up the nights of a booking, and the empty ones after it, but those to ``keep``.

    What stood behind it takes them over: blocks, and what other stays want empty.
    """
    rows = Night.objects.filter(booking=booking).exclude(night__in=keep, is_buffer=False)
    _give_up(booking.property, rows.values_list("night", flat=True), rows_of=booking)
    if keep:
        _keep_empty(booking, max(keep) + timedelta(days=1))


@atomic
def free_block(*, block: Block) -> None:
    """Remove a block and its nights; what stays want empty takes them over."""
    nights = list(block.nights.values_list("night", flat=True))
    place = block.property
    block.delete()
    _refill(place, nights)


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


def _take(booking: Booking, nights: Sequence[date], change: BookingChange | None = None) -> None:
    place = booking.property
    taken = Night.objects.filter(property=place, night__in=nights).exclude(booking=booking)
    with refusing_duplicates(taken, DatesTaken()):
        insert([_row(place, night, booking=booking, change=change) for night in nights])


def _give_up(place: Property, nights: Iterable[date], *, rows_of: Booking) -> None:
    given_up = list(nights)
    Night.objects.filter(booking=rows_of, night__in=given_up).delete()
    _refill(place, given_up)


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

"""The search and the booking agree on what can be booked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import make_user
from tradepost.kit.http.keyset import Place
from tradepost.stays.cells import Bounds
from tradepost.stays.checks import check_free, check_stay
from tradepost.stays.errors import DateOutOfReach, DatesTaken, StayLength, TooManyGuests
from tradepost.stays.found import read_found
from tradepost.stays.models import Night, Property
from tradepost.stays.queries.wishes import Wish, question_of
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import make_booking, make_host, make_property

DAY = timedelta(days=1)
FIRST = date(2027, 3, 3)
ZONES = ("Etc/GMT+12", "America/New_York", "Europe/Lisbon", "Asia/Tokyo", "Pacific/Kiritimati")
WORLD = Bounds(-180, -90, 180, 90)

pytestmark = pytest.mark.django_db


def takes(place: Property, wish: Wish, now: datetime) -> bool:
    """Whether the stay could be booked, as the actions of bookings judge it."""
    stay = Stay(start_date=wish.start, end_date=wish.end, guests=wish.guests)
    try:
        check_stay(place, stay, now=now)
        check_free(place, stay, empty_after=place.buffer_nights)
    except (DateOutOfReach, StayLength, TooManyGuests, DatesTaken):
        return False
    return True


def found(wish: Wish, now: datetime) -> set[int]:
    question = question_of(wish=wish, now=now)
    return {row[0] for row in read_found(question, ("-id",), Place(), size=100).rows}


places = st.fixed_dictionaries(
    {
        "time_zone": st.sampled_from(ZONES),
        "lead_days": st.integers(0, 4),
        "buffer_nights": st.integers(0, 3),
        "minimum_nights": st.integers(1, 3),
        "capacity": st.integers(1, 3),
    }
)
nights = st.lists(
    st.sampled_from(["free", "free", "free", "stay", "gap", "block"]), min_size=9, max_size=9
)


def take_nights(place: Property, kinds: list[str]) -> None:
    """Take nights from ``FIRST`` on, each for the reason that is named."""
    guest = make_user(f"guest-of-{place.pk}")
    booking = make_booking(place, guest, FIRST - 30 * DAY, nights=1)
    block = place.blocks.create(start_date=FIRST, end_date=FIRST + DAY)
    for number, kind in enumerate(kinds):
        of_booking = {"booking": booking, "is_buffer": kind == "gap"}
        reason = {"block": block} if kind == "block" else of_booking
        if kind != "free":
            Night.objects.create(property=place, night=FIRST + number * DAY, **reason)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    some=st.lists(st.tuples(places, nights), min_size=8, max_size=8),
    hour=st.integers(0, 23),
    today=st.integers(-2, 0),
    guests=st.integers(1, 2),
    bounds=st.sampled_from([None, WORLD]),
)
def test_what_is_found_is_what_can_be_booked(db, some, hour, today, guests, bounds):
    now = datetime(2027, 3, 3, hour, 30, tzinfo=UTC) + today * DAY
    wishes = [
        Wish(start=start, end=start + length * DAY, guests=guests, bounds=bounds)
        for start in (FIRST + first * DAY for first in range(-1, 8))
        for length in (1, 3)
        if start >= now.date()
    ]

    with transaction.atomic():
        host = make_host("hanna")
        made = [make_property(host, **fields) for fields, _ in some]
        for place, (_, kinds) in zip(made, some, strict=True):
            take_nights(place, kinds)
        bookable = [{place.pk for place in made if takes(place, wish, now)} for wish in wishes]
        shown = [found(wish, now) for wish in wishes]
        transaction.set_rollback(True)

    assert shown == bookable

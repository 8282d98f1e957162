"""What the search shows can be booked, and what it does not show cannot: both say the same."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import make_user
from tradepost.kit import clock
from tradepost.kit.errors import DomainError
from tradepost.stays.actions.bookings import book_stay
from tradepost.stays.actions.calendar import block_dates
from tradepost.stays.checks import check_free, check_stay
from tradepost.stays.errors import DatesTaken
from tradepost.stays.queries.calendar import is_free
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import make_host, make_property

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ZONES = ["Pacific/Kiritimati", "Europe/Lisbon", "America/Los_Angeles", "Pacific/Pago_Pago"]


def make_places(dice: random.Random) -> list:
    """Make places of all kinds, and fill their calendars."""
    host = make_host()
    places = [
        make_property(
            host,
            time_zone=dice.choice(ZONES),
            capacity=dice.randint(1, 4),
            minimum_nights=dice.randint(1, 3),
            maximum_nights=dice.randint(3, 9),
            lead_days=dice.choice([0, 0, 1, 2, 5]),
            buffer_nights=dice.choice([0, 0, 1, 2, 3]),
        )
        for _ in range(12)
    ]
    today = timezone.now().date()
    for place in places:
        guest = make_user(f"guest{place.pk}")  # nobody may have many that are not paid
        for _ in range(4):
            start = today + dice.randint(0, 25) * DAY
            end = start + dice.randint(1, 4) * DAY
            try:
                if dice.random() < 0.3:
                    block_dates(
                        host=host, property_id=place.pk, start_date=start, end_date=end,
                        now=clock.now(),
                    )  # fmt: skip
                else:
                    stay = Stay(start_date=start, end_date=end, guests=1)
                    book_stay(guest=guest, property_id=place.pk, stay=stay, now=clock.now())
            except DomainError:
                continue  # it did not fit
    return places


def can_be_booked(place, stay: Stay) -> bool:
    start, end = stay.start_date, stay.end_date
    try:
        check_stay(place, stay, now=clock.now())
        check_free(place, stay, empty_after=place.buffer_nights)
    except DatesTaken:
        assert not is_free(place, start, end)
        return False
    except DomainError:
        return False
    assert is_free(place, start, end)
    return True


@pytest.mark.parametrize("seed", range(4))
def test_the_search_and_the_booking_agree(api, seed):
    dice = random.Random(seed)
    places = make_places(dice)
    today = timezone.now().date()
    seen: set[bool] = set()
    for _ in range(60):
        start = today + dice.randint(0, 28) * DAY
        end = start + dice.randint(1, 8) * DAY
        stay = Stay(start_date=start, end_date=end, guests=dice.randint(1, 4))
        query = {"from": str(start), "to": str(end), "guests": stay.guests}
        found = api().get("/api/v1/properties/", query).json()["results"]
        shown = {row["id"] for row in found}
        assert shown == {place.pk for place in places if can_be_booked(place, stay)}, stay
        seen |= {bool(shown)}
    assert True in seen

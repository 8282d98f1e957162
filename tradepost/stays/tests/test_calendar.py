"""Blocked dates and seasons, for those who keep a place."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tradepost.kit.errors import NotFound
from tradepost.stays.actions.calendar import (
    add_season,
    block_dates,
    change_season,
    delete_season,
    unblock_dates,
)
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.errors import DatesTaken, EndsBeforeStart, SeasonsOverlap
from tradepost.stays.models import Block, Night, Season
from tradepost.stays.tests.factories import NOW, make_property
from tradepost.stays.tests.test_bookings import START, book, nights_of, stay
from tradepost.stays.tests.test_cancellations import findings

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def block(place, first: int, nights: int, host=None) -> Block:
    return block_dates(
        host=host or place.host,
        property_id=place.pk,
        start_date=START + first * DAY,
        end_date=START + (first + nights) * DAY,
        reason="painting",
        now=NOW,
    )


def season(place, first: int, days: int, **fields) -> Season:
    dates = {"start_date": START + first * DAY, "end_date": START + (first + days) * DAY}
    return add_season(
        host=place.host, property_id=place.pk, fields={"price": "50.00", **dates, **fields}
    )


def days(first: int, nights: int) -> list[date]:
    return [START + number * DAY for number in range(first, first + nights)]


def test_blocks_take_nights_and_give_them_back():
    place = make_property()
    blocked = block(place, 0, 3)
    assert nights_of(place) == days(0, 3)
    unblock_dates(host=place.host, property_id=place.pk, block_id=blocked.pk)
    assert nights_of(place) == []


def test_where_guests_stay_nothing_is_blocked(ann):
    place = make_property()
    book(ann, place)
    with pytest.raises(DatesTaken) as refused:
        block(place, 2, 3)
    assert refused.value.details["nights"] == ["2027-04-07"]
    assert not Block.objects.exists()


def test_blocks_may_overlap_and_a_night_is_free_when_all_are_gone():
    place = make_property()
    one, two = block(place, 0, 3), block(place, 2, 3)
    unblock_dates(host=place.host, property_id=place.pk, block_id=one.pk)
    assert nights_of(place) == days(2, 3)
    assert findings() == []
    unblock_dates(host=place.host, property_id=place.pk, block_id=two.pk)
    assert nights_of(place) == []


def test_under_empty_nights_a_block_waits_until_they_go(ann):
    place = make_property(buffer_nights=2)
    booking = book(ann, place)
    block(place, 3, 1)
    cancel_booking(actor=ann, booking_id=booking.pk, now=NOW)
    assert nights_of(place) == days(3, 1)
    assert findings() == []


def test_under_a_block_empty_nights_wait_until_it_goes(ann):
    place = make_property(buffer_nights=2)
    blocked = block(place, 3, 1)
    book(ann, place)
    unblock_dates(host=place.host, property_id=place.pk, block_id=blocked.pk)
    assert nights_of(place) == days(0, 5)
    assert findings() == []


def test_a_stay_that_is_canceled_leaves_the_empty_nights_of_the_one_before(ann, bob):
    place = make_property(buffer_nights=2)
    book(ann, place)
    later = book(bob, place, stay(2, START + 5 * DAY))
    cancel_booking(actor=bob, booking_id=later.pk, now=NOW)
    assert nights_of(place) == days(0, 5)
    assert findings() == []


def test_only_who_keeps_a_place_blocks_it(ann):
    place = make_property()
    with pytest.raises(NotFound):
        block(place, 0, 1, host=ann)
    blocked = block(place, 0, 1)
    with pytest.raises(NotFound):
        unblock_dates(host=ann, property_id=place.pk, block_id=blocked.pk)
    other = make_property()
    with pytest.raises(NotFound):
        unblock_dates(host=other.host, property_id=other.pk, block_id=blocked.pk)


def test_a_block_ends_after_it_starts():
    with pytest.raises(EndsBeforeStart):
        block(make_property(), 0, 0)


def test_seasons_may_be_adjacent_and_do_not_overlap():
    place = make_property()
    first = season(place, 0, 10)
    season(place, 10, 5)
    with pytest.raises(SeasonsOverlap):
        season(place, 9, 2)
    with pytest.raises(SeasonsOverlap):
        change_season(
            host=place.host,
            property_id=place.pk,
            season_id=first.pk,
            changes={"end_date": START + 11 * DAY},
        )
    assert Season.objects.count() == 2


def test_the_database_itself_keeps_seasons_apart():
    place = make_property()
    season(place, 0, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Season.objects.create(
            property=place, start_date=START + DAY, end_date=START + 3 * DAY, price="9.00"
        )


def test_the_database_itself_gives_no_nights_to_canceled_stays(ann):
    place = make_property()
    booking = book(ann, place)
    cancel_booking(actor=ann, booking_id=booking.pk, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Night.objects.create(property=place, night=START, booking=booking)


def test_a_season_changes_what_is_booked_from_now_on(ann, bob):
    place = make_property()
    before = book(ann, place)
    found = season(place, 0, 30)
    after = book(bob, place, stay(2, START + 10 * DAY))
    assert (before.total, after.total) == (300, 100)
    delete_season(host=place.host, property_id=place.pk, season_id=found.pk)
    assert book(bob, place, stay(2, START + 20 * DAY)).total == 200

"""Other dates or guests for a stay that is confirmed, and what that costs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tradepost.kit.errors import NotFound
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.stays.actions.bookings import accept_booking
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.changes import agree_to_change, ask_for_change, end_change
from tradepost.stays.actions.timers import expire_holds
from tradepost.stays.errors import (
    BookingNotConfirmed,
    ChangeOpen,
    DateOutOfReach,
    DatesTaken,
    NoOpenChange,
    NothingChanges,
    TooManyGuests,
    TotalChanged,
)
from tradepost.stays.models import BookingChange, Night, PriceLine
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import NOW, make_property
from tradepost.stays.tests.money import paid, pay, started
from tradepost.stays.tests.test_bookings import START, book, nights_of, stay
from tradepost.stays.tests.test_cancellations import confirmed, findings

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def change(actor, booking, wanted: Stay, now=NOW, **options) -> BookingChange:
    asked = ask_for_change(actor=actor, booking_id=booking.pk, stay=wanted, now=now, **options)
    run_due_jobs()
    booking.refresh_from_db()
    asked.refresh_from_db()
    return asked


def days(first: int, nights: int) -> list:
    return [START + number * DAY for number in range(first, first + nights)]


def test_a_longer_stay_holds_its_nights_until_the_difference_is_paid(ann):
    place = make_property()
    booking = confirmed(ann, place)

    asked = change(ann, booking, stay(5))
    assert (asked.state, asked.total, booking.count_nights()) == ("unpaid", Decimal("500.00"), 3)
    assert nights_of(place) == days(0, 5)

    payment = pay(booking, ann, NOW)
    assert payment.amount == Decimal("200.00")
    assert (booking.count_nights(), booking.total) == (5, Decimal("500.00"))
    assert (paid(booking), nights_of(place), findings()) == (500, days(0, 5), [])
    assert BookingChange.objects.get().state == "done"


def test_a_change_that_is_not_paid_in_time_leaves_everything_as_it_was(ann, bob):
    place = make_property()
    booking = confirmed(ann, place)
    asked = change(ann, booking, stay(5, START + DAY))
    assert nights_of(place) == days(0, 6)

    assert expire_holds(now=asked.hold_until) == 1
    booking.refresh_from_db()
    assert (booking.start_date, booking.count_nights(), paid(booking)) == (START, 3, 300)
    assert (nights_of(place), findings()) == (days(0, 3), [])
    assert book(bob, place, stay(2, START + 3 * DAY))


def test_money_for_a_change_that_expired_comes_back(ann):
    booking = confirmed(ann, make_property())
    asked = change(ann, booking, stay(5))
    started(booking, ann, NOW)
    expire_holds(now=asked.hold_until)
    assert paid(booking) == Decimal("300.00")


def test_a_stay_that_costs_the_same_moves_at_once(ann):
    place = make_property()
    booking = confirmed(ann, place)
    assert change(ann, booking, stay(3, START + 2 * DAY)).state == "done"
    assert (booking.start_date, nights_of(place)) == (START + 2 * DAY, days(2, 3))
    assert booking.starts_at == place.moment(START + 2 * DAY, place.check_in_time)


def test_early_enough_a_shorter_stay_gives_the_difference_back(ann):
    place = make_property()
    booking = confirmed(ann, place)
    change(ann, booking, stay(2))
    assert (booking.total, paid(booking), nights_of(place)) == (200, 200, days(0, 2))


def test_later_part_of_the_difference_is_kept_and_has_a_line(ann):
    booking = confirmed(ann, make_property())
    change(ann, booking, stay(1), booking.starts_at - DAY)
    kept = booking.lines.get(kind=PriceLine.Kind.KEPT)
    assert (kept.amount, booking.total, paid(booking)) == (100, 200, 200)
    assert findings() == []


def test_what_was_kept_is_kept_in_later_changes_too(ann):
    booking = confirmed(ann, make_property())
    late = booking.starts_at - DAY
    change(ann, booking, stay(2), late)  # 50 of the 100 are kept
    change(ann, booking, stay(3), late)
    pay(booking, ann, late)
    assert (booking.total, paid(booking)) == (Decimal("350.00"), Decimal("350.00"))


def test_the_host_is_asked_where_stays_are_booked_on_request(ann):
    place = make_property(is_instant=False)
    booking = confirmed_on_request(ann, place)
    asked = change(ann, booking, stay(3, START + DAY))
    assert (asked.state, booking.start_date) == ("asked", START)
    with pytest.raises(NoOpenChange):
        agree_to_change(actor=ann, booking_id=booking.pk, now=NOW)
    agree_to_change(actor=place.host, booking_id=booking.pk, now=NOW)
    booking.refresh_from_db()
    assert booking.start_date == START + DAY


def confirmed_on_request(guest, place):
    booking = book(guest, place)
    accept_booking(host=place.host, booking_id=booking.pk, now=NOW)
    pay(booking, guest, NOW)
    return booking


def test_a_host_who_wants_other_dates_needs_the_guest_and_gives_back_everything(ann):
    place = make_property(cancellation_policy="strict")
    booking = confirmed(ann, place)
    late = booking.starts_at - DAY
    assert change(place.host, booking, stay(2), late).state == "asked"
    agree_to_change(actor=ann, booking_id=booking.pk, now=late)
    assert paid(booking) == Decimal("200.00")


@pytest.mark.parametrize(("who", "state"), [("guest", "withdrawn"), ("host", "declined")])
def test_either_side_may_end_it(ann, who, state):
    place = make_property(is_instant=False)
    booking = confirmed_on_request(ann, place)
    change(ann, booking, stay(6))
    end_change(actor=ann if who == "guest" else place.host, booking_id=booking.pk, now=NOW)
    assert BookingChange.objects.get().state == state
    assert (nights_of(place), findings()) == (days(0, 3), [])


def test_there_is_one_at_a_time(ann):
    booking = confirmed(ann, make_property())
    change(ann, booking, stay(5))
    with pytest.raises(ChangeOpen):
        change(ann, booking, stay(4))


def test_canceling_ends_an_open_change(ann):
    place = make_property()
    booking = confirmed(ann, place)
    change(ann, booking, stay(5))
    cancel_booking(actor=ann, booking_id=booking.pk, now=NOW)
    assert BookingChange.objects.get().state == "withdrawn"
    assert not Night.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (stay(3), NothingChanges),
        (stay(3, guests=9), TooManyGuests),
        (stay(3, NOW.date() - DAY), DateOutOfReach),
    ],
)
def test_what_the_place_does_not_take_is_refused(ann, wanted, refusal):
    booking = confirmed(ann, make_property())
    with pytest.raises(refusal):
        change(ann, booking, wanted)


def test_nights_of_others_are_theirs(ann, bob):
    place = make_property()
    booking = confirmed(ann, place)
    book(bob, place, stay(2, START + 4 * DAY))
    with pytest.raises(DatesTaken):
        change(ann, booking, stay(5))
    assert not BookingChange.objects.exists()


def test_the_empty_nights_move_with_the_stay(ann, bob):
    place = make_property(buffer_nights=2)
    booking = confirmed(ann, place)
    change(ann, booking, stay(3, START + DAY))
    assert nights_of(place) == days(1, 5)
    assert findings() == []


def test_the_total_that_was_shown_is_asked_for(ann):
    booking = confirmed(ann, make_property())
    with pytest.raises(TotalChanged):
        change(ann, booking, stay(5), expected_total=Decimal("1.00"))


def test_only_what_is_confirmed_and_has_not_begun_changes(ann, bob):
    place = make_property()
    with pytest.raises(BookingNotConfirmed):
        change(ann, book(ann, place), stay(5))
    booking = confirmed(bob, place, stay(2, START + 20 * DAY))
    with pytest.raises(BookingNotConfirmed):
        change(bob, booking, stay(3, START + 20 * DAY), booking.starts_at)
    with pytest.raises(NotFound):
        change(ann, booking, stay(3))

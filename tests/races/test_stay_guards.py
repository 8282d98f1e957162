"""The races for nights are real: the locks of bookings and places are taken out, and the last line
of defence has to refuse."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from tests.races.test_guards import (
    FOR_SURE_SECONDS,
    LONG_ENOUGH_SECONDS,
    Meeting,
    both,
    kinds_of,
    meet_before,
    without_row_locks,
)
from tradepost.accounts.models import User
from tradepost.payments.models import Refund
from tradepost.stays.actions import bookings, cancellations, nights
from tradepost.stays.errors import BookingNotOpen, DatesTaken
from tradepost.stays.models import Booking, Night, Property
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import make_property
from tradepost.stays.tests.money import pay

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite",
        reason="SQLite has one writer at a time; the guard there is BEGIN IMMEDIATE",
    ),
]


@pytest.fixture
def meeting() -> Meeting:
    return Meeting(LONG_ENOUGH_SECONDS)


@pytest.fixture
def sure_meeting() -> Meeting:
    return Meeting(FOR_SURE_SECONDS)


@pytest.fixture
def two_guests_of_one_night(ann, bob):
    place, now = make_property(), timezone.now()
    start = place.today(now) + timedelta(days=40)
    stay = Stay(start_date=start, end_date=start + timedelta(days=1), guests=1)

    def ask(guest):
        return lambda: bookings.book_stay(guest=guest, property_id=place.pk, stay=stay, now=now)

    return ask(ann), ask(bob)


def test_the_locks_of_a_booking_keep_two_guests_of_one_night_apart(
    monkeypatch, meeting, two_guests_of_one_night
):
    meet_before(monkeypatch, nights, "_take", meeting)

    outcomes = both(*two_guests_of_one_night)

    assert not meeting.met
    assert kinds_of(outcomes) == {Booking, DatesTaken}


def test_without_the_locks_the_constraint_lets_one_have_the_night_and_tells_the_other(
    monkeypatch, sure_meeting, two_guests_of_one_night
):
    without_row_locks(monkeypatch, Property, User)
    meet_before(monkeypatch, nights, "_take", sure_meeting)

    outcomes = both(*two_guests_of_one_night)

    assert sure_meeting.met
    assert kinds_of(outcomes) == {Booking, DatesTaken}
    assert Night.objects.count() == Booking.objects.count() == 1


def test_without_the_word_for_it_what_the_constraint_says_is_no_answer(
    monkeypatch, sure_meeting, two_guests_of_one_night
):
    without_row_locks(monkeypatch, Property, User)
    monkeypatch.setattr(nights, "refusing_duplicates", lambda taken, error: nullcontext())
    meet_before(monkeypatch, nights, "_take", sure_meeting)

    outcomes = both(*two_guests_of_one_night)

    assert sure_meeting.met
    assert kinds_of(outcomes) == {Booking, IntegrityError}


@pytest.fixture
def two_cancellations_of_a_stay(ann):
    place, now = make_property(), timezone.now()
    start = place.today(now) + timedelta(days=40)
    stay = Stay(start_date=start, end_date=start + timedelta(days=1), guests=1)
    booking = bookings.book_stay(guest=ann, property_id=place.pk, stay=stay, now=now)
    pay(booking, ann, now)

    def cancel() -> Booking:
        return cancellations.cancel_booking(actor=ann, booking_id=booking.pk, now=now)

    return cancel, cancel


def test_the_bookings_lock_keeps_two_cancellations_apart(
    monkeypatch, meeting, two_cancellations_of_a_stay
):
    meet_before(monkeypatch, cancellations, "end_booking", meeting)

    outcomes = both(*two_cancellations_of_a_stay)

    assert not meeting.met
    assert kinds_of(outcomes) == {Booking, BookingNotOpen}
    assert Refund.objects.count() == 1


def test_without_the_bookings_lock_a_stay_is_canceled_twice(
    monkeypatch, sure_meeting, two_cancellations_of_a_stay
):
    without_row_locks(monkeypatch, Booking, Property)
    meet_before(monkeypatch, cancellations, "end_booking", sure_meeting)

    outcomes = both(*two_cancellations_of_a_stay)

    assert sure_meeting.met
    assert BookingNotOpen not in kinds_of(outcomes)

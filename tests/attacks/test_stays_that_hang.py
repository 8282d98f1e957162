"""Stays that somebody could leave hanging: unpaid, unanswered, or with nobody at the other end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tradepost.accounts.actions.blocks import block_person
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.kit.audit import find_faults, list_invariants
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.payments.models import Refund
from tradepost.payments.tests.factories import REFUND_FAILS
from tradepost.stays.actions.bookings import accept_booking, book_stay
from tradepost.stays.actions.calendar import block_dates
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.changes import ask_for_change, end_change
from tradepost.stays.actions.properties import change_property
from tradepost.stays.actions.timers import complete_stays, expire_holds
from tradepost.stays.errors import DatesTaken, NotForYou, TooManyPending
from tradepost.stays.limits import Bookings, Changes, Questions
from tradepost.stays.models import Booking, Night, Property
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import NOW, make_property
from tradepost.stays.tests.money import pay, started

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = NOW.date() + 40 * DAY
MANY = 10


@pytest.fixture(autouse=True)
def excused() -> Iterator[set[str]]:
    """Every invariant holds afterwards, but those that a test excuses."""
    excused: set[str] = set()
    yield excused
    assert find_faults({invariant.name for invariant in list_invariants()} - excused) == []


def book(guest, place, start=START, nights=2, now=NOW) -> Booking:
    stay = Stay(start_date=start, end_date=start + nights * DAY, guests=1)
    return book_stay(guest=guest, property_id=place.pk, stay=stay, now=now)


def run_jobs(most: int = MANY) -> int:
    """Run jobs as if their time had come, until none is left or so often; return how often."""
    for turn in range(most):
        if not Job.objects.filter(state=Job.State.WAITING).exists():
            return turn
        Job.objects.filter(state=Job.State.WAITING).update(run_at=timezone.now())
        run_due_jobs()
    return most


# --- holding nights that one does not pay -----------------------------------------------------


def test_nobody_holds_all_nights_of_a_place_without_paying(ann):
    place = make_property()
    held = [book(ann, place, START + n * 3 * DAY) for n in range(5)]

    with pytest.raises(TooManyPending):
        book(ann, place, START + 60 * DAY)
    assert Booking.objects.count() == 5

    pay(held[0], ann, NOW)
    assert book(ann, place, START + 60 * DAY)


def test_what_has_expired_holds_nothing_and_does_not_count(ann):
    place = make_property()
    for n in range(5):
        book(ann, place, START + n * 3 * DAY)
    later = NOW + timedelta(hours=1)
    expire_holds(now=later)

    assert book(ann, place, now=later)
    assert Night.objects.count() == 2


@pytest.mark.parametrize(
    ("limit", "path", "body"),
    [
        (Bookings, "bookings/", {}),
        (Changes, "bookings/{booking}/change/", {}),
        (Questions, "properties/{place}/conversation/", {}),
    ],
)
def test_who_knocks_too_often_is_told_to_wait(api, ann, settings, monkeypatch, limit, path, body):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(limit, "most", 1)
    place = make_property()
    booking = book(ann, place)
    address = "/api/v1/" + path.format(booking=booking.pk, place=place.pk)

    answers = [api(ann).post(address, body) for _ in range(2)]

    assert answers[0].status_code != 429
    assert answers[1].status_code == 429


def test_a_change_that_is_looked_at_or_taken_back_is_no_knock(api, ann, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(Changes, "most", 0)
    booking = book(ann, make_property())
    pay(booking, ann, NOW)

    answers = [
        getattr(api(ann), method)(f"/api/v1/bookings/{booking.pk}/change/").status_code
        for method in ("get", "delete")
    ]

    assert answers == [400, 409]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-04-01", "2227-04-01"),
        ("9999-12-30", "9999-12-31"),
        ("0001-01-01", "0001-01-05"),
        ("0001-01-01", "2027-04-01"),
        ("2027-02-20", "2027-03-01"),
    ],
)
def test_a_place_is_closed_only_for_nights_that_could_be_booked(api, time_machine, start, end):
    time_machine.move_to(NOW)
    place = make_property()

    answer = api(place.host).post(
        f"/api/v1/properties/{place.pk}/blocks/", {"start_date": start, "end_date": end}
    )

    assert answer.status_code == 400
    assert {"start_date", "end_date"} & answer.json().keys()
    assert not Night.objects.exists()


# --- money ------------------------------------------------------------------------------------


def test_money_that_is_held_after_the_host_agreed_is_taken(ann):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    payment = started(booking, ann, NOW)

    accept_booking(host=place.host, booking_id=booking.pk, now=NOW)
    run_jobs()

    booking.refresh_from_db()
    payment.refresh_from_db()
    assert (booking.status, payment.status) == ("confirmed", "succeeded")


def test_a_refund_that_fails_is_not_asked_for_without_an_end(ann, excused):
    booking = book(ann, make_property())
    pay(booking, ann, NOW, REFUND_FAILS)
    cancel_booking(actor=ann, booking_id=booking.pk, now=NOW)

    assert run_jobs() < MANY
    assert list(Refund.objects.values_list("status", flat=True)) == ["failed"]
    assert find_faults({"stays.payments"}) != []  # the money is with us: somebody has to act
    excused.add("stays.payments")


# --- nights -----------------------------------------------------------------------------------


@pytest.fixture
def asked(ann):
    """A stay that its guest wants to be longer; the host has not agreed."""
    place = make_property(buffer_nights=2, is_instant=False)
    booking = book(ann, place)
    accept_booking(host=place.host, booking_id=booking.pk, now=NOW)
    pay(booking, ann, NOW)
    longer = Stay(start_date=START, end_date=START + 4 * DAY, guests=1)
    ask_for_change(actor=ann, booking_id=booking.pk, stay=longer, now=NOW)
    return booking


@pytest.mark.parametrize("gap", [0, 1])
def test_the_nights_after_a_longer_stay_are_held_empty_too(asked, bob, gap):
    with pytest.raises(DatesTaken):
        book(bob, asked.property, START + (4 + gap) * DAY)


def test_they_are_free_again_when_nothing_comes_of_it(asked, ann, bob):
    end_change(actor=ann, booking_id=asked.pk, now=NOW)

    assert book(bob, asked.property, START + 4 * DAY)


# --- somebody leaves --------------------------------------------------------------------------


@pytest.mark.parametrize("leaves", ["guest", "host"])
def test_what_is_pending_ends_with_either_account_on_its_first_day_too(ann, time_machine, leaves):
    evening = datetime(2027, 3, 1, 20, tzinfo=UTC)  # check-in was at three
    time_machine.move_to(evening)
    place = make_property()
    booking = book(ann, place, evening.date(), now=evening)

    close_account(user=ann if leaves == "guest" else place.host)

    booking.refresh_from_db()
    assert booking.status == "canceled"
    assert not Night.objects.exists()


@pytest.mark.django_db(transaction=True)  # words are taken out of an index outside of any
@pytest.mark.parametrize("leaves", ["guest", "host"])
def test_a_stay_that_ends_without_one_of_them_tells_the_other_alone(ann, time_machine, leaves):
    place = make_property()
    booking = book(ann, place)
    pay(booking, ann, NOW)
    time_machine.move_to(booking.starts_at + DAY)
    close_account(user=ann if leaves == "guest" else place.host)

    assert complete_stays(now=booking.ends_at) == 1
    run_jobs()


def test_what_was_forgotten_with_an_account_is_not_written_again():
    place = make_property()
    host = place.host
    close_account(user=host)

    with pytest.raises(AccountClosed):
        change_property(
            editor=host, property_id=place.pk, changes={"name": "Back", "status": "published"}
        )
    with pytest.raises(AccountClosed):
        block_dates(
            host=host, property_id=place.pk, start_date=START, end_date=START + DAY,
            reason="private", now=NOW,
        )  # fmt: skip
    assert Property.objects.public().count() == 0


# --- somebody does not want the other ---------------------------------------------------------


def test_whom_the_host_blocks_can_ask_nothing(api, ann):
    place = make_property()
    block_person(blocker=place.host, person_id=ann.pk)

    answer = api(ann).post(f"/api/v1/properties/{place.pk}/conversation/")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_for_you")


def test_a_block_after_the_booking_leaves_the_stay_and_its_end_alone(ann):
    place = make_property()
    booking = book(ann, place)
    block_person(blocker=place.host, person_id=ann.pk)
    block_person(blocker=ann, person_id=place.host.pk)
    pay(booking, ann, NOW)
    assert booking.status == "confirmed"

    cancel_booking(actor=place.host, booking_id=booking.pk, now=NOW)
    run_jobs()

    with pytest.raises(NotForYou):
        book(ann, place)

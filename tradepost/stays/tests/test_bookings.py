"""Booking a stay: what is asked, what is held, what it costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.accounts.models import Block as BlockedPerson
from tradepost.kit.errors import NotFound, Refused
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.messaging.models import Message
from tradepost.notifications.models import Notification
from tradepost.stays.actions.bookings import (
    accept_booking,
    book_stay,
    decline_booking,
)
from tradepost.stays.actions.calendar import add_season, block_dates
from tradepost.stays.errors import (
    BadQuote,
    BookingNotPending,
    DateOutOfReach,
    DatesTaken,
    EndsBeforeStart,
    NotForYou,
    OwnPlace,
    StayLength,
    TakesNoPayment,
    TooManyGuests,
    TotalChanged,
)
from tradepost.stays.models import Booking, Night, Property
from tradepost.stays.queries.offers import quote_stay
from tradepost.stays.quotes import Stay, sign_quote
from tradepost.stays.tests.factories import NOW, make_property
from tradepost.stays.tests.money import BAD_CARD, paid, pay

pytestmark = pytest.mark.django_db
START = date(2027, 4, 5)  # a Monday


def stay(nights: int = 3, start: date = START, guests: int = 1) -> Stay:
    return Stay(start_date=start, end_date=start + timedelta(days=nights), guests=guests)


def book(guest, place, wanted=None, **options) -> Booking:
    options.setdefault("now", NOW)
    return book_stay(guest=guest, property_id=place.pk, stay=wanted or stay(), **options)


def nights_of(place: Property) -> list[date]:
    rows = Night.objects.filter(property=place).order_by("night")
    return list(rows.values_list("night", flat=True))


# --- at once ----------------------------------------------------------------------------------


def test_a_stay_is_pending_until_it_is_paid(ann):
    place = make_property()
    booking = book(ann, place)

    assert booking.status == "pending"
    assert booking.hold_until == NOW + timedelta(minutes=30)
    assert (booking.total, booking.currency) == (Decimal("300.00"), "USD")
    assert nights_of(place) == [START + timedelta(days=n) for n in range(3)]

    pay(booking, ann, NOW)
    assert booking.status == "confirmed"
    assert booking.confirmed_at is not None
    assert paid(booking) == Decimal("300.00")
    assert list(booking.events.values_list("kind", flat=True)) == ["placed", "confirmed"]


def test_a_payment_that_fails_leaves_the_nights_held(ann):
    place = make_property()
    booking = book(ann, place)
    pay(booking, ann, NOW, BAD_CARD)

    assert booking.status == "pending"
    assert len(nights_of(place)) == 3
    assert booking.events.last().kind == "payment_failed"
    pay(booking, ann, NOW)
    assert booking.status == "confirmed"


def test_part_of_the_price_confirms_nothing(ann):
    from tradepost.payments.actions.payments import start_payment

    booking = book(ann, make_property())
    start_payment(
        payer=ann, payable="booking", pk=booking.pk, provider=None,
        payment_method="4242424242424242", amount=Decimal("100.00"), now=NOW,
    )  # fmt: skip
    run_due_jobs()
    booking.refresh_from_db()
    assert (booking.status, paid(booking)) == ("pending", Decimal("100.00"))
    pay(booking, ann, NOW)
    assert (booking.status, paid(booking)) == ("confirmed", Decimal("300.00"))


def test_what_is_free_is_confirmed_at_once(ann):
    place = make_property(weekly_discount=Decimal("100.00"))
    booking = book(ann, place, stay(7))
    assert (booking.total, booking.status) == (Decimal("0.00"), "confirmed")


def test_dates_and_moments_are_those_of_the_place(ann):
    place = make_property(time_zone="Pacific/Auckland")  # twelve hours ahead, on Sunday no more
    booking = book(ann, place, stay(2, date(2027, 4, 3)))  # clocks go back on the 4th
    assert booking.starts_at.isoformat() == "2027-04-03T02:00:00+00:00"
    assert booking.ends_at.isoformat() == "2027-04-04T23:00:00+00:00"
    assert booking.count_nights() == 2


def test_the_night_of_a_clock_change_is_one_night(ann):
    place = make_property(time_zone="Europe/Lisbon")  # clocks go forward on 28 March
    booking = book(ann, place, stay(1, date(2027, 3, 27)))
    assert booking.total == Decimal("100.00")
    assert (booking.ends_at - booking.starts_at) == timedelta(hours=19)


# --- on request -------------------------------------------------------------------------------


def test_a_request_waits_for_the_host_and_then_for_its_payment(ann):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    assert booking.awaits_host()
    assert booking.hold_until == NOW + timedelta(hours=24)

    later = NOW + timedelta(hours=3)
    booking = accept_booking(host=place.host, booking_id=booking.pk, now=later)
    assert (booking.status, booking.hold_until) == ("pending", later + timedelta(hours=24))
    pay(booking, ann, later)
    assert booking.status == "confirmed"


def test_money_for_a_request_is_held_and_taken_when_the_host_agrees(ann):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    payment = pay(booking, ann, NOW)
    assert (payment.status, paid(booking), booking.status) == ("authorized", 0, "pending")

    accept_booking(host=place.host, booking_id=booking.pk, now=NOW)
    assert paid(booking) == Decimal("300.00")
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_request_that_is_declined_gives_nights_and_money_back(ann):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    payment = pay(booking, ann, NOW)
    decline_booking(host=place.host, booking_id=booking.pk, now=NOW)
    run_due_jobs()

    booking.refresh_from_db()
    payment.refresh_from_db()
    assert (booking.status, booking.canceled_by, booking.kept) == ("canceled", place.host, 0)
    assert payment.status == "canceled"
    assert nights_of(place) == []


@pytest.mark.parametrize("answer", [accept_booking, decline_booking])
def test_only_the_host_answers_and_only_once(ann, bob, answer):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    with pytest.raises(Refused):
        answer(host=ann, booking_id=booking.pk, now=NOW)
    with pytest.raises(NotFound):
        answer(host=bob, booking_id=booking.pk, now=NOW)
    answer(host=place.host, booking_id=booking.pk, now=NOW)
    with pytest.raises(BookingNotPending):
        answer(host=place.host, booking_id=booking.pk, now=NOW)


# --- who and what -----------------------------------------------------------------------------


def test_a_draft_is_not_there_not_even_for_who_sees_it(ann):
    place = make_property(status="draft")
    with pytest.raises(NotFound):
        book(ann, place)


def test_hosts_do_not_book_their_own_places():
    place = make_property()
    with pytest.raises(OwnPlace):
        book(place.host, place)


def test_whom_the_host_blocked_cannot_book(ann):
    place = make_property()
    BlockedPerson.objects.create(blocker=place.host, blocked=ann)
    with pytest.raises(NotForYou):
        book(ann, place)


def test_a_closed_account_books_nothing(ann):
    place = make_property()
    close_account(user=ann)
    with pytest.raises(AccountClosed):
        book(ann, place)


@pytest.mark.parametrize(
    ("wanted", "refusal", "field"),
    [
        (stay(0), EndsBeforeStart, "end_date"),
        (stay(-1), EndsBeforeStart, "end_date"),
        (stay(1), StayLength, "end_date"),
        (stay(11), StayLength, "end_date"),
        (stay(3, guests=5), TooManyGuests, "guests"),
        (stay(3, NOW.date()), DateOutOfReach, "start_date"),
        (stay(3, NOW.date() + timedelta(days=1)), DateOutOfReach, "start_date"),
        (stay(3, NOW.date() + timedelta(days=729)), DateOutOfReach, "end_date"),
    ],
)
def test_what_the_place_does_not_take_is_refused(ann, wanted, refusal, field):
    place = make_property(minimum_nights=2, maximum_nights=10, capacity=4, lead_days=2)
    with pytest.raises(refusal) as refused:
        book(ann, place, wanted)
    assert refused.value.field == field
    assert not Booking.objects.exists()


def test_today_is_today_there(ann):
    ahead = make_property(time_zone="Pacific/Kiritimati")  # it is the 2nd there already
    behind = make_property(time_zone="America/Los_Angeles")
    with pytest.raises(DateOutOfReach):
        book(ann, ahead, stay(1, NOW.date()))
    assert book(ann, behind, stay(1, NOW.date())).status == "pending"


# --- nights -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "nights"), [(-1, 2), (0, 3), (1, 1), (2, 4), (-2, 9)])
def test_stays_do_not_overlap(ann, bob, start, nights):
    place = make_property()
    book(ann, place)
    with pytest.raises(DatesTaken) as refused:
        book(bob, place, stay(nights, START + timedelta(days=start)))
    taken = refused.value.details["nights"]
    assert set(taken) <= {night.isoformat() for night in nights_of(place)}
    assert taken
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("start", [-2, 3])
def test_stays_may_be_adjacent(ann, bob, start):
    place = make_property()
    book(ann, place)
    book(bob, place, stay(2 if start < 0 else 4, START + timedelta(days=start)))
    assert Booking.objects.count() == 2


def test_the_database_itself_keeps_two_stays_apart(ann):
    place = make_property()
    booking = book(ann, place)
    with pytest.raises(IntegrityError), transaction.atomic():
        Night.objects.create(property=place, night=START, booking=booking)


def test_the_nights_after_a_stay_stay_empty(ann, bob):
    place = make_property(buffer_nights=2)
    book(ann, place)
    for start in (START + timedelta(days=3), START + timedelta(days=4)):
        with pytest.raises(DatesTaken):
            book(bob, place, stay(1, start))
    assert book(bob, place, stay(1, START + timedelta(days=5)))


def test_a_stay_leaves_the_nights_before_the_next_one_empty(ann, bob):
    place = make_property(buffer_nights=2)
    book(ann, place)
    with pytest.raises(DatesTaken):
        book(bob, place, stay(1, START - timedelta(days=2)))
    assert book(bob, place, stay(1, START - timedelta(days=3)))


def test_empty_nights_may_lie_over_blocked_ones(ann):
    place = make_property(buffer_nights=2)
    end = START + timedelta(days=3)
    block_dates(
        host=place.host, property_id=place.pk, start_date=end, end_date=end + timedelta(days=1),
        now=NOW,
    )  # fmt: skip
    assert book(ann, place)
    assert len(nights_of(place)) == 5


def test_blocked_nights_cannot_be_booked(ann):
    place = make_property()
    block_dates(
        host=place.host, property_id=place.pk, start_date=START, end_date=START + timedelta(days=1),
        now=NOW,
    )  # fmt: skip
    with pytest.raises(DatesTaken):
        book(ann, place)


# --- the price --------------------------------------------------------------------------------


def test_the_total_that_was_shown_is_asked_for(ann):
    place = make_property()
    with pytest.raises(TotalChanged) as refused:
        book(ann, place, expected_total=Decimal("299.00"))
    assert refused.value.details == {"total": Decimal("300.00")}
    assert not Booking.objects.exists()
    assert book(ann, place, expected_total=Decimal("300.00"))


def test_a_quote_is_honoured_to_the_cent(ann):
    place = make_property(cancellation_policy="flexible")
    quote = sign_quote(quote_stay(place=place, stay=stay()), until=NOW + timedelta(minutes=30))
    Property.objects.filter(pk=place.pk).update(
        price=Decimal("500.00"), cancellation_policy="strict"
    )
    add_season(
        host=place.host, property_id=place.pk,
        fields={"start_date": START, "end_date": START + timedelta(days=9), "price": "900.00"},
    )  # fmt: skip

    booking = book(ann, place, quote=quote)
    assert booking.total == Decimal("300.00")
    assert booking.terms["name"] == "flexible"
    assert sum(line.amount for line in booking.lines.all()) == booking.total


@pytest.mark.parametrize("wanted", [stay(4), stay(3, guests=2), stay(3, START + timedelta(days=1))])
def test_a_quote_is_for_the_stay_it_was_made_for(ann, wanted):
    place = make_property()
    quote = sign_quote(quote_stay(place=place, stay=stay()), until=NOW + timedelta(minutes=30))
    with pytest.raises(BadQuote):
        book(ann, place, wanted, quote=quote)
    with pytest.raises(BadQuote):
        book(ann, make_property(), quote=quote)


def test_a_new_price_does_not_change_what_was_agreed(ann):
    place = make_property()
    booking = book(ann, place)
    Property.objects.filter(pk=place.pk).update(price=Decimal("1.00"))
    pay(booking, ann, NOW)
    assert paid(booking) == Decimal("300.00")


def test_a_canceled_booking_takes_no_money(ann):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    decline_booking(host=place.host, booking_id=booking.pk, now=NOW)
    with pytest.raises(TakesNoPayment):
        pay(booking, ann, NOW)


# --- who is told ------------------------------------------------------------------------------


def test_both_sides_hear_of_it_where_they_talk(ann):
    place = make_property(is_instant=False)
    booking = book(ann, place)
    accept_booking(host=place.host, booking_id=booking.pk, now=NOW)
    pay(booking, ann, NOW)

    said = Message.objects.order_by("seq").values_list("payload__type", flat=True)
    assert list(said) == ["booking.requested", "booking.accepted", "booking.confirmed"]
    told = Notification.objects.filter(kind__startswith="booking.").order_by("pk")
    assert sorted(told.values_list("kind", "user__username")) == sorted(
        [
            ("booking.requested", place.host.username),
            ("booking.accepted", "ann"),
            ("booking.confirmed", "ann"),
            ("booking.confirmed", place.host.username),
        ]
    )


def test_a_mail_tells_the_guest_where_it_is_once_it_is_confirmed(ann, mailoutbox):
    place = make_property(street="Rua do Ouro 1")
    booking = book(ann, place)
    run_due_jobs()
    assert not any("Rua do Ouro" in mail.body for mail in mailoutbox)
    pay(booking, ann, NOW)
    run_due_jobs()
    confirmations = [mail for mail in mailoutbox if "confirmed" in mail.subject]
    assert {mail.to[0] for mail in confirmations} == {ann.email, place.host.email}
    told = {mail.to[0]: "Rua do Ouro 1" in mail.body for mail in confirmations}
    assert told == {ann.email: True, place.host.email: False}

"""Calling stays off, and what comes back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tradepost.accounts.actions.users import close_account
from tradepost.kit.audit import audit, list_invariants
from tradepost.kit.errors import NotFound
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.payments.actions.refunds import refund_payment
from tradepost.payments.errors import NothingDue
from tradepost.payments.models import Payment
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.timers import complete_stays, expire_holds
from tradepost.stays.errors import BookingNotOpen, RefundChanged
from tradepost.stays.models import Booking, Night
from tradepost.stays.tests.factories import NOW, make_property
from tradepost.stays.tests.money import paid, pay, started
from tradepost.stays.tests.test_bookings import START, book, nights_of, stay

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def confirmed(guest, place, wanted=None):
    booking = book(guest, place, wanted)
    pay(booking, guest, NOW)
    assert booking.status == "confirmed"
    return booking


def cancel(actor, booking, now=NOW, **options):
    canceled = cancel_booking(actor=actor, booking_id=booking.pk, now=now, **options)
    run_due_jobs()
    return canceled


def test_a_guest_gets_back_what_the_terms_say(ann):
    place = make_property(cancellation_policy="moderate", cleaning_fee=Decimal("40.00"))
    booking = confirmed(ann, place)
    two_days_before = booking.starts_at - 2 * DAY

    canceled = cancel(ann, booking, two_days_before)
    assert (canceled.status, canceled.canceled_by) == ("canceled", ann)
    assert canceled.kept == Decimal("150.00")
    assert paid(booking) == Decimal("150.00")
    assert nights_of(place) == []


def test_early_enough_everything_comes_back(ann):
    booking = confirmed(ann, make_property())
    cancel(ann, booking)
    assert paid(booking) == 0


def test_a_host_gives_everything_back_whatever_the_terms(ann):
    place = make_property(cancellation_policy="strict")
    booking = confirmed(ann, place)
    cancel(place.host, booking, booking.starts_at - timedelta(hours=1))
    assert paid(booking) == 0


def test_what_is_not_paid_is_called_off_without_money(ann):
    place = make_property()
    booking = book(ann, place)
    assert cancel(ann, booking).kept == 0
    assert nights_of(place) == []


def test_the_refund_that_was_shown_is_given_or_none(ann):
    booking = confirmed(ann, make_property())
    late = booking.starts_at - timedelta(hours=3)
    with pytest.raises(RefundChanged) as refused:
        cancel(ann, booking, late, expected_refund=Decimal("300.00"))
    assert refused.value.details == {"refund": Decimal("150.00")}
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert cancel(ann, booking, late, expected_refund=Decimal("150.00")).status == "canceled"


def test_strangers_find_nothing_to_cancel(ann, bob):
    booking = confirmed(ann, make_property())
    with pytest.raises(NotFound):
        cancel(bob, booking)


def test_admins_cancel_as_the_host_would(ann, boss):
    booking = confirmed(ann, make_property(cancellation_policy="strict"))
    cancel(boss, booking, booking.starts_at - timedelta(hours=1))
    assert paid(booking) == 0


def test_what_is_over_or_canceled_stays_so(ann):
    place = make_property()
    booking = confirmed(ann, place)
    with pytest.raises(BookingNotOpen):
        cancel(ann, booking, booking.ends_at)
    cancel(ann, booking)
    with pytest.raises(BookingNotOpen):
        cancel(ann, booking)


def test_the_nights_can_be_booked_again_at_once(ann, bob):
    place = make_property(buffer_nights=2)
    cancel(ann, confirmed(ann, place))
    assert book(bob, place).status == "pending"


# --- time -------------------------------------------------------------------------------------


def test_what_is_not_paid_in_time_expires(ann, bob):
    place = make_property()
    booking = book(ann, place)
    assert expire_holds(now=booking.hold_until - timedelta(seconds=1)) == 0
    until = booking.hold_until
    assert expire_holds(now=until) == 1
    booking.refresh_from_db()
    assert (booking.status, booking.expired_at, booking.canceled_by) == ("canceled", until, None)
    assert expire_holds(now=until) == 0
    assert book(bob, place, now=until)


def test_a_request_that_nobody_answers_expires_and_the_money_is_let_go(ann):
    booking = book(ann, make_property(is_instant=False))
    payment = pay(booking, ann, NOW)
    expire_holds(now=booking.hold_until)
    run_due_jobs()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.CANCELED


def test_money_that_comes_after_the_hold_goes_back(ann):
    place = make_property()
    booking = book(ann, place)
    payment = started(booking, ann, NOW)  # the provider has not been asked yet
    expire_holds(now=booking.hold_until)
    run_due_jobs()
    payment.refresh_from_db()
    booking.refresh_from_db()
    assert booking.status == "canceled"
    assert paid(booking) == 0
    assert nights_of(place) == []


def test_stays_are_over_when_the_guest_has_to_leave(ann):
    booking = confirmed(ann, make_property(time_zone="Asia/Tokyo"))
    assert booking.ends_at.isoformat() == "2027-04-08T02:00:00+00:00"
    assert complete_stays(now=booking.ends_at - timedelta(seconds=1)) == 0
    assert complete_stays(now=booking.ends_at) == 1
    assert complete_stays(now=booking.ends_at) == 0
    booking.refresh_from_db()
    assert (booking.status, booking.completed_at) == ("confirmed", booking.ends_at)


def test_what_is_pending_or_canceled_is_never_over(ann, bob):
    place = make_property()
    pending = book(ann, place)
    cancel(bob, confirmed(bob, place, stay(2, START + 7 * DAY)))
    assert complete_stays(now=pending.ends_at + 30 * DAY) == 0


# --- accounts ---------------------------------------------------------------------------------


def test_who_leaves_as_a_guest_cancels_by_the_terms(ann):
    booking = confirmed(ann, make_property())
    close_account(user=ann)
    run_due_jobs()
    booking.refresh_from_db()
    assert booking.status == "canceled"
    assert paid(booking) == booking.kept


def test_who_leaves_as_a_host_gives_everything_back_and_offers_nothing(ann):
    place = make_property(cancellation_policy="strict")
    booking = confirmed(ann, place)
    close_account(user=place.host)
    run_due_jobs()
    booking.refresh_from_db()
    place.refresh_from_db()
    assert (booking.status, paid(booking), place.status) == ("canceled", 0, "draft")


# --- kindness ---------------------------------------------------------------------------------


def test_what_somebody_gives_back_out_of_kindness_is_not_owed_again(ann, boss):
    booking = confirmed(ann, make_property())
    payment = Payment.objects.get()
    refund_payment(
        payment_id=payment.pk, amount=Decimal("50.00"), reason="Cold shower", actor=boss, now=NOW
    )
    assert paid(booking) == Decimal("250.00")
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert findings() == []
    with pytest.raises(NothingDue):
        pay(booking, ann, NOW)
    cancel(ann, booking, booking.starts_at - DAY)
    assert paid(booking) == Decimal("150.00")


# --- the books --------------------------------------------------------------------------------


def findings() -> list[str]:
    names = ["stays.nights", "stays.totals", "stays.payments"]
    return [row for found in audit(list_invariants(names)) for row in found.rows]


def test_the_audit_finds_nothing_after_all_of_it(ann, bob):
    place = make_property(buffer_nights=1)
    confirmed(ann, place)
    cancel(bob, confirmed(bob, place, stay(2, START + 10 * DAY)), NOW)
    expire_holds(now=book(bob, place, stay(2, START + 20 * DAY)).hold_until)
    assert findings() == []


def test_the_audit_finds_nights_that_are_missing_or_too_many(ann, bob):
    place = make_property()
    one, two = confirmed(ann, place), confirmed(bob, place, stay(2, START + 10 * DAY))
    Night.objects.filter(booking=one, night=START).delete()
    Night.objects.create(property=place, night=date(2027, 9, 9), booking=two)
    assert sorted(findings()) == [
        f"booking {one.pk}: lacks the night of 2027-04-05",
        f"night 2027-09-09 of property {place.pk}: is outside of booking {two.pk}",
    ]


def test_the_audit_finds_stays_that_nobody_paid_for(ann):
    booking = confirmed(ann, make_property())
    Payment.objects.update(refunded=Decimal("299.00"))
    assert findings() == [f"booking {booking.pk}: is confirmed for 30000 hundredths, 100 are paid"]


def test_the_database_itself_asks_what_is_kept_of_a_canceled_stay(ann):
    booking = cancel(ann, confirmed(ann, make_property()))
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(kept=None)

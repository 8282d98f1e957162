"""No night is given twice and no money is lost, whoever comes at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import httpx
import pytest
from django.db import connections
from django.utils import timezone

from conftest import make_user
from tests.races.conftest import signed_in, statuses
from tradepost.accounts.hashers import OwaspArgon2
from tradepost.accounts.models import User
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.payments.actions.offline import charge_offline
from tradepost.payments.models import OfflineEvent, Payment, Refund
from tradepost.payments.providers.offline import SIGNATURE, sign
from tradepost.payments.queries import paid_for
from tradepost.payments.tests.factories import TELLS_TWICE
from tradepost.stays.actions.bookings import book_stay
from tradepost.stays.actions.timers import expire_holds
from tradepost.stays.models import Booking, BookingEvent, Night, Property
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import make_property
from tradepost.stays.tests.money import GOOD_CARD, pay, started

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


def in_days(days: int) -> date:
    return timezone.now().date() + (40 + days) * DAY


def booked(guest: User, place: Property, first: int = 0, nights: int = 2) -> Booking:
    stay = Stay(start_date=in_days(first), end_date=in_days(first + nights), guests=1)
    return book_stay(guest=guest, property_id=place.pk, stay=stay, now=timezone.now())


def confirmed(guest: User, place: Property, first: int = 0, nights: int = 2) -> Booking:
    booking = booked(guest, place, first, nights)
    pay(booking, guest, timezone.now())
    return booking


def book(
    client: httpx.Client, *, guest: User, place: Property, first: int = 0, nights: int = 2, **more
) -> httpx.Response:
    stay = dates(first, nights) | {"property": place.pk, "guests": 1}
    return client.post("bookings/", json=stay, headers=signed_in(guest) | more)


def dates(first: int, nights: int) -> dict[str, object]:
    return {"start_date": str(in_days(first)), "end_date": str(in_days(first + nights))}


def tell(
    client: httpx.Client, *, booking: Booking, deed: str, by: User, **body: object
) -> httpx.Response:
    return client.post(f"bookings/{booking.pk}/{deed}/", json=body, headers=signed_in(by))


def change(client: httpx.Client, *, booking: Booking, first: int, nights: int) -> httpx.Response:
    stay = dates(first, nights) | {"guests": 1}
    return tell(client, booking=booking, deed="change", by=booking.user, **stay)


def close_dates(client: httpx.Client, *, place: Property) -> httpx.Response:
    path = f"properties/{place.pk}/blocks/"
    return client.post(path, json=dates(0, 2), headers=signed_in(place.host))


def leave(client: httpx.Client, *, user: User) -> httpx.Response:
    password = {"current_password": "correct-horse"}
    return client.request("DELETE", "auth/users/me/", json=password, headers=signed_in(user))


def with_password(user: User) -> User:
    """Give somebody their password as servers hash it."""
    user.password = OwaspArgon2().encode("correct-horse", "a-salt-of-its-own")
    user.save(update_fields=["password"])
    return user


def together(*deeds) -> None:
    """Do these at the same moment, in threads of their own; what one of them raises is raised."""
    barrier = Barrier(len(deeds))

    def run(deed) -> None:
        try:
            barrier.wait(30)
            deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        list(pool.map(run, deeds))


def finish_the_jobs() -> None:
    """Run all jobs, as if their time had come, until none is left."""
    while Job.objects.filter(state=Job.State.WAITING).exists():
        Job.objects.filter(state=Job.State.WAITING).update(run_at=timezone.now())
        run_due_jobs()


def paid(booking: Booking) -> object:
    return paid_for("booking", booking.pk).paid


# --- nights -----------------------------------------------------------------------------------


def test_one_of_a_hundred_gets_the_night(crowd):
    place = make_property()
    guests = [make_user(f"guest{n}") for n in range(100)]

    answers = crowd.at_once(*[partial(book, guest=g, place=place, nights=1) for g in guests])

    assert statuses(answers) == [201] + [409] * 99
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {answer["code"] for answer in refused} == {"dates_taken"}
    assert Booking.objects.count() == Night.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_stays_that_overlap_in_a_ring_never_do(crowd, attempt):
    place = make_property()
    ring = [(0, 3), (2, 3), (4, 3), (6, 3), (5, 4), (1, 4)] * 2
    guests = [make_user(f"guest{n}") for n in range(len(ring))]

    answers = crowd.at_once(
        *[
            partial(book, guest=guest, place=place, first=first, nights=nights)
            for guest, (first, nights) in zip(guests, ring, strict=True)
        ]
    )

    assert {answer.status_code for answer in answers} == {201, 409}
    kept = sum(answer.json()["status"] == "pending" for answer in answers if answer.is_success)
    assert Booking.objects.count() == kept


@pytest.mark.parametrize("attempt", range(3))
def test_places_booked_by_people_who_book_at_each_others_do_not_wait_for_ever(crowd, attempt):
    hosts = [make_user(f"host{n}", role=User.Role.HOST) for n in range(4)]
    places = [make_property(host) for host in hosts]
    pairs = [(g, p) for g in hosts for p in places if p.host != g]

    answers = crowd.at_once(*[partial(book, guest=g, place=p, nights=1) for g, p in pairs])

    assert statuses(answers) == [201] * 4 + [409] * 8


@pytest.mark.parametrize("attempt", range(3))
def test_who_books_while_another_cancels_gets_all_nights_or_none(crowd, ann, bob, attempt):
    place = make_property()
    booking = confirmed(ann, place, 0, 3)

    canceled, rebooked = crowd.at_once(
        partial(tell, booking=booking, deed="cancel", by=ann),
        partial(book, guest=bob, place=place, first=1, nights=3),
    )

    assert canceled.status_code == 200
    assert rebooked.status_code in {201, 409}
    assert Night.objects.count() == (3 if rebooked.status_code == 201 else 0)


@pytest.mark.parametrize("attempt", range(3))
def test_a_host_closes_nights_or_a_guest_books_them(crowd, ann, attempt):
    place = make_property()

    answers = crowd.at_once(
        partial(close_dates, place=place), partial(book, guest=ann, place=place)
    )

    assert statuses(answers) == [201, 409]
    assert Night.objects.filter(booking=None).count() == (2 if answers[0].is_success else 0)


@pytest.mark.parametrize("attempt", range(3))
def test_a_change_and_a_booking_want_the_same_nights(crowd, ann, bob, attempt):
    place = make_property()
    booking = confirmed(ann, place)

    changed, other = crowd.at_once(
        partial(change, booking=booking, first=0, nights=5),
        partial(book, guest=bob, place=place, first=3, nights=2),
    )

    assert sorted([changed.status_code, other.status_code]) in ([200, 409], [201, 409])


@pytest.mark.parametrize("attempt", range(3))
def test_of_many_changes_at_once_one_is_open(crowd, ann, attempt):
    booking = confirmed(ann, make_property())

    answers = crowd.at_once(
        *[partial(change, booking=booking, first=0, nights=nights) for nights in (3, 4, 5, 6)]
    )

    assert statuses(answers) == [200, 409, 409, 409]
    assert booking.changes.filter(is_open=True).count() == 1


def test_one_key_twenty_times_at_once_books_once(crowd, ann):
    place, key = make_property(), str(uuid4())

    answers = crowd.at_once(
        *[partial(book, guest=ann, place=place, **{"Idempotency-Key": key})] * 20
    )

    done = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(waiting) == 20
    assert len({answer.content for answer in done}) == 1
    assert {answer.json()["code"] for answer in waiting} <= {"idempotency_in_flight"}
    assert Booking.objects.count() == 1


def test_nobody_holds_more_by_asking_all_at_once(crowd, ann):
    places = [make_property() for _ in range(12)]

    answers = crowd.at_once(*[partial(book, guest=ann, place=place) for place in places])

    assert statuses(answers) == [201] * 5 + [409] * 7
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"too_many_pending"}


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(3))
def test_accepted_declined_and_canceled_at_once_it_ends_in_one_way(crowd, ann, attempt):
    place = make_property(is_instant=False)
    booking = booked(ann, place)
    started(booking, ann, timezone.now())

    accepted, declined, canceled = crowd.at_once(
        partial(tell, booking=booking, deed="accept", by=place.host),
        partial(tell, booking=booking, deed="decline", by=place.host),
        partial(tell, booking=booking, deed="cancel", by=ann),
    )
    finish_the_jobs()

    assert {accepted.status_code, declined.status_code, canceled.status_code} <= {200, 409}
    assert statuses([declined, canceled]) == [200, 409]
    booking.refresh_from_db()
    assert (booking.status, paid(booking)) == ("canceled", 0)
    assert not Night.objects.exists()


@pytest.mark.parametrize("attempt", range(3))
def test_canceled_by_many_at_once_the_money_goes_back_once(crowd, ann, attempt):
    place = make_property()
    booking = confirmed(ann, place)
    cancels = [partial(tell, booking=booking, deed="cancel", by=by) for by in (ann, place.host)]

    answers = crowd.at_once(*cancels * 3)
    finish_the_jobs()

    assert statuses(answers) == [200] + [409] * 5
    assert [refund.amount for refund in Refund.objects.all()] == [booking.total]
    assert paid(booking) == 0
    assert booking.events.filter(kind=BookingEvent.Kind.CANCELED).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_refunded_at_the_desk_and_canceled_at_once_it_goes_back_once(crowd, ann, attempt):
    boss = make_user("boss", is_superuser=True)
    booking = confirmed(ann, make_property())
    payment = Payment.objects.get()

    def refund(client: httpx.Client) -> httpx.Response:
        body = {"reason": "Broken", "amount": "150.00"}
        return client.post(f"payments/{payment.pk}/refund/", json=body, headers=signed_in(boss))

    canceled, *refunds = crowd.at_once(
        partial(tell, booking=booking, deed="cancel", by=ann), refund, refund
    )
    finish_the_jobs()

    assert canceled.status_code == 200
    assert {answer.status_code for answer in refunds} <= {200, 400}
    payment.refresh_from_db()
    assert (payment.captured, payment.refunded) == (booking.total, booking.total)


# --- money ------------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(5))
def test_what_expires_while_it_is_paid_is_confirmed_or_given_back(ann, attempt):
    booking = booked(ann, make_property())
    payment = started(booking, ann, timezone.now())

    together(run_due_jobs, lambda: expire_holds(now=booking.hold_until))
    finish_the_jobs()

    booking.refresh_from_db()
    payment.refresh_from_db()
    ends = {
        "confirmed": (booking.total, Night.objects.count()),
        "canceled": (0, 0),
    }
    assert (paid(booking), Night.objects.count()) == ends[booking.status]
    assert payment.captured - payment.refunded == paid(booking)


@pytest.mark.parametrize("attempt", range(3))
def test_an_events_many_deliveries_beside_the_answer_count_once(crowd, ann, attempt):
    booking = booked(ann, make_property())
    payment = started(booking, ann, timezone.now(), TELLS_TWICE)
    charge_offline(  # our request has arrived, its answer has not
        key=str(payment.pk), amount=payment.amount, currency=payment.currency,
        behaviour=payment.method, captures=payment.captures, now=timezone.now(),
    )  # fmt: skip
    body = OfflineEvent.objects.get().body.encode()

    def deliver(client: httpx.Client) -> httpx.Response:
        headers = {SIGNATURE: sign(body), "Content-Type": "application/json"}
        return client.post("payments/events/offline/", content=body, headers=headers)

    answers = crowd.at_once(*[deliver] * 8)
    together(run_due_jobs, run_due_jobs, run_due_jobs)
    finish_the_jobs()

    assert statuses(answers) == [204] * 8
    booking.refresh_from_db()
    assert (booking.status, paid(booking)) == ("confirmed", booking.total)
    assert booking.events.filter(kind=BookingEvent.Kind.CONFIRMED).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_many_payments_at_once_one_is_begun(crowd, ann, attempt):
    booking = booked(ann, make_property())

    def begin(client: httpx.Client) -> httpx.Response:
        body = {"booking": booking.pk, "payment_method": GOOD_CARD}
        return client.post("payments/", json=body, headers=signed_in(ann))

    answers = crowd.at_once(*[begin] * 6)
    finish_the_jobs()

    assert statuses(answers) == [201] + [409] * 5
    assert paid(booking) == booking.total


# --- leaving ----------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize("leaves", ["guest", "host"])
def test_nobody_stays_at_a_place_whose_host_or_guest_is_gone(crowd, ann, leaves, attempt):
    place = make_property()
    leaver = with_password(ann if leaves == "guest" else place.host)

    left, asked = crowd.at_once(partial(leave, user=leaver), partial(book, guest=ann, place=place))

    assert left.status_code == 204
    assert asked.status_code in {201, 400, 401, 404}
    assert not Booking.objects.live().exists()
    assert not Night.objects.exists()


@pytest.mark.parametrize("attempt", range(3))
def test_what_is_paid_while_the_host_leaves_goes_back(crowd, ann, attempt):
    place = make_property()
    host = with_password(place.host)
    booking = booked(ann, place)

    def begin(client: httpx.Client) -> httpx.Response:
        body = {"booking": booking.pk, "payment_method": GOOD_CARD}
        return client.post("payments/", json=body, headers=signed_in(ann))

    left, begun = crowd.at_once(partial(leave, user=host), begin)
    finish_the_jobs()

    assert left.status_code == 204
    assert begun.status_code in {201, 409}
    booking.refresh_from_db()
    assert (booking.status, paid(booking)) == ("canceled", 0)

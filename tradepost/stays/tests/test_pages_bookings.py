"""The pages of bookings: what is next, what it costs, changing and canceling."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from conftest import make_user
from tradepost.messaging.models import Conversation
from tradepost.stays.actions.bookings import book_stay
from tradepost.stays.actions.changes import ask_for_change
from tradepost.stays.models import Booking, BookingChange
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_property
from tradepost.stays.tests.money import BAD_CARD, GOOD_CARD, pay, run_due_jobs

pytestmark = pytest.mark.django_db

START, END = date(2027, 4, 1), date(2027, 4, 4)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def place():
    return make_property(make_host(), name="Mill", capacity=4, price=100, street="Rua 1")


@pytest.fixture
def guest(client, ann):
    client.force_login(ann)
    return ann


def booked(place, guest, start=START, end=END, guests=2) -> Booking:
    stay = Stay(start_date=start, end_date=end, guests=guests)
    return book_stay(guest=guest, property_id=place.pk, stay=stay, now=NOW)


def paid_stay(place, guest) -> Booking:
    booking = booked(place, guest)
    pay(booking, guest, NOW)
    return booking


def shown(answer) -> str:
    """Return the text of a page in one line."""
    return re.sub(r"\s+", " ", answer.content.decode())


def page(client, booking, part="") -> str:
    answer = client.get(f"/bookings/{booking.pk}/{part}")
    assert answer.status_code == 200
    return shown(answer)


def names(stretch) -> list[str]:
    return [row.property.name for row in stretch.rows]


# --- The list ---


def test_trips_to_come_and_those_that_ended_are_apart(client, guest, bob):
    for name, start, fields in (
        ("Later", date(2027, 6, 1), {}),
        ("Next", date(2027, 3, 2), {}),
        ("Now", date(2027, 2, 28), {}),
        ("Before", date(2027, 2, 1), {}),
        ("Called off", date(2027, 7, 1), {"status": "canceled", "canceled_at": NOW}),
    ):
        make_booking(make_property(name=name), guest, start, **fields)
    make_booking(make_property(name="Of bob"), bob, date(2027, 3, 2))

    answer = client.get("/bookings/")

    assert names(answer.context["coming"]) == ["Now", "Next", "Later"]
    assert names(answer.context["past"]) == ["Called off", "Before"]
    assert "Going on" in shown(answer)


def test_both_parts_come_in_pages(client, guest, place):
    for day in range(25):
        make_booking(place, guest, date(2027, 4, 1) + timedelta(days=day), nights=1)
        make_booking(place, guest, date(2027, 1, 1) + timedelta(days=day), nights=1)

    first = client.get("/bookings/")
    later = client.get("/bookings/", {"after": first.context["coming"].older})
    older = client.get("/bookings/", {"before": first.context["past"].older})

    starts = [row.start_date for row in later.context["coming"].rows]
    assert starts == [date(2027, 4, day) for day in range(21, 26)]
    assert len(older.context["past"].rows) == 5
    assert "Back to the next one" in shown(later)


def test_who_has_no_trips_is_shown_where_to_find_some(client, guest):
    text = shown(client.get("/bookings/"))

    assert "No trips yet." in text
    assert 'href="/stays/"' in text


def test_the_list_takes_the_same_queries_for_many(client, guest, place, django_assert_num_queries):
    for day in range(4):
        make_booking(place, guest, date(2027, 4, 1) + timedelta(days=day), nights=1)
        make_booking(place, guest, date(2027, 1, 1) + timedelta(days=day), nights=1)

    # session, user, where the feed is; stays to come, changes, photos; the same of those that
    # ended; unread conversations and notifications
    with django_assert_num_queries(11):
        client.get("/bookings/")


# --- Who sees it ---


def test_strangers_see_no_page_of_a_booking(client, place, ann, charlie):
    booking = booked(place, ann)
    client.force_login(charlie)

    for part in ("", "cancel/", "change/"):
        assert client.get(f"/bookings/{booking.pk}/{part}").status_code == 404
    for part in ("answer/", "cancel/", "change/", "change/answer/", "conversation/", "pay/"):
        assert client.post(f"/bookings/{booking.pk}/{part}").status_code in (302, 404)
    for part in ("review/answer/", "review/"):
        said = {"rating": "5", "answer": "x"}
        assert client.post(f"/bookings/{booking.pk}/{part}", said).status_code == 404
    booking.refresh_from_db()
    assert (booking.status, booking.changes.count()) == ("pending", 0)


def test_visitors_sign_in_first(client, place, ann):
    booking = booked(place, ann)

    for part in ("", "cancel/", "change/", "pay/", "review/", "conversation/"):
        address = f"/bookings/{booking.pk}/{part}"
        assert client.get(address)["Location"] == f"/account/sign-in/?next={address}"


def test_the_staff_looks_and_does_what_it_may_do_alone(client, place, ann):
    booking = paid_stay(place, ann)
    staff = make_user("sam")
    permissions = Permission.objects.filter(codename__in=["view_booking", "cancel_booking"])
    staff.user_permissions.set(permissions)
    client.force_login(staff)

    text = page(client, booking)

    assert "Cancel this booking" in text
    assert "Change dates or guests" not in text
    assert client.get(f"/bookings/{booking.pk}/change/").status_code == 403
    assert "everything comes back to the guest" in page(client, booking, "cancel/")


def test_who_may_only_look_does_not_cancel(client, place, ann):
    booking = booked(place, ann)
    viewer = make_user("vera")
    viewer.user_permissions.set(Permission.objects.filter(codename="view_booking"))
    client.force_login(viewer)

    asked = client.get(f"/bookings/{booking.pk}/cancel/")
    answer = client.post(f"/bookings/{booking.pk}/cancel/", {"expected_refund": "0"})

    booking.refresh_from_db()
    assert "Cancel this booking" not in page(client, booking)
    assert asked["Location"] == f"/bookings/{booking.pk}/"
    assert (answer.status_code, booking.status) == (403, "pending")


# --- What is next ---


def test_a_booked_stay_is_paid_on_its_page_and_confirmed(client, guest, place):
    booking = booked(place, guest)
    before = page(client, booking)

    answer = client.post(f"/bookings/{booking.pk}/pay/", {"payment_method": GOOD_CARD})
    run_due_jobs()

    after = page(client, booking)
    assert "Please pay until 1 March 2027, 12:30." in before
    assert "Pay 300.00 USD" in before
    assert "Rua 1" not in before
    assert answer["Location"] == f"/bookings/{booking.pk}/"
    assert "You are expected on Thursday, 1 April 2027, from 15:00." in after
    assert "Pay 300.00 USD" not in after
    assert "Rua 1" in after


def test_a_card_that_is_declined_is_told_and_another_can_be_tried(client, guest, place):
    booking = booked(place, guest)

    client.post(f"/bookings/{booking.pk}/pay/", {"payment_method": BAD_CARD})
    run_due_jobs()

    text = page(client, booking)
    assert "The card was declined." in text
    assert "Pay 300.00 USD" in text


def test_where_stripe_takes_the_cards_its_field_is_on_the_page(client, guest, place, settings):
    settings.PAYMENT_PROVIDERS, settings.STRIPE_PUBLISHABLE_KEY = ["stripe"], "pk_test_1"
    booking = booked(place, guest)

    answer = client.get(f"/bookings/{booking.pk}/")

    assert 'data-stripe-key="pk_test_1"' in shown(answer)
    assert "https://js.stripe.com" in answer["Content-Security-Policy"]


def test_the_host_is_asked_and_answers_on_the_page(client, ann, place):
    place.is_instant = False
    place.save()
    first, second = booked(place, ann), booked(place, ann, date(2027, 5, 1), date(2027, 5, 2))
    client.force_login(ann)
    waiting = page(client, first)
    client.force_login(place.host)
    asked = page(client, first)

    client.post(f"/bookings/{first.pk}/answer/", {"answer": "accept"})
    client.post(f"/bookings/{second.pk}/answer/", {"answer": "decline"})
    again = client.post(f"/bookings/{second.pk}/answer/", {"answer": "accept"}, follow=True)

    assert "You may pay now: the money is only held" in waiting
    assert "Ann Example asks for these nights." in asked
    assert '<a href="/hosting/">Hosting</a></nav>' in asked
    assert "Ann Example has until" in page(client, first)
    assert "Nothing is to be decided about this booking any more." in shown(again)
    client.force_login(ann)
    assert "Please pay until 2 March 2027" in page(client, first)
    assert "The host declined." in page(client, second)


def test_guests_do_not_accept_their_own_requests(client, guest, place):
    place.is_instant = False
    place.save()
    booking = booked(place, guest)

    answer = client.post(f"/bookings/{booking.pk}/answer/", {"answer": "accept"})

    booking.refresh_from_db()
    assert answer.status_code == 403
    assert booking.accepted_at is None


def test_what_is_settled_is_not_paid_again(client, guest, place):
    given_back = make_booking(place, guest, START)

    assert "Pay 200.00 USD" not in page(client, given_back)


def test_times_are_those_of_the_place(client, guest):
    far = make_property(name="Far", time_zone="Pacific/Auckland", check_in_time=time(16))

    text = page(client, make_booking(far, guest, START))

    assert "Thu 1 April 2027, from 16:00" in text
    assert "(Pacific/Auckland)" in text


def test_both_sides_talk_in_one_conversation(client, guest, place):
    booking = booked(place, guest)

    answer = client.post(f"/bookings/{booking.pk}/conversation/")

    talk = Conversation.objects.get()
    assert answer["Location"] == f"/inbox/{talk.pk}/"
    assert set(talk.participants.all()) == {guest, place.host}


# --- Canceling ---


def two_days_before(booking, time_machine, client) -> None:
    """Let it be so late; who was signed in so long ago signs in again."""
    time_machine.move_to(booking.starts_at - timedelta(days=2), tick=False)
    client.force_login(booking.user)


def test_what_comes_back_is_said_before_one_cancels(client, guest, place, time_machine):
    booking = paid_stay(place, guest)
    two_days_before(booking, time_machine, client)

    asked = page(client, booking, "cancel/")
    answer = client.post(f"/bookings/{booking.pk}/cancel/", {"expected_refund": "150.00"})
    run_due_jobs()

    booking.refresh_from_db()
    text = page(client, booking)
    assert "150.00 <small>USD" in asked
    assert "50 % of what the nights cost comes back until check-in" in asked
    assert answer["Location"] == f"/bookings/{booking.pk}/"
    assert (booking.status, booking.kept) == ("canceled", Decimal("150.00"))
    assert "150.00 USD of it are kept" in text
    assert "150.00 USD refunded" in text


def test_another_amount_than_was_shown_cancels_nothing(client, guest, place, time_machine):
    booking = paid_stay(place, guest)
    two_days_before(booking, time_machine, client)

    stale = client.post(f"/bookings/{booking.pk}/cancel/", {"expected_refund": "300"}, follow=True)
    unsaid = client.post(f"/bookings/{booking.pk}/cancel/", {"expected_refund": "all"})

    booking.refresh_from_db()
    assert "What comes back is another amount now." in shown(stale)
    assert "150.00 <small>USD" in shown(stale)
    assert unsaid["Location"] == f"/bookings/{booking.pk}/cancel/"
    assert booking.status == "confirmed"


def test_what_has_ended_is_not_canceled(client, guest, place):
    over = make_booking(place, guest, date(2027, 2, 1))

    asked = client.get(f"/bookings/{over.pk}/cancel/")
    answer = client.post(f"/bookings/{over.pk}/cancel/", {"expected_refund": "0"}, follow=True)

    assert asked["Location"] == f"/bookings/{over.pk}/"
    assert "This booking is canceled, or over." in shown(answer)
    assert "Cancel this booking" not in page(client, over)


def test_hosts_give_everything_back(client, ann, place, time_machine):
    booking = paid_stay(place, ann)
    two_days_before(booking, time_machine, client)
    client.force_login(place.host)

    asked = page(client, booking, "cancel/")
    client.post(f"/bookings/{booking.pk}/cancel/", {"expected_refund": "300"})

    booking.refresh_from_db()
    assert "300.00 <small>USD" in asked
    assert booking.kept == 0


# --- Changing ---


def preview(client, booking, start="2027-04-01", end="2027-04-06", guests="2"):
    asked = {"start_date": start, "end_date": end, "guests": guests}
    return client.get(f"/bookings/{booking.pk}/change/", asked)


def said_by(answer) -> dict[str, str]:
    """Return what the form that asks for the change would send."""
    form = re.search(r'<form method="post" action="/bookings/\d+/change/".*?</form>', shown(answer))
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


def test_a_change_is_previewed_asked_for_and_paid(client, guest, place):
    booking = paid_stay(place, guest)
    seen = preview(client, booking)

    client.post(f"/bookings/{booking.pk}/change/", said_by(seen))
    waiting = page(client, booking)
    client.post(f"/bookings/{booking.pk}/pay/", {"payment_method": GOOD_CARD})
    run_due_jobs()

    booking.refresh_from_db()
    assert "5 nights at 100.00 each" in shown(seen)
    assert "200.00 USD more than now" in shown(seen)
    assert "Pay 200.00 USD" in waiting
    assert (booking.end_date, booking.total) == (date(2027, 4, 6), Decimal("500.00"))


def test_a_shorter_stay_says_what_comes_back(client, guest, place):
    booking = paid_stay(place, guest)
    seen = preview(client, booking, end="2027-04-03")

    client.post(f"/bookings/{booking.pk}/change/", said_by(seen))

    booking.refresh_from_db()
    assert "100.00 USD less than now, which come back." in shown(seen)
    assert booking.total == Decimal("200.00")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"end": "2027-04-01"}, "Departure: A stay must end after it starts."),
        ({"end": "soon"}, "Departure: Enter a valid date."),
        ({"guests": "9"}, "Guests: There is room for 4 at most."),
        ({"end": "2027-04-04"}, "Arrival: These are the dates and guests of the booking already."),
        ({"end": "2027-04-20"}, "Not all of these nights are free."),
    ],
)
def test_a_change_that_cannot_be_is_told_why(client, guest, bob, place, asked, said):
    booking = paid_stay(place, guest)
    make_booking(place, bob, date(2027, 4, 10))

    answer = preview(client, booking, **asked)

    assert answer.status_code == 200
    assert said in shown(answer)
    assert 'name="expected_total"' not in shown(answer)


def test_a_change_whose_price_changed_is_shown_anew(client, guest, place):
    booking = paid_stay(place, guest)
    said = said_by(preview(client, booking))
    place.price = 120
    place.save()

    answer = client.post(f"/bookings/{booking.pk}/change/", said)
    empty = client.post(f"/bookings/{booking.pk}/change/", {})

    assert answer.status_code == 409
    assert "The price is another one now." in shown(answer)
    assert "600.00 <small>USD" in shown(answer)
    assert "This field is required." in shown(empty)
    assert not BookingChange.objects.exists()


def test_the_host_agrees_to_a_change_or_does_not(client, ann, place):
    booking = paid_stay(place, ann)
    place.is_instant = False
    place.save()

    def ask(nights: int) -> None:
        stay = Stay(start_date=START, end_date=START + timedelta(days=nights), guests=2)
        ask_for_change(actor=ann, booking_id=booking.pk, stay=stay, now=NOW)

    ask(2)
    client.force_login(place.host)
    asked = page(client, booking)
    client.post(f"/bookings/{booking.pk}/change/answer/", {"answer": "end"})
    ask(1)
    client.post(f"/bookings/{booking.pk}/change/answer/", {"answer": "agree"})
    none = client.post(f"/bookings/{booking.pk}/change/answer/", {"answer": "agree"}, follow=True)

    booking.refresh_from_db()
    assert "The other side asks for a change:" in asked
    assert "2 nights at 100.00 each" in asked
    assert booking.total == Decimal("100.00")
    assert "There is no change of this booking that waits for you." in shown(none)


def test_who_asked_for_a_change_takes_it_back(client, ann, place):
    booking = paid_stay(place, ann)
    client.force_login(place.host)
    client.post(f"/bookings/{booking.pk}/change/", said_by(preview(client, booking)))
    waiting = page(client, booking)

    client.post(f"/bookings/{booking.pk}/change/answer/", {"answer": "end"})

    assert "Take the change back" in waiting
    assert BookingChange.objects.get().state == "withdrawn"
    assert "All is settled." in page(client, booking)


# --- What it costs us ---


def test_a_booking_takes_the_same_queries_however_much_happened(
    client, guest, place, django_assert_num_queries
):
    booking = paid_stay(place, guest)

    # session, user, where the feed is; permissions, theirs and of their groups; booking, lines,
    # changes; timeline; payments, refunds; unread conversations and notifications
    with django_assert_num_queries(13):
        page(client, booking)

"""The page of a place: what it says, when it is free, what a stay costs, and booking it."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tradepost.messaging.models import Conversation
from tradepost.stays.models import Booking, Season
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_photo, make_property
from tradepost.stays.tests.stays_over import AFTER, make_stay, review_both

pytestmark = pytest.mark.django_db

STAY = {"start_date": "2027-04-01", "end_date": "2027-04-04", "guests": "2"}


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def place():
    return make_property(
        make_host(), name="Mill", capacity=4, price=100, cleaning_fee=30, street="Rua 1"
    )


def page(client, place, **asked):
    return client.get(f"/stays/{place.pk}/", asked)


def shown(answer) -> str:
    """Return the text of a page in one line."""
    return re.sub(r"\s+", " ", answer.content.decode())


def offered(answer) -> dict[str, str]:
    """Return what the form that books would send."""
    form = re.search(r'<form method="post" action="/stays/\d+/book/">(.*?)</form>', shown(answer))
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))


def book(client, place, said):
    return client.post(f"/stays/{place.pk}/book/", said)


# --- What it says ---


def test_a_place_says_what_it_is(client, place):
    place.amenities.set(["wifi"])
    place.house_rules = "No shoes."
    place.minimum_nights = 2
    place.weekly_discount = 10
    place.save()

    text = shown(page(client, place))

    for said in (
        "Mill",
        "4 guests",
        "Wifi",
        "No shoes.",
        "from 2 to 365",
        "from 15:00",
        "10 % from",
    ):
        assert said in text
    assert "All that the nights cost comes back until 5 days before check-in" in text
    assert "Rua 1" not in text


def test_the_street_is_told_to_a_guest_whose_stay_is_confirmed(client, place, ann, bob):
    make_booking(place, ann, date(2027, 5, 1))

    client.force_login(bob)
    assert "Rua 1" not in shown(page(client, place))
    client.force_login(ann)
    assert "Rua 1" in shown(page(client, place))


def test_a_draft_is_seen_by_its_host_alone(client, ann):
    draft = make_property(status="draft")

    assert page(client, draft).status_code == 404
    client.force_login(ann)
    assert page(client, draft).status_code == 404
    client.force_login(draft.host)
    assert "This is a draft" in shown(page(client, draft))


@pytest.mark.parametrize("number", ["99999", "9" * 30])
def test_a_place_that_is_none_is_a_404(client, number):
    assert client.get(f"/stays/{number}/").status_code == 404


def test_pictures_are_looked_at_one_by_one(client, place):
    first, second = make_photo(place), make_photo(place, caption="The kitchen")

    answers = [page(client, place), page(client, place, picture=second.pk)]

    assert [answer.context["photo"] for answer in answers] == [first, second]
    assert page(client, place, picture="x").context["photo"] == first
    assert "The kitchen" in shown(answers[1])


def test_reviews_come_with_their_average_and_the_answers_of_the_host(
    client, place, ann, bob, time_machine
):
    time_machine.move_to(AFTER, tick=False)
    said, _ = review_both(make_stay(place, ann), 5, comment="Quiet")
    review_both(make_stay(place, bob), 4)
    said.answer, said.answered_at = "Thank you", AFTER
    said.save()

    text = shown(page(client, place))

    assert "4.50 of 5 on average, from 2 guests who stayed here." in text
    assert "Quiet" in text
    assert "Thank you" in text
    assert "<strong>Ann</strong>" in text


def test_search_engines_are_told_what_a_place_is(client, place, settings):
    settings.SITE_URL = "https://shop.example"

    text = page(client, place, month="2027-05").content.decode()

    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    rental, way = map(json.loads, blocks)
    assert (rental["@type"], rental["name"]) == ("VacationRental", "Mill")
    assert rental["address"] == {
        "@type": "PostalAddress", "addressLocality": "Lisbon", "addressCountry": "PT",
    }  # fmt: skip
    assert "aggregateRating" not in rental
    assert way["@type"] == "BreadcrumbList"
    assert f'<link rel="canonical" href="https://shop.example/stays/{place.pk}/">' in text
    assert "<title>Mill, Lisbon · " in text
    sitemap = client.get("/sitemap-stays.xml").content.decode()
    assert f"<loc>https://shop.example/stays/{place.pk}/</loc>" in sitemap


# --- When it is free ---


def test_the_calendar_says_in_words_which_nights_are_taken(client, place, ann):
    make_booking(place, ann, date(2027, 3, 10), nights=2)

    text = shown(page(client, place))

    def said(day: int) -> str:
        return re.search(rf'datetime="2027-03-{day:02}">{day}</time> <small>(.*?)</small>', text)[1]

    assert "free" in said(9) and said(9).startswith("100")
    assert [said(10), said(11)] == ["taken", "taken"]
    assert "free" in said(12)


def test_the_present_month_is_whole_on_its_last_days_too(client, place, time_machine):
    time_machine.move_to(datetime(2027, 3, 29, 12, tzinfo=UTC), tick=False)

    answer = page(client, place)

    march = answer.context["months"][0]
    assert march.first == date(2027, 3, 1)
    assert [day.date.day for day in march.weeks[0]] == [1, 2, 3, 4, 5, 6, 7]
    assert '<span class="sr">gone by</span>' in shown(answer)
    assert answer.context["earlier"] is None


def test_one_goes_from_month_to_month_as_far_as_stays_are_booked(client, place):
    first, later = page(client, place), page(client, place, month="2027-06")
    last = page(client, place, month="2050-01")

    assert [month.first for month in first.context["months"]] == [
        date(2027, 3, 1),
        date(2027, 4, 1),
    ]
    assert first.context["earlier"] is None
    assert "?month=2027-04#calendar" in shown(first)
    assert (later.context["earlier"], later.context["later"]) == (
        date(2027, 5, 1),
        date(2027, 7, 1),
    )
    assert last.context["later"] is None
    assert page(client, place, month="x").context["months"][0].first == date(2027, 3, 1)


# --- What a stay costs ---


def test_a_stay_is_quoted_line_by_line(client, place):
    Season.objects.create(
        property=place, start_date=date(2027, 4, 2), end_date=date(2027, 4, 3), price=150
    )
    place.tax = 10
    place.save()

    text = shown(page(client, place, **STAY))

    assert "2 nights at 100.00 each" in text
    assert "1 night at 150.00" in text
    assert "Cleaning" in text
    assert "Tax, 10 %" in text
    assert "418.00 <small>USD" in text
    assert "Sign in to book" in text
    assert f"/account/sign-in/?next=/stays/{place.pk}/%3Fstart_date%3D2027-04-01" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"guests": "5"}, "Guests: There is room for 4 at most."),
        ({"guests": ""}, "Guests: This field is required."),
        ({"end_date": "2027-04-01"}, "Departure: A stay must end after it starts."),
        ({"start_date": "2027-02-01"}, "Arrival: Stays can start on 2027-03-01 at the soonest."),
        ({"end_date": "2031-04-01"}, "Departure: Stays can be booked 730 days ahead at most."),
        ({"start_date": "0000"}, "Arrival: Enter a valid date."),
    ],
)
def test_what_a_place_does_not_take_is_said_and_not_offered(client, ann, place, changes, said):
    client.force_login(ann)

    answer = page(client, place, **{**STAY, **changes})

    assert answer.status_code == 200
    assert said in shown(answer)
    assert answer.context["offer"] is None
    assert 'name="quote"' not in shown(answer)


def test_one_day_alone_is_kept_without_a_word(client, place):
    answer = page(client, place, start_date="2027-04-01", end_date="", guests="3")

    text = shown(answer)
    assert "Say when and how many you are" in text
    assert 'name="start_date" value="2027-04-01"' in text
    assert 'name="guests" value="3"' in text
    assert 'role="alert"' not in text


def test_nights_that_are_taken_are_quoted_and_not_offered(client, ann, bob, place):
    make_booking(place, bob, date(2027, 4, 3))
    client.force_login(ann)

    text = shown(page(client, place, **STAY))

    assert "Not all of these nights are free" in text
    assert "330.00" in text
    assert 'name="quote"' not in text


# --- Booking it ---


def test_a_stay_is_booked_at_the_price_that_was_shown(client, ann, place):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))
    place.price = 200
    place.save()

    answer = book(client, place, said)

    booking = Booking.objects.get()
    assert answer["Location"] == f"/bookings/{booking.pk}/"
    assert (booking.user, booking.total, booking.guests) == (ann, Decimal("330.00"), 2)


def test_on_request_the_host_is_asked(client, ann, place):
    place.is_instant = False
    place.save()
    client.force_login(ann)
    quoted = page(client, place, **STAY)

    answer = client.post(f"/stays/{place.pk}/book/", offered(quoted), follow=True)

    assert "<button>Request</button>" in shown(quoted)
    assert "The host is asked." in shown(answer)
    assert Booking.objects.get().accepted_at is None


def test_a_quote_that_has_expired_is_told_with_what_it_costs_now(client, ann, place, time_machine):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))
    place.price = 200
    place.save()
    time_machine.move_to(NOW + timedelta(minutes=31), tick=False)

    answer = book(client, place, said)
    again = book(client, place, offered(answer))

    assert answer.status_code == 409
    assert "This quote has expired." in shown(answer)
    assert "You were shown 330.00 USD; it costs 630.00 USD now." in shown(answer)
    assert again.status_code == 302
    assert Booking.objects.get().total == Decimal("630.00")


def test_a_quote_of_another_stay_books_nothing(client, ann, place):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))

    answers = [
        book(client, place, {**said, "end_date": "2027-04-05"}),
        book(client, place, {**said, "quote": "x"}),
        book(client, make_property(), said),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert "430.00" in shown(answers[0])
    assert not Booking.objects.exists()


def test_nights_that_somebody_else_took_meanwhile_are_told(client, ann, bob, place):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))
    make_booking(place, bob, date(2027, 4, 2))

    answer = book(client, place, said)

    assert answer.status_code == 409
    assert "Not all of these nights are free." in shown(answer)
    assert not Booking.objects.filter(user=ann).exists()


def test_who_presses_twice_has_booked_once(client, ann, place):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))

    answers = [book(client, place, said) for _ in range(2)]

    booking = Booking.objects.get()
    assert [answer["Location"] for answer in answers] == [f"/bookings/{booking.pk}/"] * 2


def test_a_form_that_says_nothing_books_nothing(client, ann, place):
    client.force_login(ann)

    answer = book(client, place, {"start_date": "x"})

    assert answer.status_code == 200
    assert "Departure: This field is required." in shown(answer)
    assert not Booking.objects.exists()


def test_hosts_do_not_book_their_own_places(client, place, ann):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))
    client.force_login(place.host)

    quoted, answer = page(client, place, **STAY), book(client, place, said)

    assert 'name="quote"' not in shown(quoted)
    assert f'href="/hosting/places/{place.pk}/"' in shown(quoted)
    assert answer.status_code == 403
    assert "This place is yours." in shown(answer)
    assert not Booking.objects.exists()


def test_visitors_sign_in_before_they_book_or_ask(client, place):
    for deed in ("book", "conversation"):
        address = f"/stays/{place.pk}/{deed}/"
        assert client.post(address)["Location"] == f"/account/sign-in/?next={address}"
    assert not Booking.objects.exists()


def test_a_draft_is_neither_booked_nor_asked_about(client, ann, place):
    client.force_login(ann)
    said = offered(page(client, place, **STAY))
    place.status = "draft"
    place.save()

    assert book(client, place, said).status_code == 404
    assert client.post(f"/stays/{place.pk}/conversation/").status_code == 404
    assert not Booking.objects.exists()


# --- Asking about it ---


def test_a_question_opens_one_conversation_with_the_host(client, ann, place):
    client.force_login(ann)

    answers = [client.post(f"/stays/{place.pk}/conversation/") for _ in range(2)]

    talk = Conversation.objects.get()
    assert [answer["Location"] for answer in answers] == [f"/inbox/{talk.pk}/"] * 2
    assert (set(talk.participants.all()), talk.subject) == ({ann, place.host}, place)


def test_hosts_do_not_ask_themselves(client, place):
    client.force_login(place.host)

    answer = client.post(f"/stays/{place.pk}/conversation/")

    assert answer["Location"] == f"/stays/{place.pk}/"
    assert not Conversation.objects.exists()


# --- What it costs us ---


def test_a_place_takes_the_same_queries_however_much_there_is(
    client, place, ann, django_assert_num_queries
):
    make_booking(place, ann, date(2027, 4, 10))
    for _ in range(3):
        make_photo(place)

    # stamps, place, amenities, photos, seasons, reviews, nights of the calendar
    with django_assert_num_queries(7):
        page(client, place)
    # besides: nights of the stay
    with django_assert_num_queries(8):
        page(client, place, **STAY)


@pytest.mark.parametrize(("limit", "deed"), [("Bookings", "book"), ("Questions", "conversation")])
def test_deeds_that_reach_hosts_are_limited(client, ann, place, settings, monkeypatch, limit, deed):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(f"tradepost.stays.limits.{limit}.most", 1)
    client.force_login(ann)

    answers = [client.post(f"/stays/{place.pk}/{deed}/") for _ in range(2)]

    assert answers[0].status_code in (200, 302)
    assert answers[1].status_code == 429
    assert int(answers[1]["Retry-After"]) >= 0

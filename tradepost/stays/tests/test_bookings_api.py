"""Booking by the API: what clients send and see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tradepost.stays.models import Booking, Property
from tradepost.stays.tests.factories import make_booking, make_property
from tradepost.stays.tests.money import pay

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
START = TODAY + timedelta(days=40)
DAY = timedelta(days=1)


def wanted(nights: int = 3, start=START, **more) -> dict[str, object]:
    return {"start_date": str(start), "end_date": str(start + nights * DAY), "guests": 1, **more}


def ask_quote(client, place, **more):
    return client.get(f"/api/v1/properties/{place.pk}/quote/", wanted(**more))


def book(client, place, **more):
    return client.post("/api/v1/bookings/", wanted(property=place.pk, **more))


# --- quotes -----------------------------------------------------------------------------------


def test_a_visitor_sees_what_a_stay_costs_line_by_line(api):
    place = make_property(cleaning_fee="20.00", tax="10.00", cancellation_policy="strict")
    quote = ask_quote(api(), place)

    assert quote.status_code == 200
    assert [(line["kind"], line["amount"]) for line in quote.json()["lines"]] == [
        ("nights", 300.0),
        ("cleaning", 20.0),
        ("tax", 32.0),
    ]
    assert (quote.json()["total"], quote.json()["currency"]) == (352.0, "USD")
    assert quote.json()["terms"] == {"name": "strict", "steps": [[336, 100], [168, 50]]}
    assert quote.json()["is_available"] is True


def test_a_quote_says_when_the_nights_are_taken(api, ann):
    place = make_property()
    make_booking(place, ann, START + DAY, 1)
    assert ask_quote(api(), place).json()["is_available"] is False


def test_the_price_of_a_quote_is_the_price_of_the_booking(api, ann):
    place = make_property()
    quote = ask_quote(api(ann), place).json()["quote"]
    Property.objects.update(price="999.00")
    booked = book(api(ann), place, quote=quote)
    assert (booked.status_code, booked.json()["total"]) == (201, 300.0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start_date": ""}, "start_date"),
        ({"start_date": "soon"}, "start_date"),
        ({"guests": 0}, "guests"),
        ({"guests": 3}, "guests"),
        ({"end_date": str(START)}, "end_date"),
        ({"start_date": str(TODAY - 2 * DAY)}, "start_date"),
    ],
)
def test_a_quote_for_nonsense_names_the_field(api, query, field):
    place = make_property()
    said = api().get(f"/api/v1/properties/{place.pk}/quote/", wanted() | query)
    assert said.status_code == 400
    assert field in said.json()


def test_drafts_have_quotes_for_their_host_alone(api, ann):
    place = make_property(status="draft")
    assert ask_quote(api(place.host), place).status_code == 200
    assert ask_quote(api(ann), place).status_code == 404
    assert ask_quote(api(), place).status_code == 404


# --- booking ----------------------------------------------------------------------------------


def test_a_booking_is_answered_with_what_was_agreed(api, ann):
    place = make_property(street="Rua 1")
    answer = book(api(ann), place, expected_total="300.00")

    assert answer.status_code == 201
    assert answer["Location"].endswith(f"/api/v1/bookings/{answer.json()['id']}/")
    shown = answer.json()
    assert (shown["status"], shown["total"], shown["change"]) == ("pending", 300.0, None)
    assert shown["property"]["street"] == ""
    assert api(ann).get(f"/api/v1/bookings/{shown['id']}/").json() == shown


def test_the_street_is_told_when_it_is_confirmed(api, ann):
    place = make_property(street="Rua 1")
    pk = book(api(ann), place).json()["id"]
    pay(Booking.objects.get(pk=pk), ann, timezone.now())
    assert api(ann).get(f"/api/v1/bookings/{pk}/").json()["property"]["street"] == "Rua 1"
    assert api(place.host).get(f"/api/v1/bookings/{pk}/").json()["user"]["id"] == str(ann.pk)


def test_what_is_taken_is_a_conflict_that_names_the_nights(api, ann, bob):
    place = make_property()
    book(api(ann), place)
    answer = book(api(bob), place, start=START + 2 * DAY)
    assert answer.status_code == 409
    assert answer.json()["code"] == "dates_taken"
    assert answer.json()["nights"] == [str(START + 2 * DAY)]


def test_another_total_than_shown_is_a_conflict_that_says_the_new_one(api, ann):
    answer = book(api(ann), make_property(), expected_total="299.99")
    assert (answer.status_code, answer.json()["total"]) == (409, 300.0)


def test_a_repeated_request_books_once(api, ann):
    place = make_property()
    client = api(ann)
    body = wanted(property=place.pk)
    answers = [
        client.post("/api/v1/bookings/", body, headers={"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Booking.objects.count() == 1


def test_visitors_sign_in_first(api):
    assert book(api(), make_property()).status_code == 401
    assert api().get("/api/v1/bookings/").status_code == 401


def test_guests_and_hosts_see_theirs_and_admins_all(api, ann, bob, charlie, boss):
    place, other = make_property(), make_property()
    mine = make_booking(place, ann, START)
    others = make_booking(other, bob, START)

    def seen(user, **query):
        found = api(user).get("/api/v1/bookings/", query).json()["results"]
        return {row["id"] for row in found}

    assert seen(ann) == {mine.pk}
    assert seen(place.host) == {mine.pk}
    assert seen(place.host, role="guest") == set()
    assert seen(other.host, role="host") == {others.pk}
    assert seen(charlie) == set()
    assert seen(boss) == {mine.pk, others.pk}
    assert seen(boss, property=place.pk) == {mine.pk}
    assert seen(boss, status="pending") == set()
    path = f"/api/v1/bookings/{mine.pk}/"
    missing = api(charlie).get("/api/v1/bookings/999999/")
    for stranger in (charlie, bob, other.host):
        answer = api(stranger).get(path)
        assert (answer.status_code, answer.json()) == (404, missing.json())


def test_the_list_takes_as_many_queries_for_ten_as_for_one(api, ann, django_assert_num_queries):
    place = make_property()
    make_booking(place, ann, START)
    api(ann).get("/api/v1/bookings/")  # asks for the permissions of the user, once
    # the bookings with both sides, their lines, their changes
    with django_assert_num_queries(3):
        api(ann).get("/api/v1/bookings/")
    for number in range(1, 10):
        make_booking(place, ann, START + 3 * number * DAY)
    with django_assert_num_queries(3):
        assert len(api(ann).get("/api/v1/bookings/").json()["results"]) == 10


# --- afterwards -------------------------------------------------------------------------------


def test_a_request_is_accepted_and_another_declined(api, ann):
    place = make_property(is_instant=False)
    first, second = (book(api(ann), place, start=START + n * DAY).json()["id"] for n in (0, 5))
    host = api(place.host)
    assert host.post(f"/api/v1/bookings/{first}/accept/").json()["accepted_at"]
    assert host.post(f"/api/v1/bookings/{second}/decline/").json()["status"] == "canceled"
    again = host.post(f"/api/v1/bookings/{second}/accept/")
    assert (again.status_code, again.json()["code"]) == (409, "booking_not_pending")
    assert api(ann).post(f"/api/v1/bookings/{first}/accept/").status_code == 403


def test_canceling_says_first_what_comes_back(api, ann):
    place = make_property(cancellation_policy="flexible")
    booking = make_booking(place, ann, START, terms={"name": "flexible", "steps": [[24, 100]]})
    said = api(ann).get(f"/api/v1/bookings/{booking.pk}/cancellation/").json()
    assert said == {"refund": 200.0, "kept": 0.0, "currency": "USD"}
    wrong = api(ann).post(f"/api/v1/bookings/{booking.pk}/cancel/", {"expected_refund": 199})
    assert (wrong.status_code, wrong.json()["refund"]) == (409, 200.0)


def test_a_change_is_priced_asked_for_and_ended(api, ann):
    place = make_property()
    pk = book(api(ann), place).json()["id"]
    pay(Booking.objects.get(pk=pk), ann, timezone.now())
    path, client = f"/api/v1/bookings/{pk}/change/", api(ann)

    priced = client.get(path, wanted(5)).json()
    assert (priced["total"], priced["difference"]) == (500.0, 200.0)
    asked = client.post(path, wanted(5, expected_total="500.00"))
    assert asked.status_code == 200
    assert (asked.json()["change"]["state"], asked.json()["change"]["total"]) == ("unpaid", 500.0)
    assert client.post(path, wanted(6)).json()["code"] == "change_open"
    assert client.delete(path).json()["change"] is None
    assert client.delete(path).json()["code"] == "no_open_change"


def test_the_timeline_says_what_happened_and_who_did_it(api, ann):
    place = make_property(is_instant=False)
    pk = book(api(ann), place).json()["id"]
    api(place.host).post(f"/api/v1/bookings/{pk}/accept/")
    moments = api(ann).get(f"/api/v1/bookings/{pk}/timeline/").json()
    assert [(row["kind"], row["actor"]["id"]) for row in moments] == [
        ("requested", str(ann.pk)),
        ("accepted", str(place.host.pk)),
    ]


def test_the_conversation_is_the_one_that_began_with_a_question(api, ann, boss):
    place = make_property()
    asked = api(ann).post(f"/api/v1/properties/{place.pk}/conversation/")
    pk = book(api(ann), place).json()["id"]
    path = f"/api/v1/bookings/{pk}/conversation/"
    opened = api(place.host).post(path)
    assert (asked.status_code, opened.status_code) == (200, 200)
    assert asked.json()["conversation_id"] == opened.json()["conversation_id"]
    messages = api(ann).get(f"/api/v1/conversations/{opened.json()['conversation_id']}/messages/")
    assert "booked a stay from" in messages.content.decode()
    assert api(boss).post(path).status_code == 403


# --- the host's calendar ----------------------------------------------------------------------


def test_the_host_sees_why_nights_are_taken(api, ann):
    place = make_property()
    booking = make_booking(place, ann, START, 1)
    host = api(place.host)
    dates = {"start_date": str(START + DAY), "end_date": str(START + 2 * DAY)}
    block = host.post(f"/api/v1/properties/{place.pk}/blocks/", {**dates, "reason": "painting"})
    assert block.status_code == 201
    taken = host.get(f"/api/v1/properties/{place.pk}/nights/").json()
    assert taken == [
        {"night": str(START), "taken_by": "stay", "booking": booking.pk, "block": None},
        {
            "night": str(START + DAY),
            "taken_by": "blocked",
            "booking": None,
            "block": block.json()["id"],
        },
    ]
    for stranger in (api(ann),):
        assert stranger.get(f"/api/v1/properties/{place.pk}/nights/").status_code == 404
        assert stranger.get(f"/api/v1/properties/{place.pk}/blocks/").status_code == 404
    one = f"/api/v1/properties/{place.pk}/blocks/{block.json()['id']}/"
    assert host.delete(one).status_code == 204
    assert host.delete(one).status_code == 404


def test_seasons_are_kept_by_the_host(api, ann):
    place = make_property()
    path, host = f"/api/v1/properties/{place.pk}/seasons/", api(place.host)
    dates = {"start_date": str(START), "end_date": str(START + 9 * DAY)}
    made = host.post(path, {**dates, "price": "50.00", "weekend_price": None})
    assert (made.status_code, made.json()["price"]) == (201, 50.0)
    again = host.post(path, {**dates, "price": "60.00"})
    assert (again.status_code, again.json()["code"]) == (409, "seasons_overlap")
    one = f"{path}{made.json()['id']}/"
    assert host.patch(one, {"price": "70.00"}).json()["price"] == 70.0
    assert host.patch(one, {"price": "0.50"}).status_code == 400
    assert ask_quote(api(), place).json()["total"] == 210.0
    assert api(ann).patch(one, {"price": "1.00"}).status_code == 404
    assert host.delete(one).status_code == 204

"""Places as clients of the API meet them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from conftest import make_user
from tradepost.kit import clock
from tradepost.stays.models import Night, Photo, Property, Season
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_property

PLACES = "/api/v1/properties/"
TODAY = NOW.date()

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_day_in_march(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def hanna(db):
    """Offers the places."""
    return make_host()


def a_place(**fields) -> dict[str, object]:
    """What a client sends to offer one."""
    return {
        "name": "Blue house",
        "city": "Lisbon",
        "latitude": 38.72,
        "longitude": -9.14,
        "time_zone": "Europe/Lisbon",
        "price": 80.5,
        **fields,
    }


def address_of(place: Property) -> str:
    return f"{PLACES}{place.pk}/"


# --- Offering and changing ---------------------------------------------------------------------


def test_a_host_offers_a_place(api, hanna):
    answer = api(hanna).post(PLACES, a_place(amenities=["wifi", "pool"], street="Rua 1"))

    place = Property.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{PLACES}{place.pk}/"
    shown = answer.json()
    del shown["created_at"], shown["last_update"]
    assert shown == {
        "id": place.pk, "host_id": str(hanna.pk), "host_name": "Hanna", "status": "draft",
        "name": "Blue house", "description": "", "house_rules": "", "room_type": "entire_home",
        "street": "Rua 1", "neighbourhood": "", "city": "Lisbon", "region": "", "country": "US",
        "latitude": 38.72, "longitude": -9.14, "time_zone": "Europe/Lisbon",
        "check_in_time": "15:00:00", "check_out_time": "11:00:00", "capacity": 2, "price": 80.5,
        "weekend_price": None, "cleaning_fee": 0.0, "weekly_discount": 0.0,
        "monthly_discount": 0.0, "tax": 0.0, "currency": "USD", "minimum_nights": 1,
        "maximum_nights": 365, "lead_days": 0, "buffer_nights": 0, "is_instant": True,
        "cancellation_policy": "moderate", "amenities": ["pool", "wifi"], "rating": 0.0,
        "ratings_count": 0, "photos": [],
    }  # fmt: skip


def test_the_same_offer_twice_under_one_key_is_one_place(api, hanna):
    once = api(hanna).post(PLACES, a_place(), headers={"Idempotency-Key": "once"})
    again = api(hanna).post(PLACES, a_place(), headers={"Idempotency-Key": "once"})

    assert once.json() == again.json()
    assert Property.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("name", "a\0b"),
        ("city", "  "),
        ("latitude", 90.1),
        ("latitude", "nan"),
        ("longitude", -180.1),
        ("longitude", "inf"),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../etc/passwd"),
        ("price", 0.99),
        ("price", 100000),
        ("price", 80.555),
        ("weekend_price", 0),
        ("cleaning_fee", -1),
        ("weekly_discount", 100.01),
        ("tax", -1),
        ("capacity", 0),
        ("capacity", 51),
        ("minimum_nights", 0),
        ("maximum_nights", 366),
        ("lead_days", -1),
        ("buffer_nights", 31),
        ("country", "Portugal"),
        ("country", "pt"),
        ("status", "gone"),
        ("room_type", "cave"),
        ("cancellation_policy", "none"),
        ("check_in_time", "25:00"),
        ("amenities", ["helipad"]),
        ("amenities", ["wifi"] * 101),
        ("amenities", "wifi"),
    ],
)
def test_what_makes_no_sense_is_refused_and_named(api, hanna, field, value):
    answer = api(hanna).post(PLACES, a_place(**{field: value}))

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Property.objects.exists()


def test_a_change_leaves_the_rest_as_it_was(api, hanna):
    place = make_property(hanna, name="Blue house", price=Decimal(80), weekend_price=Decimal(95))

    answer = api(hanna).patch(address_of(place), {"price": 90, "weekend_price": None})

    place.refresh_from_db()
    assert answer.json()["price"] == 90.0
    assert (place.name, place.price, place.weekend_price) == ("Blue house", Decimal(90), None)


def test_what_is_kept_by_the_house_cannot_be_changed(api, hanna, ann):
    place = make_property(hanna)
    said = {"id": 77, "host": str(ann.pk), "host_id": str(ann.pk), "stars": 5, "ratings_count": 1}

    answer = api(hanna).patch(address_of(place), {**said, "rating": 5, "cell": 1, "source": "x"})

    again = Property.objects.get()
    assert answer.status_code == 200
    assert (again.pk, again.host, again.stars, again.ratings_count) == (place.pk, hanna, 0, 0)
    assert (again.cell, again.source) == (place.cell, None)


def test_a_host_publishes_a_place_and_takes_it_back(api, hanna):
    place = make_property(hanna, status="draft")

    before = api().get(address_of(place)).status_code
    api(hanna).patch(address_of(place), {"status": "published"})
    meanwhile = api().get(address_of(place)).status_code
    api(hanna).patch(address_of(place), {"status": "draft"})
    after = api().get(address_of(place)).status_code

    assert (before, meanwhile, after) == (404, 200, 404)


def test_a_draft_looks_to_strangers_like_nothing(api, hanna, charlie):
    draft = make_property(hanna, status="draft")
    answers = {}

    for number in (draft.pk, draft.pk + 1):
        stranger = api(charlie)
        place = f"{PLACES}{number}/"
        answers[number] = [
            (answer.status_code, answer.content)
            for answer in (
                stranger.get(place),
                stranger.patch(place, {"name": "Mine"}),
                stranger.put(place, a_place()),
                stranger.delete(place),
                stranger.get(f"{place}availability/"),
            )
        ]

    assert answers[draft.pk] == answers[draft.pk + 1]
    assert {status for status, _ in answers[draft.pk]} == {404}


def test_a_host_sees_all_of_their_own_places_newest_first(api, hanna):
    make_property()
    own = [make_property(hanna, status=status, street="Rua 1") for status in ("published", "draft")]

    rows = api(hanna).get(f"{PLACES}mine/").json()["results"]

    assert [row["id"] for row in rows] == [own[1].pk, own[0].pk]
    assert [row["street"] for row in rows] == ["Rua 1", "Rua 1"]


def test_ones_own_places_take_as_many_queries_however_many_they_are(
    api, hanna, django_assert_num_queries
):
    for _ in range(3):
        make_property(hanna).amenities.set(["wifi"])

    with django_assert_num_queries(3):  # places, amenities, photos
        api(hanna).get(f"{PLACES}mine/")


# --- One place ---------------------------------------------------------------------------------


def test_a_place_takes_three_queries_for_visitors(api, hanna, django_assert_num_queries):
    place = make_property(hanna)
    place.amenities.set(["wifi", "pool"])

    with django_assert_num_queries(3):  # place and host, amenities, photos
        api().get(address_of(place))


def test_the_street_is_for_the_host_and_for_guests_whose_stay_is_confirmed(api, hanna, ann, bob):
    place = make_property(hanna, street="Rua 1")
    make_booking(place, ann, TODAY)
    make_booking(
        place, bob, TODAY + timedelta(days=9), status="pending", hold_until=NOW,
        confirmed_at=None,
    )  # fmt: skip
    charlie = make_user("charlie")
    make_booking(
        place, charlie, TODAY + timedelta(days=20), status="canceled", canceled_at=NOW, kept=0
    )
    root = make_user("root", is_superuser=True)

    streets = {
        user and user.username: api(user).get(address_of(place)).json()["street"]
        for user in (None, hanna, ann, bob, charlie, root)
    }

    assert streets == {
        None: None, "hanna": "Rua 1", "ann": "Rua 1", "bob": None, "charlie": None,
        "root": "Rua 1",
    }  # fmt: skip


def test_a_guest_of_another_place_does_not_learn_the_street(api, hanna, ann):
    make_booking(make_property(hanna), ann, TODAY)
    place = make_property(hanna, street="Rua 1")

    assert api(ann).get(address_of(place)).json()["street"] is None


def test_photos_are_shown_in_their_order(api, hanna):
    place = make_property(hanna)
    for position in (2, 1):
        Photo.objects.create(
            property=place, image=f"stays/photos/{position}.png", width=40, height=30,
            position=position, caption=f"Photo {position}",
        )  # fmt: skip

    photos = api().get(address_of(place)).json()["photos"]

    assert [photo["caption"] for photo in photos] == ["Photo 1", "Photo 2"]
    assert photos[0]["image"] == "http://testserver/media/stays/photos/1.png"


def test_everybody_may_know_what_places_may_have(api):
    amenities = api().get("/api/v1/amenities/").json()

    assert {"slug": "wifi", "name": "Wifi"} in amenities
    assert [row["slug"] for row in amenities] == sorted(row["slug"] for row in amenities)


# --- The calendar ------------------------------------------------------------------------------


def days_of(api, place: Property, **asked: object) -> list[dict[str, object]]:
    said = {name.rstrip("_"): value for name, value in asked.items()}
    answer = api().get(f"{address_of(place)}availability/", said)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def free_days(api, place: Property, **asked: object) -> list[str]:
    return [str(day["date"]) for day in days_of(api, place, **asked) if day["available"]]


def test_the_calendar_shows_ninety_days_from_today(api, hanna):
    days = days_of(api, make_property(hanna, minimum_nights=3))

    assert len(days) == 90
    assert days[0] == {
        "date": "2027-03-01", "available": True, "price": 100.0, "minimum_nights": 3,
    }  # fmt: skip
    assert days[-1]["date"] == "2027-05-29"


def test_the_calendar_says_what_nights_cost(api, hanna):
    place = make_property(hanna, weekend_price=Decimal("130.00"))
    Season.objects.create(
        property=place, start_date=date(2027, 3, 7), end_date=date(2027, 3, 8), price=Decimal(90)
    )

    days = days_of(api, place, from_="2027-03-04", to="2027-03-09")

    assert [day["price"] for day in days] == [100.0, 130.0, 130.0, 90.0, 100.0]


def test_the_calendar_does_not_say_why_a_night_is_taken(api, hanna, ann):
    place = make_property(hanna)
    booking = make_booking(place, ann, date(2027, 3, 2), nights=1)
    block = place.blocks.create(start_date=date(2027, 3, 3), end_date=date(2027, 3, 4))
    Night.objects.create(property=place, night=date(2027, 3, 3), block=block)
    Night.objects.create(property=place, night=date(2027, 3, 4), booking=booking, is_buffer=True)

    days = days_of(api, place, to="2027-03-06")

    assert [day["available"] for day in days] == [True, False, False, False, True]
    taken = [{**day, "date": None} for day in days[1:4]]
    assert taken == [taken[0]] * 3


def test_what_is_over_or_too_soon_or_too_far_is_not_available(api, hanna):
    place = make_property(hanna, lead_days=2)

    soon = free_days(api, place, from_="2027-02-27", to="2027-03-05")
    far = free_days(api, place, from_="2029-02-26", to="2029-03-02")

    assert soon == ["2027-03-03", "2027-03-04"]
    assert far == ["2029-02-26", "2029-02-27"]


def test_the_calendar_begins_with_the_day_that_it_is_there(api, hanna):
    place = make_property(hanna, time_zone="Pacific/Kiritimati")

    assert days_of(api, place)[0]["date"] == "2027-03-02"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2027-03-08", "to": "2027-03-08"}, "to"),
        ({"to": "2027-02-01"}, "to"),
        ({"from": "2027-03-01", "to": "2029-03-01"}, "to"),
        ({"from": "tomorrow"}, "from"),
    ],
)
def test_dates_that_make_no_sense_are_refused(api, hanna, asked, field):
    answer = api().get(f"{address_of(make_property(hanna))}availability/", asked)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_the_calendar_takes_three_queries_however_long_it_is(
    api, hanna, ann, django_assert_num_queries
):
    place = make_property(hanna)
    make_booking(place, ann, TODAY, nights=20)

    with django_assert_num_queries(3):  # place, nights, seasons
        days_of(api, place, from_="2027-03-01", to="2029-02-28")

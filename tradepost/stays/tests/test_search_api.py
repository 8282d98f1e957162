"""Looking for places, as clients of the API do."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from conftest import make_user
from tradepost.kit import clock
from tradepost.kit.http.json import encode
from tradepost.stays.models import BookingChange, Night, Photo, Property, Season
from tradepost.stays.serializers.search import FoundOutput
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_property

PLACES = "/api/v1/properties/"
MARCH_8 = date(2027, 3, 8)  # a Monday, a week after the moment of these tests

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_day_in_march(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def look(api, **asked: object) -> list[int]:
    """Return the ids of what is found, in order."""
    said = {name.rstrip("_"): value for name, value in asked.items()}
    answer = api().get(PLACES, said)
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def stay(start: date, nights: int = 2) -> dict[str, object]:
    return {"from_": start.isoformat(), "to": (start + timedelta(days=nights)).isoformat()}


def is_free(api, start: date, nights: int = 2) -> bool:
    return bool(look(api, **stay(start, nights)))


def block(place: Property, *nights: date) -> None:
    held = place.blocks.create(start_date=nights[0], end_date=nights[-1] + timedelta(days=1))
    for night in nights:
        Night.objects.create(property=place, night=night, block=held)


# --- Which places ------------------------------------------------------------------------------


def test_only_what_is_published_is_found_even_by_its_host(api):
    hanna = make_host()
    make_property(hanna, status="draft")
    place = make_property(hanna)

    rows = api(hanna).get(PLACES).json()["results"]

    assert [row["id"] for row in rows] == [place.pk]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"guests": 4}, ["loft", "castle"]),
        ({"guests": 5}, ["castle"]),
        ({"min_price": "80.01"}, ["castle"]),
        ({"min_price": "80.00", "max_price": "499.99"}, ["loft"]),
        ({"max_price": "80"}, ["room", "loft"]),
        ({"room_type": "private_room"}, ["room"]),
        ({"instant": "true"}, ["room", "castle"]),
        ({"instant": "false"}, ["loft"]),
        ({"amenities": "wifi"}, ["room", "castle"]),
        ({"amenities": "pool, wifi,pool"}, ["castle"]),
        ({"search": "cast"}, ["castle"]),
        ({"search": "LISBÓN", "max_price": "80", "bounds": "-10,38,-9,39"}, ["room", "loft"]),
        ({"search": "..."}, []),
        ({"guests": "", "search": "", "bounds": "", "from": ""}, ["room", "loft", "castle"]),
    ],
)
def test_places_can_be_narrowed(api, asked, found):
    room = make_property(name="Room", room_type="private_room", price=Decimal(40), capacity=1)
    loft = make_property(name="Loft", price=Decimal(80), is_instant=False, capacity=4)
    castle = make_property(name="Castle", price=Decimal(500), capacity=9)
    room.amenities.set(["wifi"])
    castle.amenities.set(["wifi", "pool"])
    ids = {"room": room.pk, "loft": loft.pk, "castle": castle.pk}

    assert look(api, **asked, ordering="price") == [ids[name] for name in found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("-9.2,38.7,-9.1,38.8", ["lisbon"]),
        ("-9.14,38.72,-9.0,38.8", ["lisbon"]),  # on the corner
        ("-9.13,38.7,-9.0,38.8", []),
        ("-180,-90,180,90", ["lisbon", "suva", "apia"]),
        ("177,-20,-171,-13", ["suva", "apia"]),  # across the date line
        ("177,-20,179,-13", ["suva"]),
        ("-171,-20,177,-13", []),  # all around, but for them
    ],
)
@pytest.mark.parametrize("few", [0, 1000])
def test_bounds_find_what_lies_within(api, monkeypatch, asked, found, few):
    monkeypatch.setattr("tradepost.stays.found.FEW", few)
    ids = {
        "lisbon": make_property().pk,
        "suva": make_property(latitude=-18.14, longitude=178.44).pk,
        "apia": make_property(latitude=-13.83, longitude=-171.77).pk,
    }

    assert look(api, bounds=asked, ordering="price") == [ids[name] for name in found]


# --- Which nights ------------------------------------------------------------------------------


def test_all_nights_must_be_free(api, ann):
    place = make_property()
    make_booking(place, ann, MARCH_8, nights=2)

    free = [is_free(api, MARCH_8 + timedelta(days=days)) for days in range(-3, 4)]

    assert free == [True, True, False, False, False, True, True]


def test_a_blocked_night_is_not_free(api):
    place = make_property()
    block(place, MARCH_8)

    assert not is_free(api, MARCH_8)
    assert is_free(api, MARCH_8 + timedelta(days=1))


def test_nights_of_another_place_do_not_matter(api, ann):
    free, taken = make_property(), make_property()
    make_booking(taken, ann, MARCH_8)

    assert look(api, **stay(MARCH_8)) == [free.pk]


def test_nobody_may_arrive_in_the_empty_nights_after_a_stay(api, ann):
    place = make_property(buffer_nights=2)
    make_booking(place, ann, MARCH_8)

    free = [is_free(api, MARCH_8 - timedelta(days=days)) for days in (2, 3, 4)]

    assert free == [False, False, True]


def test_empty_nights_may_lie_on_blocked_dates_and_other_empty_nights(api, ann):
    place = make_property(buffer_nights=2)
    block(place, MARCH_8)
    earlier = make_booking(place, ann, MARCH_8 - timedelta(days=20))
    Night.objects.create(
        property=place, night=MARCH_8 + timedelta(days=1), booking=earlier, is_buffer=True
    )

    assert is_free(api, MARCH_8 - timedelta(days=2))


def test_nights_that_are_held_for_a_change_are_those_of_a_guest(api, ann):
    place = make_property(buffer_nights=1)
    booking = make_booking(place, ann, MARCH_8 + timedelta(days=10))
    change = BookingChange.objects.create(
        booking=booking, asked_by=ann, state="asked", is_open=True, start_date=MARCH_8,
        end_date=MARCH_8 + timedelta(days=1), guests=1, total=1, lines=[], created_at=NOW,
        hold_until=NOW,
    )  # fmt: skip
    Night.objects.create(property=place, night=MARCH_8, booking=booking, change=change)

    assert not is_free(api, MARCH_8)
    assert not is_free(api, MARCH_8 - timedelta(days=2))
    assert is_free(api, MARCH_8 - timedelta(days=3))


def test_a_stay_must_be_long_enough_and_not_too_long(api):
    make_property(minimum_nights=3, maximum_nights=5)

    free = [is_free(api, MARCH_8, nights) for nights in (2, 3, 5, 6)]

    assert free == [False, True, True, False]


def test_a_host_may_want_some_days_ahead(api):
    make_property(lead_days=7)

    assert not is_free(api, MARCH_8 - timedelta(days=1))
    assert is_free(api, MARCH_8)


@pytest.mark.parametrize(
    ("zone", "lead", "first"),
    [  # at noon of March 1 by UTC
        ("Europe/Lisbon", 0, date(2027, 3, 1)),
        ("Pacific/Kiritimati", 0, date(2027, 3, 2)),
        ("Etc/GMT+12", 0, date(2027, 3, 1)),
        ("Europe/Lisbon", 1, date(2027, 3, 2)),
        ("Pacific/Kiritimati", 1, date(2027, 3, 3)),
    ],
)
def test_today_is_that_of_the_place(api, zone, lead, first):
    make_property(time_zone=zone, lead_days=lead)

    assert is_free(api, first)
    assert first == date(2027, 3, 1) or not is_free(api, first - timedelta(days=1))


@pytest.mark.parametrize(
    ("hour", "zone", "first"),
    [
        (0, "Pacific/Honolulu", date(2027, 2, 28)),
        (0, "Europe/Berlin", date(2027, 3, 1)),
        (23, "Europe/Berlin", date(2027, 3, 2)),
        (23, "Pacific/Honolulu", date(2027, 3, 1)),
    ],
)
def test_midnight_comes_at_its_own_hour_everywhere(api, monkeypatch, hour, zone, first):
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 3, 1, hour, 30, tzinfo=UTC))
    make_property(time_zone="Pacific/Honolulu", lead_days=3)
    place = make_property(time_zone=zone)

    assert look(api, **stay(first)) == [place.pk]


@pytest.mark.parametrize(("zone", "ahead"), [("Europe/Lisbon", 730), ("Pacific/Kiritimati", 731)])
def test_stays_end_two_years_ahead_at_the_latest(api, zone, ahead):
    make_property(time_zone=zone)
    last = NOW.date() + timedelta(days=ahead - 2)

    assert is_free(api, last)
    assert ahead == 731 or not is_free(api, last + timedelta(days=1))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2027-03-08"}, "to"),
        ({"to": "2027-03-08"}, "from"),
        ({"from": "2027-03-08", "to": "2027-03-08"}, "to"),
        ({"from": "2027-03-08", "to": "2027-03-07"}, "to"),
        ({"from": "2027-02-27", "to": "2027-03-07"}, "from"),
        ({"from": "2029-02-20", "to": "2029-03-02"}, "to"),
        ({"from": "soon", "to": "2029-03-02"}, "from"),
        ({"bounds": "1,2,3"}, "bounds"),
        ({"bounds": "1,2,3,x"}, "bounds"),
        ({"bounds": "1,2,3,nan"}, "bounds"),
        ({"bounds": "1,2,3,inf"}, "bounds"),
        ({"bounds": "1,2,181,4"}, "bounds"),
        ({"bounds": "1,2,3,91"}, "bounds"),
        ({"bounds": "1,4,3,2"}, "bounds"),
        ({"bounds": "1,2,1,4"}, "bounds"),
        ({"bounds": "1," * 2000}, "bounds"),
        ({"guests": "0"}, "guests"),
        ({"guests": "many"}, "guests"),
        ({"min_price": "-1"}, "min_price"),
        ({"min_price": "20", "max_price": "10"}, "max_price"),
        ({"amenities": "helipad"}, "amenities"),
        ({"amenities": "a b"}, "amenities"),
        ({"amenities": "\0"}, "amenities"),
        ({"room_type": "cave"}, "room_type"),
        ({"instant": "perhaps"}, "instant"),
        ({"search": "x" * 201}, "search"),
        ({"search": "\0"}, "search"),
        ({"search": "a " * 13}, "search"),
        ({"ordering": "name"}, "ordering"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
    ],
)
def test_what_makes_no_sense_is_refused_and_named(api, asked, field):
    answer = api().get(PLACES, asked)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


# --- What is shown -----------------------------------------------------------------------------


def test_the_fast_form_is_the_serializers_byte_for_byte(api):
    place = make_property(
        name="für “alle”", price=Decimal("99.90"), weekend_price=Decimal("120.50"),
        cleaning_fee=Decimal("35.00"), weekly_discount=Decimal("7.50"), tax=Decimal("6.00"),
        stars=14, ratings_count=3,
    )  # fmt: skip
    Season.objects.create(
        property=place, start_date=MARCH_8, end_date=date(2027, 3, 10), price=Decimal(150)
    )
    for position in range(1, 8):
        Photo.objects.create(
            property=place, image=f"stays/photos/{position}.png", width=40, height=30,
            position=position, caption="Küche",
        )  # fmt: skip
    place = Property.objects.get(pk=place.pk)

    for dates in ((None, None), (MARCH_8, date(2027, 3, 16))):
        context = {"root": "http://testserver", "dates": dates}
        contract = encode(FoundOutput(place, context=context).data)
        asked = {} if dates[0] is None else {"from": dates[0], "to": dates[1]}
        found = api().get(PLACES, asked).content
        assert found == b'{"next":null,"previous":null,"results":[' + contract + b"]}"
        worded = api().get(PLACES, {**asked, "search": "alle"}).content
        assert worded == found


def test_a_row_says_what_a_list_shows(api):
    make_property(name="Blue house", price=Decimal("100.00"), cleaning_fee=Decimal("30.00"))

    [row] = api().get(PLACES, {"from": MARCH_8, "to": date(2027, 3, 10)}).json()["results"]

    del row["id"]
    assert row == {
        "name": "Blue house", "city": "Lisbon", "latitude": 38.72, "longitude": -9.14,
        "room_type": "entire_home", "capacity": 2, "is_instant": True, "price": 100.0,
        "currency": "USD", "total": 230.0, "rating": 0.0, "ratings_count": 0, "photos": [],
    }  # fmt: skip


# --- Pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ordering", ["newest", "-id", "price", "-price", "rating", "-rating"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"search": "house"},
        {"bounds": "-10,38,-9,39"},
        {"bounds": "-10,38,-9,39", "from": MARCH_8, "to": date(2027, 3, 10)},
        {"bounds": "-180,-80,180,80", "from": MARCH_8, "to": date(2027, 3, 10)},
        {"search": "house", "from": MARCH_8, "to": date(2027, 3, 10), "max_price": 1000},
    ],
)
def test_pages_show_each_place_once_in_order_both_ways(api, monkeypatch, ordering, asked):
    monkeypatch.setattr("tradepost.stays.found.FEW", 10 if "180" in str(asked) else 1000)
    host = make_host()
    for number in range(23):
        price = Decimal(100 + number // 4 * 10)
        make_property(host, price=price, ratings_count=3, stars=number // 3)
    column = ordering.removeprefix("-").replace("newest", "id")
    falls = ordering in ("newest", "-id", "-price", "-rating")

    shown, page = [], api().get(PLACES, {**asked, "ordering": ordering, "page_size": 5}).json()
    shown += page["results"]
    while page["next"]:
        page = api().get(page["next"]).json()
        shown += page["results"]
    back = [page["results"]]
    while page["previous"]:
        page = api().get(page["previous"]).json()
        back.insert(0, page["results"])

    expected = sorted(shown, key=lambda row: (row[column], row["id"]), reverse=falls)
    assert len({row["id"] for row in shown}) == 23
    assert shown == expected
    assert [row for rows in back for row in rows] == expected


@pytest.mark.parametrize("cursor", ["x", "é", "bnVsbA", "WyJwcmljZSxpZCIsZmFsc2UsWyIxIiwxXV0"])
def test_a_cursor_that_we_never_gave_is_404(api, cursor):
    make_property()

    assert api().get(PLACES, {"cursor": cursor}).status_code == 404


def test_a_search_takes_as_many_queries_however_many_places_there_are(
    api, django_assert_num_queries
):
    for number in range(25):
        place = make_property(price=Decimal(100 + number))
        place.amenities.set(["wifi"])
        Photo.objects.create(
            property=place, image="stays/photos/1.png", width=1, height=1, position=1
        )
    asked = {**stay(MARCH_8), "bounds": "-10,38,-9,39", "ordering": "price"}
    asked["from"] = asked.pop("from_")
    following = api().get(PLACES, asked).json()["next"]

    with django_assert_num_queries(4):  # how many are near, places, photos, seasons
        api().get(PLACES, asked)
    # on MariaDB what costs as much, up to its id, and then what costs more
    with django_assert_num_queries(5 if connection.vendor == "mysql" else 4):
        api().get(following)
    with django_assert_num_queries(2):  # places, photos
        api().get(PLACES)
    with django_assert_num_queries(3):  # amenities, places, photos
        api().get(PLACES, {"amenities": "wifi"})


def test_who_asks_does_not_matter(api, ann):
    place = make_property()

    visitor = api().get(PLACES).content

    for user in (ann, place.host, make_user("root", is_superuser=True)):
        assert api(user).get(PLACES).content == visitor

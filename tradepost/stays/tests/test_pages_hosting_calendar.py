"""Photos and calendars of hosts, in the browser."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tradepost.accounts.models import User
from tradepost.kit import clock
from tradepost.kit.tests.pictures import picture_bytes, upload
from tradepost.stays.actions.calendar import add_season, block_dates
from tradepost.stays.models import Block, Photo, Property, Season
from tradepost.stays.models.photos import MOST_PHOTOS
from tradepost.stays.tests.factories import make_booking, make_host, make_photo, make_property
from tradepost.stays.tests.hosting import notices

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def place(client) -> Property:
    """A place whose host is signed in."""
    place = make_property(make_host("hanna"))
    client.force_login(place.host)
    return place


@pytest.fixture
def first() -> date:
    """The first day of a month that is not here yet."""
    return (clock.now().date().replace(day=1) + 75 * DAY).replace(day=1)


def at(place: Property, page: str) -> str:
    return f"/hosting/places/{place.pk}/{page}"


# --- Photos --------------------------------------------------------------------------------------


def test_a_photo_is_added_behind_the_others(client, place):
    make_photo(place)

    answer = client.post(at(place, "photos/"), {"image": upload(), "caption": "The hall"})

    photo = place.photos.last()
    assert answer["Location"] == at(place, "photos/")
    assert (photo.position, photo.caption) == (2, "The hall")


@pytest.mark.parametrize(
    "sent",
    [{}, {"image": upload(b"no picture", "hall.jpg")}, {"image": upload(picture_bytes(), "x.gif")}],
    ids=["nothing", "text", "a wrong name"],
)
def test_what_is_no_photo_is_refused_at_its_field(client, place, sent):
    answer = client.post(at(place, "photos/"), {**sent, "caption": "The hall"})

    assert list(answer.context["form"].errors) == ["image"]
    assert 'value="The hall"' in answer.content.decode()
    assert not Photo.objects.exists()


def test_one_photo_too_many_is_refused(client, place):
    for _ in range(MOST_PHOTOS):
        make_photo(place)

    answer = client.post(at(place, "photos/"), {"image": upload()})

    assert answer.context["form"].non_field_errors() == ["A place cannot have that many photos."]
    assert place.photos.count() == MOST_PHOTOS


def test_photos_change_places_with_their_neighbours(client, place):
    one, two, three = (make_photo(place) for _ in range(3))

    client.post(at(place, f"photos/{three.pk}/"), {"move": "up"})
    client.post(at(place, f"photos/{one.pk}/"), {"move": "down"})
    client.post(at(place, f"photos/{two.pk}/"), {"move": "down"})  # is the last one already

    assert list(place.photos.order_by("position")) == [three, one, two]


def test_what_a_photo_shows_is_changed(client, place):
    photo = make_photo(place)

    client.post(at(place, f"photos/{photo.pk}/"), {"caption": "The garden"})
    refused = client.post(at(place, f"photos/{photo.pk}/"), {"caption": "x" * 256})

    assert place.photos.get().caption == "The garden"
    assert notices(refused)[-1] == "At most 255 characters say what a photo shows."


def test_a_photo_is_removed(client, place):
    one, two = make_photo(place), make_photo(place)

    client.post(at(place, f"photos/{one.pk}/remove/"))

    assert [(photo, photo.position) for photo in place.photos.all()] == [(two, 1)]


def test_a_photo_is_looked_for_at_its_own_place_only(client, place):
    other = make_photo(make_property(place.host))
    strange = make_photo(make_property())

    answers = [
        client.post(at(place, f"photos/{other.pk}/remove/")),
        client.post(at(place, f"photos/{other.pk}/"), {"caption": "x"}),
        client.post(at(strange.property, f"photos/{strange.pk}/remove/")),
        client.post(at(strange.property, f"photos/{strange.pk}/"), {"move": "up"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert Photo.objects.count() == 2


# --- The calendar --------------------------------------------------------------------------------


def test_a_month_says_of_every_night_what_it_is(client, place, first, ann):
    booking = make_booking(place, ann, first + 2 * DAY)
    block_dates(
        host=place.host, property_id=place.pk, start_date=first + 9 * DAY,
        end_date=first + 10 * DAY, now=clock.now(),
    )  # fmt: skip
    prices = {"start_date": first + 20 * DAY, "end_date": first + 22 * DAY, "price": Decimal(80)}
    add_season(host=place.host, property_id=place.pk, fields=prices)

    month = client.get(at(place, f"calendar/?month={first:%Y-%m}")).context["month"]

    days = {day.date: day for week in month.weeks for day in week if day}
    taken = {day.date: (day.reason, day.booking_id) for day in days.values() if day.reason}
    assert taken == {
        first + 2 * DAY: ("stay", booking.pk),
        first + 3 * DAY: ("stay", booking.pk),
        first + 9 * DAY: ("blocked", None),
    }
    assert [days[first + n * DAY].price for n in (19, 20, 21, 22)] == [100, 80, 80, 100]


def test_a_month_takes_eleven_queries(client, place, first, ann, django_assert_num_queries):
    for number in range(4):
        make_booking(place, ann, first + number * 3 * DAY)

    # session, user, place in the feed, permissions of user and groups (may everything be changed?),
    # place, seasons, nights, blocks; what is unread: conversations, notifications
    with django_assert_num_queries(11):
        client.get(at(place, f"calendar/?month={first:%Y-%m}"))


@pytest.mark.parametrize("month", ["", "x", "0000-00", "2027-13", "1999-01", "9999-12"])
def test_any_month_is_answered(client, place, month):
    assert client.get(at(place, f"calendar/?month={month}")).status_code == 200


def test_nights_are_blocked_and_opened_again(client, place, first):
    words = {"start_date": first, "end_date": first + 3 * DAY, "reason": "Painters"}

    answer = client.post(at(place, "blocks/"), words)
    block = Block.objects.get()
    blocked = place.nights.count()
    again = client.post(at(place, f"blocks/{block.pk}/remove/?month={first:%Y-%m}"))

    assert answer["Location"] == at(place, f"calendar/?month={first:%Y-%m}")
    assert (block.reason, blocked) == ("Painters", 3)
    assert again["Location"] == answer["Location"]
    assert not place.nights.exists()


def test_bad_dates_are_refused_at_their_field(client, place, first):
    sent = [
        {"start_date": "", "end_date": first},
        {"start_date": first, "end_date": first},
        {"start_date": first, "end_date": first + 900 * DAY},
    ]

    errors = [
        list(client.post(at(place, "blocks/"), one).context["block_form"].errors) for one in sent
    ]

    assert errors == [["start_date"], ["end_date"], ["end_date"]]
    assert not Block.objects.exists()


def test_nights_of_a_stay_cannot_be_blocked(client, place, first, ann):
    make_booking(place, ann, first)

    answer = client.post(
        at(place, "blocks/"),
        {"start_date": first, "end_date": first + DAY, "reason": "Painters"},
    )

    assert answer.context["block_form"].non_field_errors() == ["Not all of these nights are free."]
    assert 'value="Painters"' in answer.content.decode()
    assert not Block.objects.exists()


def season(first: date, **fields) -> dict[str, object]:
    said = {
        "name": "Summer", "start_date": first, "end_date": first + 30 * DAY, "price": "140.00",
        "weekend_price": "",
    }  # fmt: skip
    return {f"season-{name}": value for name, value in {**said, **fields}.items()}


def test_a_season_is_noted_and_removed(client, place, first):
    client.post(at(place, "seasons/"), season(first, weekend_price="150"))
    noted = Season.objects.get()
    client.post(at(place, f"seasons/{noted.pk}/remove/"))

    assert (noted.name, noted.price, noted.weekend_price) == ("Summer", 140, 150)
    assert not Season.objects.exists()


def test_two_seasons_cannot_have_the_same_nights(client, place, first):
    client.post(at(place, "seasons/"), season(first))

    answer = client.post(at(place, "seasons/"), season(first + 9 * DAY, name="Later"))

    assert answer.context["season_form"].non_field_errors() == [
        "Another season has some of these nights."
    ]
    assert 'value="Later"' in answer.content.decode()
    assert Season.objects.count() == 1


@pytest.mark.parametrize("fault", [{"price": "0"}, {"price": ""}, {"weekend_price": "x"}])
def test_a_bad_price_of_a_season_is_refused_at_its_field(client, place, first, fault):
    answer = client.post(at(place, "seasons/"), season(first, **fault))

    assert list(answer.context["season_form"].errors) == list(fault)
    assert not Season.objects.exists()


def test_a_season_that_ends_before_it_starts_is_refused_at_its_field(client, place, first):
    answer = client.post(at(place, "seasons/"), season(first, end_date=first))

    assert list(answer.context["season_form"].errors) == ["end_date"]


def test_blocks_and_seasons_are_looked_for_at_their_own_place_only(client, place, first):
    other = make_property(place.host)
    block = block_dates(
        host=place.host, property_id=other.pk, start_date=first, end_date=first + DAY,
        now=clock.now(),
    )  # fmt: skip
    prices = {"start_date": first, "end_date": first + DAY, "price": Decimal(80)}
    noted = add_season(host=place.host, property_id=other.pk, fields=prices)

    answers = [
        client.post(at(place, f"blocks/{block.pk}/remove/")),
        client.post(at(place, f"seasons/{noted.pk}/remove/")),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert (Block.objects.count(), Season.objects.count()) == (1, 1)


def test_a_guest_cannot_block_the_place_they_booked(client, place, first, ann):
    make_booking(place, ann, first)
    client.force_login(User.objects.get(pk=ann.pk))

    answer = client.post(at(place, "blocks/"), {"start_date": first, "end_date": first + DAY})

    assert answer.status_code == 404

"""Looking for a place to stay, on its page."""

import re
from datetime import date
from decimal import Decimal

import pytest

from tradepost.stays.tests.factories import NOW, make_booking, make_photo, make_property

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


def look(client, **asked):
    return client.get("/stays/", asked)


def names(answer) -> list[str]:
    return [card.name for card in answer.context["cards"]]


def test_published_places_are_shown_newest_first(client):
    make_property(name="Mill")
    make_property(name="Barn", price=Decimal("80.50"))
    make_property(name="Draft", status="draft")

    answer = look(client)

    text = answer.content.decode()
    assert names(answer) == ["Barn", "Mill"]
    assert "80.50 <small>USD a night" in text
    assert '<p class="hint" role="status" id="count">2 places</p>' in text


def test_words_guests_prices_kind_and_amenities_narrow_what_is_shown(client):
    small = make_property(name="Small", capacity=1, price=50, room_type="private_room")
    large = make_property(name="Large", city="Porto", capacity=6, price=200, is_instant=False)
    large.amenities.set(["wifi", "pool"])
    small.amenities.set(["wifi"])

    assert names(look(client, search="porto")) == ["Large"]
    assert names(look(client, guests=4)) == ["Large"]
    assert names(look(client, max_price=100)) == ["Small"]
    assert names(look(client, min_price=100)) == ["Large"]
    assert names(look(client, room_type="private_room")) == ["Small"]
    assert names(look(client, instant="yes")) == ["Small"]
    assert names(look(client, instant="no")) == ["Large"]
    assert names(look(client, amenities=["wifi", "pool"])) == ["Large"]
    assert names(look(client, ordering="price")) == ["Small", "Large"]


def test_with_dates_taken_places_are_left_out_and_others_say_what_the_stay_costs(client, ann):
    make_property(name="Free", price=100, cleaning_fee=30)
    taken = make_property(name="Taken")
    make_booking(taken, ann, date(2027, 4, 2))

    answer = look(client, **{"from": "2027-04-01", "to": "2027-04-04", "guests": "2"})

    text = answer.content.decode()
    assert names(answer) == ["Free"]
    assert answer.context["cards"][0].total == Decimal("330.00")
    assert "330.00 <small>USD for 3 nights" in text
    assert "?start_date=2027-04-01&amp;end_date=2027-04-04&amp;guests=2" in text


def test_pins_lead_to_their_places_and_say_what_they_cost(client):
    place = make_property(name="Mill")

    text = look(client).content.decode()

    assert f'<a href="/stays/{place.pk}/" aria-label="Mill, 100 USD">' in text


def test_a_piece_of_the_map_is_looked_at_and_left_again(client):
    make_property(name="Lisbon")
    make_property(name="Vienna", latitude=48.2, longitude=16.4)

    around = look(client, bounds="-10,38,-9,39")
    beside = look(client, bounds=around.context["map"].ways["west"], guests="1")

    text = beside.content.decode()
    assert names(around) == ["Lisbon"]
    assert names(beside) == []
    assert 'data-again href="?guests=1">Everywhere</a>' in text
    assert 'name="bounds" value="' in text
    assert "No place fits that" in text


def test_where_nothing_is_there_is_no_map(client):
    answer = look(client)

    assert answer.status_code == 200
    assert answer.context["map"] is None
    assert "All places" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "2027-04-01"}, "Departure: Both days are needed, or none."),
        ({"to": "2027-04-01"}, "Arrival: Both days are needed, or none."),
        ({"from": "2027-04-02", "to": "2027-04-01"}, "Departure: A stay must end after it starts."),
        ({"from": "2027-01-02", "to": "2027-04-01"}, "Arrival: This day is over."),
        ({"from": "2027-04-02", "to": "2037-04-01"}, "days ahead at most."),
        ({"from": "soon", "to": "2027-04-01"}, "Arrival: Enter a valid date."),
        ({"guests": "0"}, "Guests: Ensure this value"),
        ({"min_price": "5", "max_price": "4"}, "Not below the lowest price."),
        ({"bounds": "1,2,3"}, "That is no piece of the map."),
        ({"amenities": "moat"}, "It has: Select a valid choice."),
        ({"ordering": "size"}, "Order: Select a valid choice."),
        ({"search": "a " * 50}, "words."),
    ],
)
def test_a_mistake_is_named_and_narrows_nothing(client, asked, said):
    make_property(name="Mill")

    answer = look(client, **asked)

    assert answer.status_code == 200
    assert said in re.sub(r"\s+", " ", answer.content.decode())
    assert names(answer) == ["Mill"]


def test_many_places_come_in_pages_that_repeat_and_skip_none(client):
    made = [make_property().name for _ in range(27)]

    first = look(client, guests=1)
    second = look(client, guests=1, after=first.context["after"])
    third = look(client, guests=1, after=second.context["after"])

    assert names(first) + names(second) + names(third) == made[::-1]
    assert third.context["after"] == ""
    assert 'href="?guests=1">Back to the first</a>' in third.content.decode()


@pytest.mark.parametrize("after", ["x", "W10", "ä", "\0"])
def test_a_place_in_the_list_that_is_none_means_its_beginning(client, after):
    make_property(name="Mill")

    assert names(look(client, after=after)) == ["Mill"]


def test_each_card_has_the_first_photo_of_its_place(client):
    place = make_property()
    make_photo(place, position=2, image="stays/photos/second.png")
    make_photo(place, position=1, image="stays/photos/first.png", thumbnail="stays/photos/t.jpg")

    text = look(client).content.decode()

    assert 'src="/media/stays/photos/t.jpg" alt="" width="40" height="30"' in text
    assert "second.png" not in text


def test_the_search_costs_the_same_for_many_places(client, django_assert_num_queries):
    for _ in range(5):
        make_photo(make_property())

    # stamp, amenities of the form, places, photos
    with django_assert_num_queries(4):
        look(client)
    # stamps, amenities, how many lie there, places, photos, seasons
    with django_assert_num_queries(6):
        look(client, **{"from": "2027-04-01", "to": "2027-04-04", "bounds": "-10,38,-9,39"})


def test_what_somebody_looks_for_is_no_page_of_a_search_engine(client):
    plain, narrowed = look(client).content.decode(), look(client, guests=2).content.decode()

    assert '<link rel="canonical" href="http' in plain
    assert 'name="robots"' not in plain
    assert '<meta name="robots" content="noindex, follow">' in narrowed

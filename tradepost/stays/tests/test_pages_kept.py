"""Pages of stays that are kept for visitors: whatever anybody does is seen at once."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tradepost.accounts.actions.users import change_profile, close_account
from tradepost.kit import clock
from tradepost.kit.http.hot.shelf import shelf
from tradepost.kit.tests.pictures import upload
from tradepost.stays.actions.amenities import create_amenity, delete_amenity, rename_amenity
from tradepost.stays.actions.calendar import (
    add_season,
    block_dates,
    change_season,
    delete_season,
    unblock_dates,
)
from tradepost.stays.actions.cancellations import cancel_booking
from tradepost.stays.actions.changes import ask_for_change, end_change
from tradepost.stays.actions.imports import import_listings
from tradepost.stays.actions.photos import (
    add_photo,
    change_caption,
    delete_photo,
    make_variants,
    order_photos,
)
from tradepost.stays.actions.properties import change_property, create_property, delete_property
from tradepost.stays.actions.releases import release_due_reviews
from tradepost.stays.actions.reviews import answer_review, delete_review
from tradepost.stays.actions.timers import expire_holds
from tradepost.stays.models import Property
from tradepost.stays.tests.factories import NOW, make_host, make_photo, make_property
from tradepost.stays.tests.listings import table
from tradepost.stays.tests.stays_over import AFTER, TIME_IS_UP, make_stay, review, review_both
from tradepost.stays.tests.test_bookings import START, book, stay
from tradepost.stays.tests.test_cancellations import confirmed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DATES = f"from={START}&to={START + 3 * DAY}"
THAT_STAY = f"start_date={START}&end_date={START + 3 * DAY}&guests=1"


@pytest.fixture(autouse=True)
def today(time_machine, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def hanna():
    return make_host()


@pytest.fixture
def place(hanna) -> Property:
    return make_property(hanna, name="Mill")


class Look:
    """A page as visitors see it: first it is made, then it is kept."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.first = self.again()
        assert self.again() == self.first

    def again(self) -> str:
        return Client().get(self.address).content.decode()

    def assert_news(self) -> None:
        """Whatever was done is on the page, and it is as if nothing had been kept."""
        seen = self.again()
        shelf.clear()
        assert seen == self.again() != self.first


def at_home(place: Property) -> Look:
    return Look("/")


def at_search(place: Property) -> Look:
    return Look("/stays/")


def at_dates(place: Property) -> Look:
    return Look(f"/stays/?{DATES}")


def at_place(place: Property) -> Look:
    return Look(f"/stays/{place.pk}/?month={START:%Y-%m}")


def at_quote(place: Property) -> Look:
    return Look(f"/stays/{place.pk}/?{THAT_STAY}")


CARDS = [at_home, at_search, at_dates]
EVERYWHERE = [*CARDS, at_place, at_quote]
OF_NIGHTS = [at_dates, at_place, at_quote]


@pytest.mark.parametrize(
    "address", ["/", "/stays/", f"/stays/?{DATES}", "/stays/{pk}/", "/stays/{pk}/?" + THAT_STAY]
)
def test_a_visitors_second_look_asks_for_the_stamps_alone(place, address):
    address = address.format(pk=place.pk)
    Client().get(address)

    with CaptureQueriesContext(connection) as queries:
        Client().get(address)

    assert len(queries) == 1


# --- Places ---


@pytest.mark.parametrize("look", EVERYWHERE)
@pytest.mark.parametrize("changes", [{"name": "Tower"}, {"price": 70}, {"status": "draft"}])
def test_a_changed_place(place, hanna, look, changes):
    look = look(place)

    change_property(editor=hanna, property_id=place.pk, changes=changes)

    look.assert_news()


@pytest.mark.parametrize("look", CARDS)
def test_a_new_place_and_one_that_is_gone(place, hanna, look):
    look_before, columns = look(place), {"status": "published", "name": "Tower", "price": 9}
    fields = {name: getattr(place, name) for name in ("city", "latitude", "longitude", "time_zone")}

    new = create_property(host=hanna, fields={**fields, **columns})
    look_before.assert_news()
    look_after = look(place)
    delete_property(editor=hanna, property_id=new.pk)

    look_after.assert_news()


def test_an_imported_place(place):
    look = at_search(place)

    list(import_listings(stream=StringIO(table({}), newline="")))

    look.assert_news()


def test_amenities(place, hanna):
    change_property(editor=hanna, property_id=place.pk, changes={}, amenities=["wifi"])
    search, page = at_search(place), at_place(place)
    create_amenity(slug="owl", name="An owl")
    search.assert_news()

    search = at_search(place)
    rename_amenity(slug="wifi", name="Wireless")
    search.assert_news()
    page.assert_news()

    search, page = at_search(place), at_place(place)
    delete_amenity(slug="wifi")
    search.assert_news()
    page.assert_news()


@pytest.mark.parametrize("look", EVERYWHERE)
def test_a_first_photo_that_is_made_smaller_and_taken_away(place, hanna, look):
    before = look(place)
    photo = add_photo(keeper=hanna, property_id=place.pk, file=upload())
    before.assert_news()

    before = look(place)
    make_variants(photo_id=photo.pk)
    before.assert_news()

    before = look(place)
    delete_photo(keeper=hanna, property_id=place.pk, photo_id=photo.pk)
    before.assert_news()


def test_captions_and_the_order_of_photos(place, hanna):
    first, second = make_photo(place, width=50), make_photo(place, width=60)
    of = {"keeper": hanna, "property_id": place.pk}
    page, home = at_place(place), at_home(place)

    order_photos(**of, photo_ids=[second.pk, first.pk])
    page.assert_news()
    home.assert_news()
    page = at_place(place)
    change_caption(**of, photo_id=second.pk, caption="The door")

    page.assert_news()


# --- Nights ---


@pytest.mark.parametrize("look", OF_NIGHTS)
def test_blocked_nights(place, hanna, look):
    before, of = look(place), {"host": hanna, "property_id": place.pk}
    block = block_dates(**of, start_date=START, end_date=START + DAY, now=NOW)
    before.assert_news()

    before = look(place)
    unblock_dates(**of, block_id=block.pk)

    before.assert_news()


@pytest.mark.parametrize("look", OF_NIGHTS)
def test_seasons(place, hanna, look):
    before, of = look(place), {"host": hanna, "property_id": place.pk}
    dates = {"start_date": START, "end_date": START + 3 * DAY}
    season = add_season(**of, fields={"price": "50.00", **dates})
    before.assert_news()

    before = look(place)
    change_season(**of, season_id=season.pk, changes={"price": "60.00"})
    before.assert_news()

    before = look(place)
    delete_season(**of, season_id=season.pk)
    before.assert_news()


@pytest.mark.parametrize("look", OF_NIGHTS)
def test_a_stay_that_is_booked_and_one_that_nobody_paid(place, ann, look):
    before = look(place)
    book(ann, place)
    before.assert_news()

    before = look(place)
    expire_holds(now=NOW + DAY)

    before.assert_news()


@pytest.mark.parametrize("look", OF_NIGHTS)
def test_a_stay_that_is_canceled(place, ann, look):
    booking = confirmed(ann, place)
    before = look(place)

    cancel_booking(actor=ann, booking_id=booking.pk, now=NOW)

    before.assert_news()


def test_a_change_that_holds_nights_and_gives_them_back(place, ann):
    booking = confirmed(ann, place)
    before = at_place(place)
    ask_for_change(actor=ann, booking_id=booking.pk, stay=stay(5), now=NOW)
    before.assert_news()

    before = at_place(place)
    end_change(actor=ann, booking_id=booking.pk, now=NOW)

    before.assert_news()


def test_a_booking_leaves_pages_alone_that_show_no_nights(place, ann):
    home, search = at_home(place), at_search(place)

    book(ann, place)

    for look in (home, search):
        with CaptureQueriesContext(connection) as queries:
            assert look.again() == look.first
        assert len(queries) == 1


# --- Reviews and people ---


@pytest.mark.parametrize("look", [*CARDS, at_place])
def test_reviews_that_are_released(place, ann, look):
    written, due = make_stay(place, ann), make_stay(place, ann)
    before = look(place)
    review_both(written)
    before.assert_news()

    review(ann, due, 1, now=AFTER)
    before = look(place)
    release_due_reviews(now=TIME_IS_UP)

    before.assert_news()


def test_a_review_that_is_answered_and_one_that_is_taken_away(place, ann, boss):
    of_guest, _ = review_both(make_stay(place, ann), comment="Loud.")
    of = {"property_id": place.pk, "review_id": of_guest.pk}
    before = at_place(place)
    answer_review(host=place.host, **of, answer="Sorry!", now=AFTER)
    before.assert_news()

    before, home = at_place(place), at_home(place)
    delete_review(moderator=boss, **of)

    before.assert_news()
    home.assert_news()


def test_people_who_are_called_something_else_or_have_left(place, ann):
    review_both(make_stay(place, ann))
    for person in (ann, place.host):
        before = at_place(place)
        change_profile(
            user=person, first_name="Zoe", last_name="", phone_number="", hides_presence=False
        )
        before.assert_news()

    before = at_place(place)
    close_account(user=ann)
    before.assert_news()

    before = at_place(place)
    close_account(user=place.host)
    before.assert_news()


def test_people_whom_the_admin_changes(place):
    before = at_place(place)
    place.host.first_name = "Zoe"

    place.host.save()

    before.assert_news()


# --- Time ---


@pytest.mark.parametrize("look", [at_dates, at_place, at_quote])
def test_the_day_begins_where_the_place_is(place, hanna, time_machine, look):
    """In Lisbon it is summer by then: the day begins an hour before that of UTC."""
    change_property(editor=hanna, property_id=place.pk, changes={"lead_days": 1})
    midnight = datetime(START.year, START.month, START.day, tzinfo=UTC) - timedelta(hours=1)
    assert place.today(midnight - timedelta(seconds=1)) == START - DAY
    time_machine.move_to(midnight - timedelta(seconds=1), tick=False)
    before = look(place)

    time_machine.move_to(midnight, tick=False)

    before.assert_news()


def test_the_clock_of_a_sandbox_runs_ahead(place, settings):
    settings.SANDBOX = True
    before = Look(f"/stays/{place.pk}/")

    clock.advance(by=40 * DAY)

    before.assert_news()


# --- Whom they are kept for ---


@pytest.mark.parametrize("address", ["/", "/stays/", "/stays/{pk}/"])
def test_who_is_signed_in_neither_fills_nor_reads_it(place, ann, address):
    address = address.format(pk=place.pk)
    of_visitor, signed_in = Look(address), Client()
    signed_in.force_login(ann)

    assert "Sign out" in signed_in.get(address).content.decode()
    shelf.clear()
    signed_in.get(address)
    assert of_visitor.again() == of_visitor.first


def test_a_draft_is_not_kept_for_others(place, hanna):
    change_property(editor=hanna, property_id=place.pk, changes={"status": "draft"})
    keeper = Client()
    keeper.force_login(hanna)

    assert keeper.get(f"/stays/{place.pk}/").status_code == 200
    assert Client().get(f"/stays/{place.pk}/").status_code == 404

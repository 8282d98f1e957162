"""Places, bookings and amenities in the admin."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Permission

from tests.admin_pages import act, address, delete, make_staff, notes, picture, submit
from tradepost.feed.models import Event
from tradepost.stays.actions.calendar import add_season, block_dates
from tradepost.stays.models import Amenity, Booking, Night, Photo, Property
from tradepost.stays.tests.factories import (
    NOW,
    make_booking,
    make_host,
    make_photo,
    make_property,
)

DRAFT, PUBLISHED = Property.Status.DRAFT, Property.Status.PUBLISHED


@pytest.fixture(autouse=True)
def present():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def place(boss) -> Property:
    return make_property(name="Casa Azul")


def test_a_place_is_offered_for_a_host(client, boss):
    host = make_host()

    answer = submit(
        client, Property, host=host.pk, name="Casa Azul", city="Lisbon", country="PT",
        latitude="38.72", longitude="-9.14", time_zone="Europe/Lisbon", price="80.00",
        amenities=["wifi", "kitchen"],
    )  # fmt: skip

    place = Property.objects.get()
    assert answer.status_code == 302
    assert (place.host, place.name, place.status) == (host, "Casa Azul", DRAFT)
    assert sorted(place.amenities.values_list("pk", flat=True)) == ["kitchen", "wifi"]
    assert Event.objects.filter(kind="property.changed").count() == 1


def test_who_is_no_host_gets_no_place_and_the_form_says_so(client, boss, ann):
    answer = submit(
        client, Property, host=ann.pk, name="Casa", city="Lisbon", country="PT", latitude="38.72",
        longitude="-9.14", time_zone="Europe/Lisbon", price="80.00",
    )  # fmt: skip

    assert "Only hosts offer places to stay." in answer.content.decode()
    assert Property.objects.count() == 0


def test_a_place_is_changed_and_its_host_hears_of_it(client, place):
    answer = submit(client, Property, place, price="95.50", amenities=["pool"])

    changed = Property.objects.get()
    assert answer.status_code == 302
    assert (str(changed.price), changed.name) == ("95.50", "Casa Azul")
    assert list(changed.amenities.values_list("pk", flat=True)) == ["pool"]
    assert Event.objects.get(kind="property.changed").data == {"property": place.pk}


def test_the_shortest_stay_cannot_be_longer_than_the_longest(client, place):
    answer = submit(client, Property, place, minimum_nights="9", maximum_nights="3")

    assert "The longest stay cannot be shorter than the shortest." in answer.content.decode()
    assert Property.objects.get().minimum_nights == 1


def test_chosen_places_are_published_and_taken_off_again(client, boss):
    places = [make_property(status=DRAFT), make_property(status=PUBLISHED)]

    told = notes(act(client, Property, "publish", *places))

    assert told == [("success", "1 places were published.")]
    assert set(Property.objects.values_list("status", flat=True)) == {PUBLISHED}

    told = notes(act(client, Property, "unpublish", places[0]))

    assert told[-1] == ("success", "1 places were made drafts.")
    assert Property.objects.get(pk=places[0].pk).status == DRAFT


def test_a_place_that_was_booked_stays(client, place, ann):
    make_booking(place, ann, date(2027, 5, 1))

    answer = delete(client, Property, place)

    said = "Property cannot be deleted because there are bookings of it."
    assert notes(answer) == [("error", said)]
    assert Property.objects.count() == 1


def test_a_place_that_nobody_booked_goes(client, place):
    delete(client, Property, place)

    assert Property.objects.count() == 0


def test_a_photo_is_added_called_something_and_taken_away(client, place):
    submit(client, Property, place, **{"photos-2-0-image": picture(), "photos-2-0-caption": "Sea"})
    photo = Photo.objects.get()

    submit(client, Property, place, **{"photos-0-caption": "The sea"})

    assert (photo.property, photo.position, photo.caption) == (place, 1, "Sea")
    assert Photo.objects.get().caption == "The sea"

    submit(client, Property, place, **{"photos-0-DELETE": "on"})

    assert Photo.objects.count() == 0


def test_what_is_no_picture_is_refused_in_the_form(client, place):
    broken = picture()
    broken.file.seek(0)
    broken.file.truncate(20)

    answer = submit(client, Property, place, **{"photos-2-0-image": broken})

    assert answer.status_code == 200
    assert Photo.objects.count() == 0


def test_who_may_only_look_at_places_changes_nothing(client, place):
    client.force_login(make_staff("staffa", "stays.view_property"))

    page = client.get(address(Property, "change", place.pk)).content.decode()
    answer = client.post(address(Property, "change", place.pk), {"name": "Other"})

    assert "Casa Azul" in page
    assert 'name="price"' not in page
    assert answer.status_code == 403
    assert Property.objects.get().name == "Casa Azul"


def test_a_booking_shows_price_payments_and_what_happened(client, place, ann):
    booking = make_booking(place, ann, date(2027, 5, 1), nights=3)

    page = client.get(address(Booking, "change", booking.pk)).content.decode()

    assert "300.00" in page
    assert ann.get_full_name() in page
    assert 'name="_save"' not in page


def test_chosen_bookings_are_canceled_and_the_others_say_why_not(client, place, ann):
    booked = make_booking(place, ann, date(2027, 5, 1))
    gone = make_booking(
        place, ann, date(2027, 6, 1), status=Booking.Status.CANCELED, canceled_at=NOW, kept=0
    )

    answer = act(client, Booking, "cancel_selected", booked, gone)

    canceled = Booking.objects.get(pk=booked.pk)
    assert (canceled.status, str(canceled.kept)) == ("canceled", "0.00")
    assert Night.objects.count() == 0
    assert notes(answer) == [
        ("error", f"Booking {gone.pk}: This booking is canceled, or over."),
        ("success", "1 bookings were canceled."),
    ]


def test_canceling_needs_its_permission(client, place, ann):
    booking = make_booking(place, ann, date(2027, 5, 1))
    staff = make_staff("staffa", "stays.view_booking")
    client.force_login(staff)

    act(client, Booking, "cancel_selected", booking)

    assert Booking.objects.get().status == "confirmed"

    staff.user_permissions.add(Permission.objects.get(codename="cancel_booking"))
    act(client, Booking, "cancel_selected", booking)

    assert Booking.objects.get().status == "canceled"


def test_amenities_are_added_called_something_else_and_taken_away(client, place):
    submit(client, Amenity, name="Fireplace", slug="fireplace")
    amenity = Amenity.objects.get(pk="fireplace")
    place.amenities.set([amenity])

    submit(client, Amenity, amenity, name="Open fire")

    assert Amenity.objects.get(pk="fireplace").name == "Open fire"

    delete(client, Amenity, amenity)

    assert not Amenity.objects.filter(pk="fireplace").exists()
    assert place.amenities.count() == 0


def test_an_amenity_is_there_once(client, boss):
    answer = submit(client, Amenity, name="Wifi again", slug="wifi")

    assert "Amenity with this Slug already exists." in answer.content.decode()
    assert Amenity.objects.get(pk="wifi").name != "Wifi again"


def test_the_list_of_places_takes_as_many_queries_for_four_as_for_one(
    client, boss, ann, django_assert_num_queries
):
    for _ in range(4):
        make_booking(make_property(), ann, date(2027, 5, 1))

    with django_assert_num_queries(6):  # session, user, countries, rows found, at all, with counts
        page = client.get(address(Property, "changelist")).content.decode()

    assert "1 Bookings" in page


def test_calendars_are_looked_at_and_not_changed(client, place):
    add_season(
        host=place.host,
        property_id=place.pk,
        fields={"start_date": date(2027, 7, 1), "end_date": date(2027, 8, 1), "price": 150},
    )
    block = block_dates(
        host=place.host, property_id=place.pk, start_date=date(2027, 4, 1),
        end_date=date(2027, 4, 3), reason="Painters", now=NOW,
    )  # fmt: skip

    page = client.get(address(type(block), "change", block.pk)).content.decode()
    client.post(address(type(block), "delete", block.pk), {"post": "yes"})

    assert "Painters" in page
    assert (place.blocks.count(), place.nights.count()) == (1, 2)


def test_photos_keep_their_order_in_the_form(client, place):
    for caption in ("First", "Second"):
        make_photo(place, caption=caption)

    page = client.get(address(Property, "change", place.pk)).content.decode()

    assert page.index("First") < page.index("Second")

"""What hosts may say of their places."""

from decimal import Decimal

import pytest

from conftest import make_user
from tradepost.accounts.actions.users import close_account
from tradepost.accounts.errors import AccountClosed
from tradepost.accounts.models import User
from tradepost.feed.models import Pointer
from tradepost.kit.errors import NotFound, Refused
from tradepost.stays.actions.properties import change_property, create_property, delete_property
from tradepost.stays.errors import HostsOnly, NoSuchAmenity, PropertyBooked, StayLength
from tradepost.stays.models import Night, Property
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_property

FIELDS = {
    "name": "Blue house",
    "city": "Lisbon",
    "latitude": 38.72,
    "longitude": -9.14,
    "time_zone": "Europe/Lisbon",
    "price": Decimal("80.00"),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanna(db) -> User:
    """Offers the places."""
    return make_host()


def told(user: User) -> list[tuple[str, dict[str, object]]]:
    rows = Pointer.objects.visible_to(user).order_by("seq")
    return list(rows.values_list("event__kind", "event__data"))


def test_a_host_offers_a_place_as_a_draft(hanna):
    place = create_property(host=hanna, fields=FIELDS, amenities=["wifi", "pool"])

    place = Property.objects.get(pk=place.pk)
    assert (place.host, place.status, place.price) == (hanna, "draft", Decimal("80.00"))
    assert list(place.amenities.order_by("slug").values_list("slug", flat=True)) == ["pool", "wifi"]
    assert told(hanna) == [("property.changed", {"property": place.pk})]


def test_guests_offer_nothing(ann):
    with pytest.raises(HostsOnly):
        create_property(host=ann, fields=FIELDS)

    assert not Property.objects.exists()


@pytest.mark.parametrize("rights", [{"role": "admin", "is_staff": True}, {"is_superuser": True}])
def test_admins_may_offer_places(rights, db):
    admin = make_user("adam", **rights)

    place = create_property(host=admin, fields=FIELDS)

    assert place.host == admin


def test_who_has_left_offers_nothing(hanna):
    close_account(user=hanna)

    with pytest.raises(AccountClosed):
        create_property(host=hanna, fields=FIELDS)

    assert not Property.objects.exists()


def test_an_amenity_that_there_is_not_is_refused(hanna):
    with pytest.raises(NoSuchAmenity):
        create_property(host=hanna, fields=FIELDS, amenities=["wifi", "helipad"])

    assert not Property.objects.exists()
    assert told(hanna) == []


def test_a_place_moves_on_the_map_with_its_coordinates(hanna):
    place = make_property(hanna)
    before = place.cell

    change_property(editor=hanna, property_id=place.pk, changes={"latitude": -38.72})

    place.refresh_from_db()
    assert (place.latitude, place.longitude) == (-38.72, -9.14)
    assert place.cell != before


def test_amenities_are_set_to_just_these(hanna):
    place = create_property(host=hanna, fields=FIELDS, amenities=["wifi", "pool"])

    change_property(editor=hanna, property_id=place.pk, changes={}, amenities=["sauna", "wifi"])
    change_property(editor=hanna, property_id=place.pk, changes={"price": Decimal("90.00")})

    slugs = place.amenities.order_by("slug").values_list("slug", flat=True)
    assert list(slugs) == ["sauna", "wifi"]


def test_the_longest_stay_is_not_shorter_than_the_shortest(hanna):
    place = make_property(hanna, minimum_nights=3)

    with pytest.raises(StayLength) as refusal:
        change_property(editor=hanna, property_id=place.pk, changes={"maximum_nights": 2})

    place.refresh_from_db()
    assert refusal.value.field == "maximum_nights"
    assert place.maximum_nights == 365


def test_a_stranger_may_not_change_a_published_place(hanna, charlie):
    place = make_property(hanna)

    with pytest.raises(Refused):
        change_property(editor=charlie, property_id=place.pk, changes={"name": "Mine"})

    place.refresh_from_db()
    assert place.name != "Mine"
    assert told(hanna) == []


def test_a_stranger_cannot_tell_a_draft_from_nothing(hanna, charlie):
    place = make_property(hanna, status="draft")

    for number in (place.pk, place.pk + 1):
        with pytest.raises(NotFound):
            change_property(editor=charlie, property_id=number, changes={"name": "Mine"})
        with pytest.raises(NotFound):
            delete_property(editor=charlie, property_id=number)


def test_the_host_is_told_what_an_admin_changes(hanna):
    place = make_property(hanna, status="draft")
    root = make_user("root", is_superuser=True)

    change_property(editor=root, property_id=place.pk, changes={"status": "published"})

    assert told(hanna) == [("property.changed", {"property": place.pk})]
    assert told(root) == []


def test_a_place_that_nobody_booked_goes_with_its_calendar(hanna):
    place = make_property(hanna)
    block = place.blocks.create(start_date=NOW.date(), end_date=NOW.date().replace(day=2))
    Night.objects.create(property=place, night=NOW.date(), block=block)

    delete_property(editor=hanna, property_id=place.pk)

    assert not Property.objects.exists()
    assert not Night.objects.exists()
    assert told(hanna) == [("property.changed", {"property": place.pk})]


def test_a_place_that_was_ever_booked_stays(hanna, ann):
    place = make_property(hanna)
    make_booking(place, ann, NOW.date(), status="canceled", canceled_at=NOW, confirmed_at=None)

    with pytest.raises(PropertyBooked):
        delete_property(editor=hanna, property_id=place.pk)

    assert Property.objects.filter(pk=place.pk).exists()

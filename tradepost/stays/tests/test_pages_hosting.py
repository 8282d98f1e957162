"""What hosts see first, and their places, in the browser."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from conftest import make_user
from tradepost.accounts.models import User
from tradepost.kit import clock
from tradepost.payments.models import Payment
from tradepost.stays.models import Amenity, Booking, Property
from tradepost.stays.tests.factories import make_booking, make_host, make_photo, make_property
from tradepost.stays.tests.hosting import notices
from tradepost.stays.tests.stays_over import make_paid

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FILLED_IN = {
    "name": "Barge", "room_type": "entire_home", "description": "It floats.", "street": "Quay 1",
    "neighbourhood": "", "city": "Utrecht", "region": "", "country": "nl", "latitude": "52.09",
    "longitude": "5.12", "time_zone": "Europe/Amsterdam", "price": "118.50", "weekend_price": "",
    "cleaning_fee": "25", "weekly_discount": "10", "monthly_discount": "0", "tax": "9",
    "capacity": "2", "minimum_nights": "2", "maximum_nights": "30", "lead_days": "1",
    "buffer_nights": "0", "check_in_time": "15:00", "check_out_time": "11:00",
    "booked": "on-request", "cancellation_policy": "strict", "house_rules": "Mind your head.",
    "amenities": ["wifi", "kitchen"],
}  # fmt: skip


@pytest.fixture
def hanna(client) -> User:
    """A host, who is signed in."""
    hanna = make_host("hanna")
    client.force_login(hanna)
    return hanna


def ask(place: Property, guest: User, **fields) -> Booking:
    """Make a stay that waits for its host's word."""
    waiting = {
        "status": "pending", "accepted_at": None, "confirmed_at": None,
        "hold_until": clock.now() + DAY,
    }  # fmt: skip
    return make_booking(place, guest, clock.now().date() + 9 * DAY, **{**waiting, **fields})


# --- Where hosts begin ---------------------------------------------------------------------------


def test_who_has_no_place_is_invited_to_offer_one(client, hanna):
    page = client.get("/hosting/").content.decode()

    assert "Rent out your place" in page
    assert 'href="/hosting/places/new/"' in page


def test_a_guest_is_told_that_hosts_offer_places(client, ann):
    client.force_login(ann)

    page = client.get("/hosting/").content.decode()

    assert "Your account is a guest&#x27;s" in page or "Your account is a guest's" in page
    assert 'href="/hosting/places/new/"' not in page
    assert client.get("/hosting/places/new/")["Location"] == "/hosting/"


def test_visitors_sign_in_first(client, db):
    answer = client.get("/hosting/")

    assert answer["Location"] == "/account/sign-in/?next=/hosting/"


def test_the_overview_shows_what_is_ones_own_and_nothing_else(client, hanna, ann):
    mine, other = make_property(hanna), make_property()
    now = clock.now()
    mine_asked, _ = ask(mine, ann), ask(other, ann)
    coming = make_booking(mine, ann, now.date() + 3 * DAY)
    make_booking(other, ann, now.date() + 3 * DAY)
    make_booking(mine, ann, now.date() + 60 * DAY)
    make_booking(mine, ann, now.date() - 9 * DAY)

    shown = client.get("/hosting/").context

    assert shown["places"].rows == [mine]
    assert shown["requests"] == [mine_asked]
    assert shown["arrivals"] == [coming]


def test_income_is_what_came_for_ones_own_places_month_by_month(client, hanna, ann):
    mine, other = make_property(hanna), make_property()
    start = clock.now().date() + 3 * DAY
    paid = make_paid(make_booking(mine, ann, start))
    make_paid(make_booking(other, ann, start))
    old = make_paid(make_booking(mine, ann, start + 9 * DAY))
    Payment.objects.filter(booking=paid).update(created_at=clock.now(), refunded=Decimal(50))
    Payment.objects.filter(booking=old).update(created_at=clock.now() - 400 * DAY)

    shown = client.get("/hosting/").context

    months = [month for month, _ in shown["month_columns"]]
    assert len(months) == 12
    assert (months[-1].first, months[-1].amount) == (
        clock.now().date().replace(day=1), Decimal("150.00"),
    )  # fmt: skip
    assert shown["income"] == Decimal("150.00")


def test_the_overview_takes_ten_queries_however_much_there_is(
    client, hanna, ann, django_assert_num_queries
):
    for number in range(3):
        place = make_property(hanna)
        make_photo(place)
        ask(place, ann)
        make_booking(place, ann, clock.now().date() + (1 + number) * DAY)

    # session, user, place in the feed, places, photos, requests, arrivals, income, and what is
    # unread: conversations, notifications
    with django_assert_num_queries(10):
        client.get("/hosting/")


# --- Requests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "accepted"), [("accept", True), ("decline", False)])
def test_a_request_is_answered_at_once(client, hanna, ann, answer, accepted):
    booking = ask(make_property(hanna, is_instant=False), ann)

    said = client.post(f"/hosting/requests/{booking.pk}/", {"answer": answer})

    booking.refresh_from_db()
    assert said["Location"] == "/hosting/"
    assert (booking.accepted_at is not None) is accepted
    assert (booking.status == "canceled") is not accepted


def test_a_request_that_was_answered_before_is_refused_with_a_reason(client, hanna, ann):
    booking = ask(make_property(hanna), ann)
    client.post(f"/hosting/requests/{booking.pk}/", {"answer": "accept"})

    said = client.post(f"/hosting/requests/{booking.pk}/", {"answer": "decline"})

    booking.refresh_from_db()
    assert notices(said)[-1] == "Nothing is to be decided about this booking any more."
    assert booking.status == "pending"


def test_nobody_else_answers_a_request(client, hanna, ann):
    booking = ask(make_property(), ann)

    answers = [client.post(f"/hosting/requests/{booking.pk}/", {"answer": "accept"})]
    client.force_login(ann)
    answers.append(client.post(f"/hosting/requests/{booking.pk}/", {"answer": "accept"}))

    booking.refresh_from_db()
    assert [answer.status_code for answer in answers] == [404, 404]
    assert booking.accepted_at is None


# --- Places --------------------------------------------------------------------------------------


def test_a_place_is_described_as_a_draft(client, hanna):
    answer = client.post("/hosting/places/new/", FILLED_IN)

    place = Property.objects.get()
    assert answer["Location"] == f"/hosting/places/{place.pk}/photos/"
    assert (place.host, place.status, place.country) == (hanna, "draft", "NL")
    assert (place.price, place.weekend_price, place.tax) == (Decimal("118.50"), None, Decimal(9))
    assert (place.is_instant, place.cancellation_policy) == (False, "strict")
    assert set(place.amenities.values_list("pk", flat=True)) == {"wifi", "kitchen"}


@pytest.mark.parametrize(
    "fault",
    [
        {"name": ""}, {"city": ""}, {"latitude": "91"}, {"longitude": "east"}, {"country": "NLD"},
        {"time_zone": "Utrecht"}, {"price": "0.50"}, {"price": "1.005"}, {"weekend_price": "x"},
        {"tax": "101"}, {"capacity": "0"}, {"maximum_nights": "1"}, {"minimum_nights": ""},
        {"check_in_time": "3 pm"}, {"booked": "perhaps"}, {"cancellation_policy": "kind"},
        {"amenities": ["moat"]}, {"lead_days": "-1"}, {"latitude": "nan"}, {"name": "x" * 256},
    ],
    ids=str,
)  # fmt: skip
def test_a_mistake_is_shown_at_its_field_and_nothing_typed_is_lost(client, hanna, fault):
    answer = client.post("/hosting/places/new/", FILLED_IN | fault)

    assert list(answer.context["form"].errors) == list(fault)
    assert "Mind your head." in answer.content.decode()
    assert 'value="52.09"' in answer.content.decode() or "latitude" in fault
    assert not Property.objects.exists()


def test_a_place_is_changed(client, hanna):
    place = make_property(hanna, is_instant=False)
    place.amenities.set(Amenity.objects.filter(pk__in=["sauna", "wifi"]))

    shown = client.get(f"/hosting/places/{place.pk}/").context["form"]
    client.post(f"/hosting/places/{place.pk}/", FILLED_IN | {"amenities": ["wifi"]})

    place.refresh_from_db()
    assert (shown["booked"].value(), len(shown["amenities"].value())) == ("on-request", 2)
    assert (place.name, place.city, place.status) == ("Barge", "Utrecht", "published")
    assert list(place.amenities.values_list("pk", flat=True)) == ["wifi"]


def test_what_a_form_shows_can_be_sent_back_as_it_is(client, hanna):
    place = make_property(hanna, weekend_price=Decimal("120.00"), latitude=38.721234567)
    form = client.get(f"/hosting/places/{place.pk}/").context["form"]
    sent = {field.name: "" if field.value() is None else field.value() for field in form}

    client.post(f"/hosting/places/{place.pk}/", sent | {"amenities": []})

    same = Property.objects.get()
    columns = [column.name for column in Property._meta.fields if column.name != "last_update"]
    assert [getattr(same, name) for name in columns] == [getattr(place, name) for name in columns]
    assert same.last_update > place.last_update


def test_a_change_with_a_mistake_changes_nothing(client, hanna):
    place = make_property(hanna)

    answer = client.post(f"/hosting/places/{place.pk}/", FILLED_IN | {"maximum_nights": "1"})

    place.refresh_from_db()
    assert answer.context["form"].errors["maximum_nights"] == [
        "The longest stay cannot be shorter than the shortest."
    ]
    assert place.city == "Lisbon"


def test_a_place_is_published_and_taken_off_again(client, hanna):
    place = make_property(hanna, status="draft")
    states = []

    for status in ("published", "draft", "nonsense"):
        client.post(f"/hosting/places/{place.pk}/status/", {"status": status})
        place.refresh_from_db()
        states.append(place.status)

    assert states == ["published", "draft", "draft"]


def test_what_guests_will_miss_is_said(client, hanna):
    place = make_property(hanna, status="draft")

    wanting = client.get(f"/hosting/places/{place.pk}/").context["wanting"]
    make_photo(place)
    Property.objects.update(description="A house.", street="Lane 1")

    assert wanting == [
        "There is no photo yet.",
        "The description is empty.",
        "Guests whose stay is confirmed will not know the street.",
    ]
    assert client.get(f"/hosting/places/{place.pk}/").context["wanting"] == []


def test_a_place_that_nobody_booked_is_removed_after_a_question(client, hanna):
    place = make_property(hanna)

    question = client.get(f"/hosting/places/{place.pk}/delete/")
    still_there = Property.objects.exists()
    answer = client.post(f"/hosting/places/{place.pk}/delete/")

    assert (question.status_code, still_there, answer["Location"]) == (200, True, "/hosting/")
    assert not Property.objects.exists()


def test_a_place_that_was_booked_stays(client, hanna, ann):
    place = make_property(hanna)
    make_booking(place, ann, clock.now().date())

    answer = client.post(f"/hosting/places/{place.pk}/delete/")

    assert notices(answer) == ["Property cannot be deleted because there are bookings of it."]
    assert Property.objects.get() == place


PAGES = ["", "status/", "delete/", "photos/", "calendar/", "blocks/", "seasons/"]


@pytest.mark.parametrize("page", PAGES)
def test_the_place_of_somebody_else_is_not_there(client, hanna, page):
    place = make_property(make_user("other", role=User.Role.HOST))
    address = f"/hosting/places/{place.pk}/{page}"

    answers = {client.post(address, {"status": "draft"}).status_code}
    if page not in ("status/", "blocks/", "seasons/"):
        answers.add(client.get(address).status_code)

    place.refresh_from_db()
    assert answers == {404}
    assert place.status == "published"


@pytest.mark.parametrize("page", PAGES)
def test_visitors_sign_in_before_they_do_anything_to_a_place(client, page):
    place = make_property()

    answer = client.post(f"/hosting/places/{place.pk}/{page}")

    assert answer["Location"].startswith("/account/sign-in/")


def test_holders_of_the_permission_keep_the_places_of_others(client, dora):
    place = make_property()
    codes = ["change_property", "view_property"]
    dora.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    client.force_login(User.objects.get(pk=dora.pk))

    client.post(f"/hosting/places/{place.pk}/status/", {"status": "draft"})

    place.refresh_from_db()
    assert place.status == "draft"


def test_deeds_come_by_post_only(client, hanna):
    place = make_property(hanna)
    deeds = ["status/", "blocks/", "seasons/", "blocks/1/remove/", "seasons/1/remove/"]

    answers = [client.get(f"/hosting/places/{place.pk}/{deed}").status_code for deed in deeds]

    assert answers == [302] * 5
    assert client.get("/hosting/requests/1/")["Location"] == "/hosting/"


@pytest.mark.parametrize(("role", "text"), [("host", "Hosting"), ("guest", "Rent out your place")])
def test_the_account_leads_to_hosting(client, role, text):
    client.force_login(make_user("pat", role=role))

    page = client.get("/account/").content.decode()

    assert f'<a href="/hosting/">{text}</a>' in page

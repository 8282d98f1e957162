"""Who may do what with bookings, and with what belongs to a place: one table, which names every
endpoint of stays that the tables of places and of reviews do not name."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conftest import make_user
from tests.permission_tables import METHODS, offered_by, read_table, status_for
from tests.test_permissions import PICTURE
from tests.test_permissions_stay_reviews import OFFERED as OF_REVIEWS
from tests.test_permissions_stays import OFFERED as OF_PLACES
from tradepost.accounts.models import User
from tradepost.stays.actions.bookings import book_stay
from tradepost.stays.actions.calendar import add_season, block_dates
from tradepost.stays.actions.changes import ask_for_change
from tradepost.stays.api_urls import urlpatterns
from tradepost.stays.models import Booking
from tradepost.stays.quotes import Stay
from tradepost.stays.tests.factories import make_booking, make_host, make_photo, make_property

PEOPLE = ("visitor", "guest", "host", "stranger", "rival", "staff", "desk", "root")
DAY = timedelta(days=1)

# The guest stays at the host's place, which is booked on request; one stay is confirmed, one is
# `asked` for, of a third one its guest wants a `change`. The rival hosts another place; of the
# stranger nobody has heard. Staff has the flag and nothing else; the desk may look at bookings and
# cancel them. `elsewhere` is a part of the rival's place, asked for at the host's.
TABLE = """
                                           visitor guest host stranger rival staff desk root
    booking-api-list         GET            401   200  200  200  200  200  200  200
    booking-api-list         POST           401   201  403  201  201  201  201  201
    booking-api-list         POST draft     401   404  404  404  404  404  404  404
    booking-api-detail       GET            401   200  200  404  404  404  200  200
    booking-api-timeline     GET            401   200  200  404  404  404  200  200
    booking-api-conversation POST           401   200  200  404  404  404  403  403
    booking-api-accept       POST           401   403  409  404  404  404  403  403
    booking-api-accept       POST asked     401   403  200  404  404  404  403  403
    booking-api-decline      POST           401   403  409  404  404  404  403  403
    booking-api-decline      POST asked     401   403  200  404  404  404  403  403
    booking-api-cancel       POST           401   200  200  404  404  404  200  200
    booking-api-cancel       POST asked     401   200  200  404  404  404  200  200
    booking-api-cancellation GET            401   200  200  404  404  404  200  200
    booking-api-change       GET            401   200  200  404  404  404  200  200
    booking-api-change       POST           401   200  200  404  404  404  403  403
    booking-api-change       POST asked     401   409  409  404  404  404  403  403
    booking-api-change       DELETE         401   409  409  404  404  404  403  403
    booking-api-change       DELETE change  401   200  200  404  404  404  403  403
    booking-api-agree        POST           401   409  409  404  404  404  403  403
    booking-api-agree        POST change    401   409  200  404  404  404  403  403
    property-blocks-list     GET            401   404  200  404  404  404  404  200
    property-blocks-list     POST           401   404  201  404  404  404  404  201
    property-blocks-detail   DELETE         401   404  204  404  404  404  404  204
    property-blocks-detail   DELETE elsewhere 401 404  404  404  404  404  404  404
    property-seasons-list    GET            401   404  200  404  404  404  404  200
    property-seasons-list    POST           401   404  201  404  404  404  404  201
    property-seasons-detail  PATCH          401   404  200  404  404  404  404  200
    property-seasons-detail  PATCH elsewhere 401  404  404  404  404  404  404  404
    property-seasons-detail  DELETE         401   404  204  404  404  404  404  204
    property-seasons-detail  DELETE elsewhere 401 404  404  404  404  404  404  404
    property-nights          GET            401   404  200  404  404  404  404  200
    property-quote           GET            200   200  200  200  200  200  200  200
    property-quote           GET draft      404   404  200  404  404  404  404  200
    property-conversation    POST           401   200  403  200  200  200  200  200
    property-conversation    POST draft     401   404  403  404  404  404  404  200
    property-photos-list     GET            200   200  200  200  200  200  200  200
    property-photos-list     GET draft      404   404  200  404  404  404  404  200
    property-photos-list     POST           401   403  201  403  403  403  403  201
    property-photos-list     POST draft     401   404  201  404  404  404  404  201
    property-photos-detail   GET            200   200  200  200  200  200  200  200
    property-photos-detail   GET draft      404   404  200  404  404  404  404  200
    property-photos-detail   GET elsewhere  404   404  404  404  404  404  404  404
    property-photos-detail   PATCH          401   403  200  403  403  403  403  200
    property-photos-detail   PATCH elsewhere 401  403  404  403  403  403  403  404
    property-photos-detail   DELETE         401   403  204  403  403  403  403  204
    property-photos-detail   DELETE draft   401   404  204  404  404  404  404  204
    property-photos-detail   DELETE elsewhere 401 403  404  403  403  403  403  404
    property-photos-order    PUT            401   403  200  403  403  403  403  200
    property-photos-order    PUT draft      401   404  200  404  404  404  404  200
    property-photos-order    PUT elsewhere  401   403  409  403  403  403  403  409
"""


ROWS = read_table(TABLE, PEOPLE)
OFFERED = offered_by(urlpatterns) - OF_PLACES - OF_REVIEWS


@pytest.fixture
def people(db) -> dict[str, User | None]:
    desk = make_user("desk")
    of_stays = Permission.objects.filter(content_type__app_label="stays")
    desk.user_permissions.add(*of_stays.filter(codename__in=["view_booking", "cancel_booking"]))
    return {
        "visitor": None,
        "guest": make_user("guest"),
        "host": make_host("host"),
        "stranger": make_user("stranger"),
        "rival": make_host("rival"),
        "staff": make_user("sam", is_staff=True),
        "desk": desk,
        "root": make_user("root", is_superuser=True, is_staff=True),
    }


class Scene:
    """Something of everything, and where it is."""

    def __init__(self, people: dict[str, User]) -> None:
        host, guest, self.now = people["host"], people["guest"], timezone.now()
        self.home = make_property(host, is_instant=False)
        self.draft = make_property(host, status="draft")
        self.other = make_property(people["rival"])
        self.start = self.home.today(self.now) + 40 * DAY
        self.bookings = {
            "": make_booking(self.home, guest, self.start),
            "change": make_booking(self.home, guest, self.start + 10 * DAY),
            "asked": self._ask(guest),
        }
        longer = Stay(
            start_date=self.start + 10 * DAY, end_date=self.start + 13 * DAY, guests=1
        )  # fmt: skip
        ask_for_change(
            actor=guest, booking_id=self.bookings["change"].pk, stay=longer, now=self.now
        )
        self.places = {"": self.home, "draft": self.draft, "elsewhere": self.other}
        self.blocks = {case: self._block(place) for case, place in self.places.items()}
        self.seasons = {case: self._season(place) for case, place in self.places.items()}
        self.photos = {case: make_photo(place) for case, place in self.places.items()}

    def _ask(self, guest: User) -> Booking:
        start = self.start + 20 * DAY
        stay = Stay(start_date=start, end_date=start + DAY, guests=1)
        return book_stay(guest=guest, property_id=self.home.pk, stay=stay, now=self.now)

    def _dates(self, first: int = 30) -> dict[str, object]:
        start = self.start + first * DAY
        return {"start_date": start, "end_date": start + DAY}

    def _block(self, place):
        dates = self._dates()
        return block_dates(host=place.host, property_id=place.pk, now=self.now, **dates)

    def _season(self, place):
        fields = {"price": "9.00", **self._dates()}
        return add_season(host=place.host, property_id=place.pk, fields=fields)

    def place(self, endpoint: str, case: str) -> str:
        """Return the address of an endpoint in a case."""
        if endpoint == "booking-api-list":
            return reverse(endpoint)
        if endpoint.startswith("booking-"):
            return reverse(endpoint, args=[self.bookings[case].pk])
        home = self.draft if case == "draft" else self.home
        parts = {
            "property-blocks-detail": self.blocks,
            "property-seasons-detail": self.seasons,
            "property-photos-detail": self.photos,
        }.get(endpoint)
        pk = {"pk": parts[case].pk} if parts else {}
        return reverse(endpoint, kwargs={"property_pk": home.pk, **pk})

    def body(self, endpoint: str, case: str) -> dict[str, object]:
        """Return what the endpoint accepts."""
        wished = {"start_date": self.start, "end_date": self.start + 3 * DAY, "guests": 1}
        return {
            "booking-api-list": {"property": self.places[case].pk, **wished, **self._dates(50)}
            if case in self.places
            else {},
            "booking-api-change": wished,
            "property-blocks-list": self._dates(40),
            "property-seasons-list": {**self._dates(40), "price": "7.00"},
            "property-seasons-detail": {"price": "8.00"},
            "property-photos-list": {"image": SimpleUploadedFile("a.png", PICTURE, "image/png")},
            "property-photos-detail": {"caption": "The garden"},
            "property-photos-order": {"photos": [self.photos[case].pk]}
            if case in self.photos
            else {},
            "property-quote": wished,
        }.get(endpoint, {})


@pytest.fixture
def scene(people) -> Scene:
    return Scene(people)


def test_the_table_names_every_endpoint_and_every_method():
    assert {(endpoint, method) for endpoint, method, _, _ in ROWS} == OFFERED
    assert len({row[:3] for row in ROWS}) == len(ROWS)


def answers_to(api, people, scene, endpoint, method, case) -> tuple[int, ...]:
    """Return what everybody is answered; each of them finds everything as it was."""
    form = "multipart" if endpoint == "property-photos-list" else "json"
    return tuple(
        status_for(api, user, method, scene.place(endpoint, case), scene.body(endpoint, case), form)
        for user in people.values()
    )


@pytest.mark.parametrize("endpoint", sorted({row[0] for row in ROWS}))
def test_everybody_may_do_what_the_table_says(api, people, scene, endpoint):
    rows = [row for row in ROWS if row[0] == endpoint]

    answers = {row[:3]: answers_to(api, people, scene, *row[:3]) for row in rows}

    assert answers == {row[:3]: row[3] for row in rows}


def test_what_an_endpoint_does_not_offer_is_refused_to_the_most_powerful(api, people, scene):
    root = api(people["root"])
    endpoints = sorted({endpoint for endpoint, _ in OFFERED})
    missing = [(e, m) for e in endpoints for m in METHODS if (e, m) not in OFFERED]

    answers = {
        (endpoint, method): getattr(root, method.lower())(scene.place(endpoint, "")).status_code
        for endpoint, method in missing
    }

    assert answers == dict.fromkeys(missing, 405)

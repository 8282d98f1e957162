"""Who may do what on the pages of stays: one table, which names every page of a guest.

To be sent to sign in counts as 401, to be led back to a page as what it is: 302.
"""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from conftest import make_user
from tests.permission_tables import asking, read_table, walk
from tradepost.accounts.models import User
from tradepost.stays.models import Property
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_property
from tradepost.stays.tests.stays_over import AFTER, make_stay, review_both
from tradepost.stays.urls import urlpatterns

PEOPLE = ("visitor", "guest", "host", "stranger", "staff", "root")

# The guest has a stay at the host's place that is to come; an `over` one was reviewed by both. A
# `draft` is what the host has not published. Of the stranger nobody has heard; the staff may view
# bookings and cancel them, and nothing else.
TABLE = """
                                 visitor guest host stranger staff root
    stays                   GET      200   200  200      200   200  200
    place                   GET      200   200  200      200   200  200
    place                   GET  draft 404 404  200      404   404  200
    place-book              POST     401   200  200      200   200  200
    place-conversation      POST     401   302  302      302   302  302
    place-conversation      POST draft 401 404  404      404   404  404
    bookings                GET      401   200  200      200   200  200
    booking                 GET      401   200  200      404   200  200
    booking-answer          POST     401   403  302      404   403  403
    booking-cancel          GET      401   200  200      404   200  200
    booking-cancel          POST     401   302  302      404   302  302
    booking-conversation    POST     401   302  302      404   403  403
    booking-change          GET      401   200  200      404   403  403
    booking-change          POST     401   200  200      404   403  403
    booking-change-answer   POST     401   302  302      404   403  403
    booking-pay             POST     401   302  404      404   404  404
    booking-payment-confirm POST     401   404  404      404   404  404
    booking-payment-cancel  POST     401   404  404      404   404  404
    stay-review             POST     401   302  302      404   403  403
    stay-review-answer      POST over 401  403  302      404   403  403
"""

ROWS = read_table(TABLE, PEOPLE)
CARD = "4242424242424242"
UNKNOWN = "00000000-0000-7000-8000-000000000000"
BODIES = {
    "booking-answer": {"answer": "accept"},
    "booking-cancel": {"expected_refund": "200"},
    "booking-change-answer": {"answer": "agree"},
    "booking-pay": {"payment_method": CARD},
    "booking-payment-confirm": {"code": "123456"},
    "stay-review": {"rating": "4"},
    "stay-review-answer": {"answer": "Thanks"},
}


@pytest.fixture
def people(db) -> dict[str, User | None]:
    staff = make_user("staff")
    names = ["view_booking", "cancel_booking"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    return {
        "visitor": None,
        "guest": make_user("guest"),
        "host": make_host("host"),
        "stranger": make_user("stranger"),
        "staff": staff,
        "root": make_user("root", is_superuser=True, is_staff=True),
    }


class Scene:
    """Something of everything, and where it is."""

    def __init__(self, people: dict[str, User]) -> None:
        self.home = make_property(people["host"])
        self.draft = make_property(people["host"], status=Property.Status.DRAFT)
        self.stay = make_booking(self.home, people["guest"], NOW.date())
        self.over = make_stay(self.home, people["guest"])
        review_both(self.over)

    def place(self, page: str, case: str) -> str:
        if page in ("stays", "bookings"):
            return reverse(page)
        if page.startswith("place"):
            return reverse(page, args=[(self.draft if case == "draft" else self.home).pk])
        keys = [(self.over if case == "over" else self.stay).pk]
        return reverse(page, args=[*keys, *([UNKNOWN] if "-payment-" in page else [])])


@pytest.fixture
def scene(people, time_machine) -> Scene:
    time_machine.move_to(AFTER, tick=False)
    return Scene(people)


def test_the_table_names_every_page_of_guests():
    pages = {str(pattern.name) for pattern in walk(urlpatterns)}

    assert {page for page, *_ in ROWS} == {one for one in pages if not one.startswith("hosting")}


@pytest.mark.parametrize(
    ("route", "method", "case", "expected"), ROWS, ids=lambda value: str(value).strip("()")
)
def test_everybody_may_do_what_the_table_says(
    signed_in, people, scene, route, method, case, expected
):
    place, answers = scene.place(route, case), {}

    for name, user in people.items():
        with asking(signed_in, user) as client:
            send = client.get if method == "GET" else client.post
            answer = send(place, {} if method == "GET" else BODIES.get(route, {}))
        to_sign_in = answer.headers.get("Location", "").startswith("/account/sign-in/")
        answers[name] = 401 if to_sign_in else answer.status_code

    assert answers == dict(zip(PEOPLE, expected, strict=True))


@pytest.fixture
def signed_in(client):
    """``signed_in(ann)`` is ann's browser, ``signed_in(None)`` a visitor's."""

    def browser_of(user: User | None):
        client.logout()
        if user is not None:
            client.force_login(user)
        return client

    return browser_of

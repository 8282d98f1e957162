"""Who may do what with places to stay: one table, which names every endpoint and method."""

import pytest
from django.urls import reverse

from conftest import make_user
from tests.permission_tables import offered_by, read_table, status_for, statuses_of_missing
from tradepost.accounts.models import User
from tradepost.stays.api_urls import urlpatterns
from tradepost.stays.tests.factories import NOW, make_booking, make_host, make_property

PEOPLE = ("visitor", "guest", "host", "stranger", "rival", "root")

# The guest has booked the host's place, not the `free` one; a `draft` is what the host has not
# published. The rival offers another place; of the stranger nobody has heard.
TABLE = """
                                      visitor guest host stranger rival root
    amenities-list          GET           200   200  200      200   200  200
    properties-list         GET           200   200  200      200   200  200
    properties-list         POST          401   403  201      403   201  201
    properties-detail       GET           200   200  200      200   200  200
    properties-detail       GET draft     404   404  200      404   404  200
    properties-detail       PUT           401   403  200      403   403  200
    properties-detail       PUT draft     401   404  200      404   404  200
    properties-detail       PATCH         401   403  200      403   403  200
    properties-detail       PATCH draft   401   404  200      404   404  200
    properties-detail       DELETE        401   403  405      403   403  405
    properties-detail       DELETE free   401   403  204      403   403  204
    properties-detail       DELETE draft  401   404  204      404   404  204
    properties-mine         GET           401   200  200      200   200  200
    properties-availability GET           200   200  200      200   200  200
    properties-availability GET draft     404   404  200      404   404  200
"""


ROWS = read_table(TABLE, PEOPLE)
OFFERED = {
    (name, method)
    for name, method in offered_by(urlpatterns)
    if name.startswith(("properties-", "amenities-"))
}


@pytest.fixture
def people(db) -> dict[str, User | None]:
    return {
        "visitor": None,
        "guest": make_user("guest"),
        "host": make_host("host"),
        "stranger": make_user("stranger"),
        "rival": make_host("rival"),
        "root": make_user("root", is_superuser=True, is_staff=True),
    }


class Scene:
    """Something of everything, and where it is."""

    def __init__(self, people: dict[str, User]) -> None:
        self.home, self.free = make_property(people["host"]), make_property(people["host"])
        self.draft = make_property(people["host"], status="draft")
        make_property(people["rival"])
        make_booking(self.home, people["guest"], NOW.date())

    def place(self, endpoint: str, case: str) -> str:
        """Return the address of an endpoint in a case."""
        keys = getattr(self, f"_{endpoint.replace('-', '_')}", None)
        return reverse(endpoint, kwargs=keys(case) if keys else None)

    def _properties_detail(self, case):
        return {"pk": {"draft": self.draft, "free": self.free}.get(case, self.home).pk}

    _properties_availability = _properties_detail

    def body(self, endpoint: str) -> dict[str, object]:
        """Return a body that the endpoint accepts."""
        place = {
            "name": "New", "city": "Bath", "latitude": 51.4, "longitude": -2.4,
            "time_zone": "Europe/London", "price": 90,
        }  # fmt: skip
        return {"properties-list": place, "properties-detail": place}.get(endpoint, {})


@pytest.fixture
def scene(people) -> Scene:
    return Scene(people)


def test_the_table_names_every_endpoint_and_every_method():
    assert {(endpoint, method) for endpoint, method, _, _ in ROWS} == OFFERED
    assert len({row[:3] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("endpoint", "method", "case", "expected"), ROWS, ids=lambda value: str(value).strip("()")
)
def test_everybody_may_do_what_the_table_says(api, people, scene, endpoint, method, case, expected):
    place, answers = scene.place(endpoint, case), {}

    for name, user in people.items():
        body = {} if method == "GET" else scene.body(endpoint)
        answers[name] = status_for(api, user, method, place, body)

    assert answers == dict(zip(PEOPLE, expected, strict=True))


@pytest.mark.parametrize("endpoint", sorted({row[0] for row in ROWS}))
def test_what_an_endpoint_does_not_offer_is_refused_to_the_most_powerful(
    api, people, scene, endpoint
):
    place = scene.place(endpoint, "")

    answers = statuses_of_missing(api(people["root"]), endpoint, place, offered=OFFERED)

    assert answers == dict.fromkeys(answers, 405)

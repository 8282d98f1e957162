"""Who may do what with reviews of stays: one table, which names every endpoint and method."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from conftest import make_user
from tests.permission_tables import offered_by, read_table, status_for, statuses_of_missing
from tradepost.accounts.models import User
from tradepost.stays.api_urls import urlpatterns
from tradepost.stays.tests.factories import make_host, make_property
from tradepost.stays.tests.stays_over import AFTER, make_stay, review, review_both

PEOPLE = ("visitor", "guest", "host", "stranger", "rival", "moderator", "root")

# The guest has stayed at the host's place, which is over. The rival offers another one; of the
# stranger nobody has heard. The moderator may delete reviews and nothing else. A `blind` review is
# the guest's and waits for the host's; in a `draft` is what the host has not published.
TABLE = """
                                       visitor guest host stranger rival moderator root
    booking-review          GET            401   200  200      404   404       404  404
    booking-review          GET    blind   401   200  404      404   404       404  404
    booking-review          POST           401   409  409      404   404       404  403
    booking-review          POST   fresh   401   201  201      404   404       404  403
    guest-reviews           GET            401   200  200      404   404       404  200
    property-reviews-list   GET            200   200  200      200   200       200  200
    property-reviews-list   GET    draft   404   404  200      404   404       404  200
    property-reviews-detail GET            200   200  200      200   200       200  200
    property-reviews-detail GET    blind   404   404  404      404   404       404  404
    property-reviews-detail GET    draft   404   404  200      404   404       404  200
    property-reviews-detail DELETE         401   403  403      403   403       204  204
    property-reviews-detail DELETE blind   401   403  403      403   403       204  204
    property-reviews-answer PUT            401   403  200      403   403       403  403
    property-reviews-answer PUT    blind   401   404  404      404   404       404  404
"""


ROWS = read_table(TABLE, PEOPLE)
OFFERED = {(name, method) for name, method in offered_by(urlpatterns) if "review" in name}


@pytest.fixture
def people(db) -> dict[str, User | None]:
    moderator = make_user("moderator")
    of_stays = Permission.objects.filter(content_type__app_label="stays")
    moderator.user_permissions.add(of_stays.get(codename="delete_review"))
    return {
        "visitor": None,
        "guest": make_user("guest"),
        "host": make_host("host"),
        "stranger": make_user("stranger"),
        "rival": make_host("rival"),
        "moderator": moderator,
        "root": make_user("root", is_superuser=True, is_staff=True),
    }


class Scene:
    """Something of everything, and where it is."""

    def __init__(self, people: dict[str, User]) -> None:
        self.guest, self.host = people["guest"], people["host"]
        self.home, self.draft = make_property(self.host), make_property(self.host)
        make_property(people["rival"])
        self.stay = make_stay(self.home, self.guest)
        self.said, _ = review_both(self.stay)
        self.said_of_draft, _ = review_both(make_stay(self.draft, self.guest))
        self.blind = review(self.guest, make_stay(self.home, self.guest))
        self.fresh = make_stay(self.home, self.guest)
        self.draft.status = "draft"
        self.draft.save()

    def place(self, endpoint: str, case: str) -> str:
        """Return the address of an endpoint in a case."""
        return reverse(endpoint, kwargs=getattr(self, f"_{endpoint.replace('-', '_')}")(case))

    def _booking_review(self, case):
        stays = {"fresh": self.fresh, "blind": self.blind.booking}
        return {"booking_pk": stays.get(case, self.stay).pk}

    def _guest_reviews(self, case):
        return {"user_pk": self.guest.pk}

    def _property_reviews_list(self, case):
        return {"property_pk": (self.draft if case == "draft" else self.home).pk}

    def _property_reviews_detail(self, case):
        reviews = {"blind": self.blind, "draft": self.said_of_draft}
        return {**self._property_reviews_list(case), "pk": reviews.get(case, self.said).pk}

    _property_reviews_answer = _property_reviews_detail

    def body(self, endpoint: str) -> dict[str, object]:
        """Return a body that the endpoint accepts."""
        return {
            "booking-review": {"rating": 4, "comment": "Quiet"},
            "property-reviews-answer": {"answer": "Thanks"},
        }.get(endpoint, {})


@pytest.fixture
def scene(people, time_machine) -> Scene:
    time_machine.move_to(AFTER, tick=False)
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

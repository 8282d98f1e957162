"""Who may do what with payments: one table, which names every endpoint and method."""

import pytest
from django.urls import reverse

from conftest import make_user
from tests.permission_tables import asking, offered_by, read_table, statuses_of_missing
from tradepost.accounts.models import User
from tradepost.payments.api_urls import urlpatterns
from tradepost.payments.providers.offline import SIGNATURE, sign
from tradepost.payments.tests.factories import (
    NEEDS_CODE,
    VISA,
    make_bookkeeper,
    make_due_order,
    pay,
)

PEOPLE = ("visitor", "payer", "stranger", "service", "books", "staff", "root")

# The payer bought and paid. Service is a member of Customer Service, books one of Bookkeeping, both
# without the staff flag; staff has the flag and nothing else. Events are signed, by whomever they
# are brought.
TABLE = """
                                   visitor payer stranger service books staff root
    payments-list     GET              401   200      200     200   200   200  200
    payments-list     POST             401   201      404     404   404   404  404
    payments-detail   GET              401   200      404     404   200   404  200
    payments-confirm  POST             401   409      404     404   404   404  404
    payments-confirm  POST waiting     401   200      404     404   404   404  404
    payments-cancel   POST             401   409      404     404   404   404  404
    payments-cancel   POST waiting     401   200      404     404   404   404  404
    payments-refund   POST             401   403      403     403   200   403  200
    payments-refund   POST waiting     401   403      403     403   400   403  400
    payments-methods  GET              401   200      200     200   200   200  200
    payment-events    POST             204   204      204     204   204   204  204
    payment-events    POST unsigned    400   400      400     400   400   400  400
"""

ROWS = read_table(TABLE, PEOPLE)
OFFERED = offered_by(urlpatterns)
EVENT = b'{"id": "e1", "kind": "account.updated", "known": null}'


@pytest.fixture
def people(ann, charlie, dora) -> dict[str, User | None]:
    return {
        "visitor": None,
        "payer": ann,
        "stranger": charlie,
        "service": dora,
        "books": make_bookkeeper(),
        "staff": make_user("sam", is_staff=True),
        "root": make_user("root", is_superuser=True, is_staff=True),
    }


class Scene:
    """What was paid, what waits for a code, and what is due."""

    def __init__(self, payer: User) -> None:
        self.due = make_due_order(payer)
        self.paid = pay(make_due_order(payer))
        self.waiting = pay(make_due_order(payer), card=NEEDS_CODE)

    def place(self, endpoint: str, case: str) -> str:
        if endpoint == "payment-events":
            return reverse(endpoint, args=["offline"])
        if endpoint in ("payments-list", "payments-methods"):
            return reverse(endpoint)
        return reverse(endpoint, args=[self.waiting.pk if case == "waiting" else self.paid.pk])

    def body(self, endpoint: str) -> dict[str, object]:
        return {
            "payments-list": {"order": self.due.pk, "payment_method": VISA},
            "payments-confirm": {"code": "123456"},
            "payments-refund": {"amount": 5, "reason": "Broken"},
        }.get(endpoint, {})


@pytest.fixture
def scene(people) -> Scene:
    return Scene(people["payer"])


def test_the_table_names_every_endpoint_and_every_method():
    assert {(endpoint, method) for endpoint, method, _, _ in ROWS} == OFFERED
    assert len({row[:3] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("endpoint", "method", "case", "expected"), ROWS)
def test_everybody_may_do_what_the_table_says(api, people, scene, endpoint, method, case, expected):
    place, answers = scene.place(endpoint, case), []
    for user in people.values():
        with asking(api, user) as client:
            if endpoint == "payment-events":
                signature = "wrong" if case else sign(EVENT)
                answer = client.post(
                    place, EVENT, content_type="application/json", headers={SIGNATURE: signature}
                )
            else:
                answer = getattr(client, method.lower())(place, scene.body(endpoint))
            answers.append(answer.status_code)

    assert tuple(answers) == expected


@pytest.mark.parametrize("endpoint", sorted({row[0] for row in ROWS}))
def test_what_an_endpoint_does_not_offer_is_refused_to_the_most_powerful(
    api, people, scene, endpoint
):
    place = scene.place(endpoint, "")

    answers = statuses_of_missing(api(people["root"]), endpoint, place, offered=OFFERED)

    assert answers == dict.fromkeys(answers, 405)

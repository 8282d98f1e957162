"""Payments through the REST door."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Group

from tradepost.accounts.models import User
from tradepost.feed.models import Pointer
from tradepost.kit.audit import find_faults
from tradepost.payments.models import OfflineCharge, Payment, ProviderEvent, Refund
from tradepost.payments.providers.offline import SIGNATURE, sign
from tradepost.payments.tests.factories import (
    DECLINED,
    NEEDS_CODE,
    VISA,
    make_bookkeeper,
    make_due_order,
    pay,
    run_jobs,
    standing,
)

pytestmark = pytest.mark.django_db

PAYMENTS = "/api/v1/payments/"
EVENTS = f"{PAYMENTS}events/offline/"


@pytest.fixture
def order(ann):
    return make_due_order(ann)


@pytest.fixture
def erin(db):
    """Keeps the books."""
    return make_bookkeeper()


@pytest.fixture(autouse=True)
def audited():
    yield
    assert find_faults() == []


def place(payment: Payment, deed: str = "") -> str:
    return f"{PAYMENTS}{payment.pk}/{deed}"


def test_a_payment_is_begun_and_can_be_followed(api, ann, order):
    answer = api(ann).post(PAYMENTS, {"order": order.pk, "payment_method": VISA})

    begun = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{PAYMENTS}{begun['id']}/"
    assert begun == {
        "id": begun["id"],
        "order": order.pk,
        "booking": None,
        "title": f"Tradepost order {order.pk}",
        "amount": 20.0,
        "currency": "USD",
        "captured": 0.0,
        "refunded": 0.0,
        "method": {"brand": "visa", "last4": "4242"},
        "provider": "offline",
        "reference": None,
        "status": "created",
        "failure": "",
        "next_action": None,
        "created_at": begun["created_at"],
        "changed_at": begun["created_at"],
        "refunds": [],
    }

    run_jobs()

    shown = api(ann).get(answer["Location"]).json()
    assert (shown["status"], shown["captured"]) == ("succeeded", 20.0)
    assert shown["reference"] == OfflineCharge.objects.get().reference
    assert api(ann).get(f"/api/v1/store/orders/{order.pk}/").json()["payment_status"] == "C"


def test_amounts_have_two_decimals(api, ann, order):
    answer = api(ann).post(PAYMENTS, {"order": order.pk, "payment_method": VISA, "amount": "7.5"})

    assert b'"amount":7.50' in answer.content


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"payment_method"}),
        ({"payment_method": VISA}, {"non_field_errors"}),
        ({"payment_method": VISA, "order": 1, "booking": 1}, {"non_field_errors"}),
        ({"payment_method": "4111111111111111", "order": 1}, {"payment_method"}),
        ({"payment_method": VISA, "order": 1, "amount": "-1"}, {"amount"}),
        ({"payment_method": VISA, "order": 1, "amount": "0"}, {"amount"}),
        ({"payment_method": VISA, "order": 1, "amount": "0.001"}, {"amount"}),
        ({"payment_method": VISA, "order": 1, "amount": "21"}, {"amount"}),
        ({"payment_method": VISA, "order": 1, "provider": "nobody"}, {"provider"}),
        ({"payment_method": VISA, "order": "x"}, {"order"}),
    ],
)
def test_bad_input_is_400_and_begins_nothing(api, ann, order, body, fields):
    said = {**body, "order": order.pk} if body.get("order") == 1 else body

    answer = api(ann).post(PAYMENTS, said)

    assert answer.status_code == 400
    assert answer.json().keys() == fields
    assert not Payment.objects.exists()


def test_what_is_under_way_or_paid_is_409(api, ann, order):
    body = {"order": order.pk, "payment_method": VISA}
    api(ann).post(PAYMENTS, body)

    second = api(ann).post(PAYMENTS, body)
    run_jobs()
    third = api(ann).post(PAYMENTS, body)

    assert [(a.status_code, a.json()["code"]) for a in (second, third)] == [
        (409, "nothing_due")
    ] * 2
    assert Payment.objects.count() == 1


def test_the_same_request_again_gives_the_same_payment(api, ann, order):
    body = {"order": order.pk, "payment_method": VISA}
    key = {"Idempotency-Key": str(uuid4())}

    first = api(ann).post(PAYMENTS, body, headers=key)
    again = api(ann).post(PAYMENTS, body, headers=key)

    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert Payment.objects.count() == 1


def test_the_second_step_is_asked_for_and_taken(api, ann, erin, order):
    payment = pay(order, card=NEEDS_CODE)
    assert api(ann).get(place(payment)).json()["next_action"] == {"type": "code"}
    assert api(erin).get(place(payment)).json()["next_action"] is None

    answer = api(ann).post(place(payment, "confirm/"), {"code": "123456"})
    run_jobs()

    assert answer.status_code == 200
    shown = api(ann).get(place(payment)).json()
    assert (shown["status"], shown["next_action"]) == ("succeeded", None)


def test_a_failed_payment_says_why(api, ann, order):
    payment = pay(order, card=DECLINED)

    shown = api(ann).get(place(payment)).json()

    assert (shown["status"], shown["failure"]) == ("failed", "card_declined")


def test_an_attempt_is_given_up(api, ann, order):
    payment = pay(order, card=NEEDS_CODE)

    answer = api(ann).post(place(payment, "cancel/"))
    run_jobs()

    assert answer.status_code == 200
    assert standing(payment.pk)[0] == "canceled"


def test_a_part_is_refunded_and_the_order_stays_paid(api, ann, erin, order):
    payment = pay(order)

    answer = api(erin).post(place(payment, "refund/"), {"amount": 7.25, "reason": "A crack"})
    run_jobs()

    assert answer.json()["refunded"] == 7.25
    [refund] = api(ann).get(place(payment)).json()["refunds"]
    assert (refund["amount"], refund["status"], refund["reason"]) == (7.25, "succeeded", "A crack")
    assert Refund.objects.get().asked_by == erin
    shown = api(ann).get(f"/api/v1/store/orders/{order.pk}/timeline/").json()
    assert [(moment["kind"], moment["amount"]) for moment in shown] == [
        ("placed", None),
        ("paid", None),
        ("refunded", 7.25),
    ]
    assert api(ann).get(f"/api/v1/store/orders/{order.pk}/").json()["payment_status"] == "C"


@pytest.mark.parametrize("amount", ["20.01", "0", "-1", "1e30", "nan"])
def test_no_more_than_what_is_left_is_refunded(api, erin, order, amount):
    payment = pay(order)

    answer = api(erin).post(place(payment, "refund/"), {"amount": amount, "reason": "Because"})

    assert answer.status_code == 400
    assert answer.json().keys() == {"amount"}
    assert not Refund.objects.exists()


def test_a_refund_says_why(api, erin, order):
    answer = api(erin).post(place(pay(order), "refund/"), {})

    assert (answer.status_code, answer.json().keys()) == (400, {"reason"})


def test_what_is_refunded_wholly_has_nothing_left(api, erin, order):
    payment = pay(order)
    api(erin).post(place(payment, "refund/"), {"reason": "All of it"})

    answer = api(erin).post(place(payment, "refund/"), {"reason": "And again"})

    assert answer.status_code == 400
    assert standing(payment.pk)[2] == Decimal("20.00")


def test_the_methods_say_what_can_be_tried(api, ann):
    [offline] = api(ann).get(f"{PAYMENTS}methods/").json()

    assert offline["provider"] == "offline"
    assert {"number": VISA, "brand": "visa", "sentence": "Succeeds."} in offline["test_cards"]


# --- Lists -------------------------------------------------------------------------------------


def test_the_list_is_narrowed_to_a_thing_and_a_status(api, ann, order):
    failed = pay(order, card=DECLINED)
    good = pay(order)
    pay(make_due_order(ann))

    def ids(**query: object) -> list[str]:
        return [row["id"] for row in api(ann).get(PAYMENTS, query).json()["results"]]

    assert len(ids()) == 3
    assert ids(order=order.pk) == [str(good.pk), str(failed.pk)]
    assert ids(order=order.pk, status="failed") == [str(failed.pk)]
    assert ids(booking=1) == []
    assert api(ann).get(PAYMENTS, {"order": "x"}).status_code == 400


def test_one_sees_ones_own_and_the_books_show_all(api, ann, bob, erin, order):
    mine = pay(order)
    pay(make_due_order(bob))

    assert [row["id"] for row in api(ann).get(PAYMENTS).json()["results"]] == [str(mine.pk)]
    assert len(api(erin).get(PAYMENTS).json()["results"]) == 2


def test_list_and_detail_take_the_same_queries_for_any_number(
    api, ann, order, django_assert_num_queries
):
    payment = pay(order)
    for _ in range(3):
        pay(make_due_order(ann))
    first, second = (api(User.objects.get(pk=ann.pk)) for _ in range(2))

    with django_assert_num_queries(4):  # the reader's permissions, and groups'; page; refunds
        first.get(PAYMENTS)
    with django_assert_num_queries(4):  # the same; payment; refunds
        second.get(place(payment))


# --- The feed ----------------------------------------------------------------------------------


def test_the_payer_hears_of_each_change(api, ann, order):
    payment = pay(order, card=NEEDS_CODE)
    api(ann).post(place(payment, "confirm/"), {"code": "123456"})
    run_jobs()

    told = Pointer.objects.filter(user=ann, event__kind="payment.changed").order_by("seq")

    assert [pointer.event.data["status"] for pointer in told.select_related("event")] == [
        "created", "requires_action", "succeeded",
    ]  # fmt: skip
    assert {UUID(p.event.data["payment"]) for p in told} == {payment.pk}


# --- Events ------------------------------------------------------------------------------------


def test_an_event_with_a_bad_signature_is_400_and_not_kept(api):
    body = b'{"id": "e1", "kind": "x", "known": null}'

    for headers in ({}, {SIGNATURE: "0" * 64}, {SIGNATURE: sign(body + b" ")}, {SIGNATURE: "é"}):
        answer = api().post(EVENTS, body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_event")
    assert not ProviderEvent.objects.exists()


def test_an_event_is_kept_once(api):
    body = b'{"id": "e1", "kind": "x", "known": null}'

    for _ in range(3):
        answer = api().post(
            EVENTS, body, content_type="application/json", headers={SIGNATURE: sign(body)}
        )
        assert answer.status_code == 204
    run_jobs()

    assert ProviderEvent.objects.get().applied_at is not None


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_too_large_is_413(api, settings):
    settings.MAX_EVENT_BYTES = 20
    body = b'{"id": "e1", "kind": "x", "known": null}'

    answer = api().post(
        EVENTS, body, content_type="application/json", headers={SIGNATURE: sign(body)}
    )

    assert answer.status_code == 413
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("provider", ["stripe", "nobody"])
def test_events_of_providers_that_are_not_let_in_are_refused(api, provider):
    answer = api().post(f"{PAYMENTS}events/{provider}/", b"{}", content_type="application/json")

    assert answer.status_code == 400


def test_bookkeeping_comes_with_its_permissions(db):
    group = Group.objects.get(name="Bookkeeping")

    assert set(group.permissions.values_list("codename", flat=True)) == {
        "view_payment", "refund_payment", "view_refund", "view_providerevent",
    }  # fmt: skip

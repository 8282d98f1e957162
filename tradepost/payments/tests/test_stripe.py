"""Stripe: its own library over real HTTP, against a stand-in for its servers."""

import hashlib
import hmac
import json
import time
from decimal import Decimal

import pytest
from django.utils import timezone

from tradepost.kit.audit import find_faults
from tradepost.kit.models import Job
from tradepost.payments import exchange
from tradepost.payments.actions.payments import (
    cancel_payment,
    capture_payments,
    start_payment,
    void_payments,
)
from tradepost.payments.actions.refunds import refund_rest
from tradepost.payments.errors import BadPaymentMethod
from tradepost.payments.models import Payment, ProviderEvent, Refund
from tradepost.payments.providers.faults import ProviderAway
from tradepost.payments.tests.factories import make_due_order, run_jobs, standing
from tradepost.payments.tests.stripe_server import FIELDS, stripe_server

stripe = pytest.importorskip("stripe", reason="the extra `payments` is not installed")
pytestmark = pytest.mark.django_db

ALL, NONE = Decimal("20.00"), Decimal("0.00")
EVENTS = "/api/v1/payments/events/stripe/"
SECRET = "whsec_1"


@pytest.fixture(scope="module")
def server():
    with stripe_server() as (books, address):
        yield books, address


@pytest.fixture
def books(server, settings):
    """What Stripe knows, empty."""
    books, address = server
    books.__init__()
    books.now = int(time.time())
    settings.PAYMENT_PROVIDERS = ["stripe"]
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_1"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_BASE = address
    return books


@pytest.fixture
def order(ann):
    return make_due_order(ann)


@pytest.fixture(autouse=True)
def audited(books):
    yield
    assert find_faults() == []


def begin(order, *, card: str = "pm_card_visa", captures: bool = True) -> Payment:
    payment = start_payment(
        payer=order.customer.user, payable="order", pk=order.pk, provider=None,
        payment_method=card, now=timezone.now(),
    )  # fmt: skip
    Payment.objects.filter(pk=payment.pk).update(captures=captures)
    return payment


def pay(order, **how: object) -> Payment:
    payment = begin(order, **how)
    run_jobs()
    payment.refresh_from_db()
    return payment


def signed(body: bytes, *, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={digest}"}


def event(kind: str, said: dict, *, event_id: str = "evt_1") -> bytes:
    told = {"id": event_id, "object": "event", "type": kind, "data": {"object": said}}
    return json.dumps(told).encode()


@pytest.mark.parametrize("name", FIELDS)
def test_the_stand_in_speaks_of_fields_that_stripe_has(name):
    known = {key for base in getattr(stripe, name).__mro__ for key in vars(base).get(
        "__annotations__", {})}  # fmt: skip

    assert FIELDS[name] - known == set()


def test_the_stand_in_gives_all_the_fields_that_it_speaks_of(books, order):
    pay(order)
    refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    run_jobs()

    assert [set(one) for one in books.intents.values()] == [FIELDS["PaymentIntent"]]
    assert [set(one) for one in books.refunds.values()] == [FIELDS["Refund"]]


def test_an_order_is_paid(books, order):
    payment = pay(order)

    order.refresh_from_db()
    [intent] = books.intents.values()
    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert order.payment_status == "C"
    assert (payment.reference, payment.brand, payment.last4) == (intent["id"], "visa", "4242")
    assert (intent["amount"], intent["currency"]) == (2000, "usd")
    assert intent["metadata"] == {"tradepost_payment": str(payment.pk)}


@pytest.mark.parametrize(
    ("card", "failure"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_declined_card_fails(order, card, failure):
    payment = pay(order, card=card)

    assert standing(payment.pk)[0] == "failed"
    assert payment.failure == failure


def test_a_method_that_stripe_does_not_know_fails_and_its_job_is_a_dead_letter(order):
    payment = pay(order, card="pm_nobody")

    assert (standing(payment.pk)[0], payment.failure) == ("failed", "resource_missing")
    assert Job.objects.get(name="payments.charge").state == Job.State.DEAD


@pytest.mark.parametrize("method", ["4242424242424242", "tok_visa", "pm_", "pm_a b"])
def test_a_card_number_never_gets_to_stripe_from_here(books, order, method):
    with pytest.raises(BadPaymentMethod):
        begin(order, card=method)
    assert books.intents == {}


def test_a_lost_answer_is_asked_for_again_under_the_same_key(books, order):
    payment = begin(order)
    books.drops = 1
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())
    assert standing(payment.pk)[0] == "created"

    exchange.charge(payment_id=payment.pk, now=timezone.now())

    assert standing(payment.pk)[0] == "succeeded"
    assert len(books.intents) == 1


def test_stripe_that_is_away_is_asked_again(books, order):
    payment = begin(order)
    books.away = 2

    run_jobs()

    assert standing(payment.pk)[0] == "succeeded"
    assert Job.objects.get(name="payments.charge").attempts == 3


def test_a_lost_intent_is_found_by_the_key_in_its_metadata(books, order):
    payment = begin(order)
    books.drops = 1
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())

    [found] = exchange.reconcile(payment_ids=[payment.pk], now=timezone.now())

    assert found.now == "succeeded, 20.00 paid, 0.00 refunded"
    assert standing(payment.pk)[0] == "succeeded"


def test_what_is_held_is_captured_or_given_back(books, order, ann):
    held, other = pay(order, captures=False), make_due_order(ann)
    back = pay(other, captures=False)
    assert standing(held.pk)[0] == standing(back.pk)[0] == "authorized"

    capture_payments(payable="order", pk=order.pk, now=timezone.now())
    void_payments(payable="order", pk=other.pk, now=timezone.now())
    run_jobs()

    assert standing(held.pk)[0] == "succeeded"
    assert standing(back.pk)[0] == "canceled"


def test_who_cancels_too_late_has_paid(books, order, ann):
    payment = pay(order, card="pm_card_authenticationRequired")
    [intent] = books.intents.values()
    intent |= {"status": "succeeded", "amount_received": 2000}

    cancel_payment(payer=ann, payment_id=payment.pk, now=timezone.now())
    run_jobs()

    assert standing(payment.pk)[0] == "succeeded"


def test_the_second_step_takes_place_between_the_client_and_stripe(books, order, ann, api):
    payment = pay(order, card="pm_card_authenticationRequired")
    address = f"/api/v1/payments/{payment.pk}/"
    shown = api(ann).get(address).json()
    assert shown["next_action"] == {"type": "stripe", "client_secret": "pi_1_secret"}
    [intent] = books.intents.values()
    intent |= {"status": "succeeded", "amount_received": 2000}

    api(ann).post(f"{address}confirm/", {})
    run_jobs()

    assert standing(payment.pk)[0] == "succeeded"


def test_refunds_are_made_once_and_known_by_our_id(books, order):
    payment = pay(order)
    [asked] = refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    books.drops = 1

    run_jobs()

    asked.refresh_from_db()
    [refund] = books.refunds.values()
    assert (refund["amount"], refund["metadata"]) == (2000, {"tradepost_refund": str(asked.pk)})
    assert (asked.status, asked.reference) == ("succeeded", refund["id"])
    assert standing(payment.pk) == ("succeeded", ALL, ALL)


def test_a_refund_that_stripe_refuses_has_failed(books, order):
    payment = pay(order)
    refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    books.intents[payment.reference]["amount_received"] = 0

    run_jobs()

    assert Refund.objects.get().failure == "charge_already_refunded"
    assert standing(payment.pk) == ("succeeded", ALL, NONE)


def test_a_client_is_told_the_publishable_key_and_no_other(ann, api):
    answer = api(ann).get("/api/v1/payments/methods/")

    assert answer.json() == [
        {"provider": "stripe", "publishable_key": "pk_test_1", "test_cards": []}
    ]


# --- Events ------------------------------------------------------------------------------------


def test_an_event_moves_the_payment(books, order, api):
    payment = pay(order, card="pm_card_authenticationRequired")
    [intent] = books.intents.values()
    intent |= {"status": "succeeded", "amount_received": 2000}
    body = event("payment_intent.succeeded", {**intent, "latest_charge": "ch_1"})

    answers = [
        api().post(EVENTS, body, content_type="application/json", headers=signed(body))
        for _ in range(2)
    ]
    run_jobs()

    assert [answer.status_code for answer in answers] == [204, 204]
    assert ProviderEvent.objects.count() == 1
    assert standing(payment.pk) == ("succeeded", ALL, NONE)


def test_a_refund_at_stripes_own_desk_is_taken_over(books, order, api):
    payment = pay(order)
    said = {
        "id": "re_desk", "object": "refund", "amount": 250, "currency": "usd", "metadata": {},
        "payment_intent": payment.reference, "status": "succeeded",
    }  # fmt: skip
    body = event("refund.created", said)

    api().post(EVENTS, body, content_type="application/json", headers=signed(body))
    run_jobs()

    assert standing(payment.pk) == ("succeeded", ALL, Decimal("2.50"))


def test_events_about_what_is_not_ours_are_done_with_at_once(api):
    intent = {"object": "payment_intent", "id": "pi_x", "metadata": {}}
    for number, said in enumerate([intent, {"object": "customer", "id": "cus_1"}]):
        body = event("something", said, event_id=f"evt_{number}")
        api().post(EVENTS, body, content_type="application/json", headers=signed(body))
    run_jobs()

    assert ProviderEvent.objects.count() == 2
    assert not ProviderEvent.objects.waiting().exists()


@pytest.mark.parametrize(
    "headers",
    [
        lambda body: {},
        lambda body: signed(body, secret="whsec_2"),
        lambda body: signed(body + b" "),
        lambda body: signed(body, at=int(time.time()) - 301),
        lambda body: {"Stripe-Signature": "t=1,v1="},
    ],
)
def test_what_stripe_did_not_sign_just_now_is_refused(api, headers):
    body = event("payment_intent.succeeded", {"object": "customer", "id": "cus_1"})

    answer = api().post(EVENTS, body, content_type="application/json", headers=headers(body))

    assert answer.status_code == 400
    assert not ProviderEvent.objects.exists()


def test_without_a_secret_nobody_can_sign(api, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    body = event("x", {"object": "customer", "id": "cus_1"})

    answer = api().post(
        EVENTS, body, content_type="application/json", headers=signed(body, secret="")
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("currency", ["JPY", "KRW"])
def test_amounts_without_cents_are_whole(books, order, settings, currency):
    settings.CURRENCY = currency
    payment = pay(order)

    assert [intent["amount"] for intent in books.intents.values()] == [20]
    assert standing(payment.pk) == ("succeeded", ALL, NONE)

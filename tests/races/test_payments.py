"""Nothing is paid twice and no money is lost, whoever comes at the same moment."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread
from uuid import uuid4

import httpx
import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.races.conftest import signed_in, statuses
from tradepost.payments import exchange
from tradepost.payments.actions import payments as actions
from tradepost.payments.models import OfflineCharge, OfflineRefund, Payment, ProviderEvent, Refund
from tradepost.payments.providers.faults import ProviderAway
from tradepost.payments.providers.offline import SIGNATURE, sign
from tradepost.payments.queries import paid_for
from tradepost.payments.tests.factories import (
    TIMES_OUT,
    VISA,
    begin,
    make_bookkeeper,
    make_due_order,
    pay,
    run_jobs,
    standing,
)
from tradepost.store.actions import order_payments
from tradepost.store.models import Order

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ALL, NONE = Decimal("20.00"), Decimal("0.00")


def start(client: httpx.Client, *, order: Order, headers: dict[str, str]) -> httpx.Response:
    body = {"order": order.pk, "payment_method": VISA}
    return client.post("payments/", json=body, headers=headers)


def refund(
    client: httpx.Client, *, payment: Payment, amount: float, headers: dict[str, str]
) -> httpx.Response:
    body = {"amount": amount, "reason": "A part of it"}
    return client.post(f"payments/{payment.pk}/refund/", json=body, headers=headers)


def cancel(client: httpx.Client, *, order: Order, headers: dict[str, str]) -> httpx.Response:
    return client.post(f"store/orders/{order.pk}/cancel/", headers=headers)


def tell(client: httpx.Client, *, body: bytes) -> httpx.Response:
    headers = {SIGNATURE: sign(body), "Content-Type": "application/json"}
    return client.post("payments/events/offline/", content=body, headers=headers)


def in_threads(*deeds: Callable[[], object]) -> list[BaseException]:
    """Do all this at once, here; return what was raised."""
    barrier, raised = Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        try:
            barrier.wait(30)
            deed()
        except BaseException as error:  # noqa: BLE001 - for the test to judge
            raised.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def charged(order: Order) -> tuple[Payment, bytes]:
    """Charge a payment whose answer got lost, and return the event that tells of it."""
    payment = begin(order, card=TIMES_OUT)
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())
    return payment, OfflineCharge.objects.get(key=payment.pk).events.get().body.encode()


def test_twenty_starts_for_one_order_begin_one_payment(crowd, ann):
    order = make_due_order(ann)

    answers = crowd.at_once(*[partial(start, order=order, headers=signed_in(ann))] * 20)

    assert statuses(answers) == [201] + [409] * 19
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"nothing_due"}
    assert Payment.objects.count() == 1
    run_jobs()
    assert paid_for("order", order.pk) == (ALL, NONE, NONE)


def test_starts_with_one_key_are_one_payment(crowd, ann):
    order = make_due_order(ann)
    headers = {**signed_in(ann), "Idempotency-Key": str(uuid4())}

    answers = crowd.at_once(*[partial(start, order=order, headers=headers)] * 6)

    made = {a.json()["id"] for a in answers if a.status_code == 201}
    assert set(statuses(answers)) <= {201, 409}
    assert len(made) == Payment.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_events_that_come_twice_and_before_the_answer_pay_once(crowd, ann, attempt):
    order = make_due_order(ann)
    payment, body = charged(order)
    other = json.dumps({**json.loads(body), "id": uuid4().hex}).encode()

    answers = crowd.at_once(*[partial(tell, body=body)] * 4, *[partial(tell, body=other)] * 2)
    raised = in_threads(
        partial(exchange.charge, payment_id=payment.pk, now=timezone.now()),
        partial(exchange.charge, payment_id=payment.pk, now=timezone.now()),
        *[partial(apply, event) for event in ProviderEvent.objects.all()],
        *[partial(apply, event) for event in ProviderEvent.objects.all()],
    )
    run_jobs()

    order.refresh_from_db()
    assert statuses(answers) == [204] * 6
    assert raised == []
    assert ProviderEvent.objects.filter(applied_at=None).count() == 0
    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert [event.kind for event in order.events.all()] == ["paid"]
    assert OfflineCharge.objects.get().captured == ALL


def apply(event: ProviderEvent) -> None:
    exchange.apply_event(event=event, now=timezone.now())


@pytest.mark.parametrize("attempt", range(6))
def test_a_canceled_order_is_not_paid_and_a_paid_one_not_canceled(crowd, ann, attempt):
    order = make_due_order(ann)
    payment, body = charged(order)
    answers: list[httpx.Response] = []

    def call_off() -> None:
        answers.extend(crowd.at_once(partial(cancel, order=order, headers=signed_in(ann))))

    crowd.at_once(partial(tell, body=body))
    raised = in_threads(call_off, partial(apply, ProviderEvent.objects.get()))
    run_jobs()

    order.refresh_from_db()
    assert raised == []
    if answers[0].status_code == 200:
        assert standing(payment.pk) == ("succeeded", ALL, ALL)
        assert OfflineCharge.objects.get().refunded == ALL
        assert (order.payment_status, order.canceled_at is None) == ("P", False)
    else:
        assert answers[0].json()["code"] == "order_not_open"
        assert standing(payment.pk) == ("succeeded", ALL, NONE)
        assert (order.payment_status, order.canceled_at) == ("C", None)


@pytest.mark.parametrize("attempt", range(3))
def test_parallel_refunds_never_exceed_what_was_paid(crowd, ann, attempt):
    payment = pay(make_due_order(ann))
    erin = signed_in(make_bookkeeper())

    answers = crowd.at_once(
        *[partial(refund, payment=payment, amount=6.50, headers=erin) for _ in range(8)]
    )
    run_jobs()

    assert statuses(answers) == [200] * 3 + [400] * 5
    assert standing(payment.pk) == ("succeeded", ALL, Decimal("19.50"))
    assert Refund.objects.filter(status="succeeded").count() == OfflineRefund.objects.count() == 3
    assert OfflineCharge.objects.get().refunded == Decimal("19.50")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_without_the_lock_two_starts_would_begin_two_payments(ann, monkeypatch):
    order = make_due_order(ann)
    met = Barrier(2)
    really = actions.paid_for

    def paid_for_when_both_look(payable: str, pk: int) -> object:
        sums = really(payable, pk)
        met.wait(30)
        return sums

    monkeypatch.setattr(order_payments, "lock_one", lambda rows: rows.get())
    monkeypatch.setattr(actions, "paid_for", paid_for_when_both_look)

    raised = in_threads(partial(begin, order), partial(begin, order))

    assert raised == []
    assert Payment.objects.count() == 2

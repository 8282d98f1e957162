"""Whatever providers say, in any order and however often, it ends the same."""

import itertools
import json
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tradepost.kit.models import Job
from tradepost.payments import exchange
from tradepost.payments.actions.events import take_event
from tradepost.payments.actions.payments import void_payments
from tradepost.payments.actions.refunds import refund, refund_rest
from tradepost.payments.actions.sending import begin_charge
from tradepost.payments.errors import RefundTooLarge
from tradepost.payments.models import OfflineCharge, OfflineRefund, Payment, ProviderEvent, Refund
from tradepost.payments.providers.faults import ProviderAway
from tradepost.payments.providers.offline import SIGNATURE, sign
from tradepost.payments.providers.reports import ChargeReport, Known, RefundReport
from tradepost.payments.queries import paid_for
from tradepost.payments.tests.factories import (
    REFUND_FAILS,
    TIMES_OUT,
    begin,
    make_due_order,
    pay,
    run_jobs,
    standing,
)
from tradepost.store.actions.order_changes import cancel_order

ALL, NONE, PART = Decimal("20.00"), Decimal("0.00"), Decimal("6.50")


@pytest.fixture
def order(ann):
    return make_due_order(ann)


def report(payment: Payment, status: str, **other: object) -> ChargeReport:
    captured = payment.amount if status == "succeeded" else NONE
    about = {"amount": payment.amount, "currency": payment.currency, "captured": captured}
    return ChargeReport(
        **{"key": str(payment.pk), "reference": "ch_1", "status": status, **about, **other}
    )


def known(payment: Payment, status: str, *refunds: RefundReport, **other: object) -> Known:
    charge = report(payment, status, **other)
    return Known(name=charge.name, charge=charge, refunds=refunds)


def tell(said: Known | None, *, event_id: str | None = None) -> None:
    """Bring an event to the door, signed."""
    facts = said.as_facts() if said else None
    body = json.dumps(
        {"id": event_id or uuid4().hex, "kind": "told", "known": facts}, default=str
    ).encode()
    take_event(provider="offline", headers={SIGNATURE: sign(body)}, body=body, now=timezone.now())


def sent(order) -> Payment:
    """Begin a payment whose charge never hears an answer."""
    payment = begin(order)
    Job.objects.filter(name="payments.charge").delete()
    begin_charge(payment_id=payment.pk, now=timezone.now())
    return payment


def foreign_refund(status: str = "succeeded", amount: Decimal = PART) -> RefundReport:
    return RefundReport(key="", reference="re_1", status=status, amount=amount, currency="USD")


# --- Any order ---------------------------------------------------------------------------------

STATUSES = ["requires_action", "processing", "authorized", "failed", "canceled", "succeeded"]


@pytest.mark.django_db
@given(
    statuses=st.lists(st.sampled_from(STATUSES), min_size=1, max_size=6),
    refunds=st.lists(st.sampled_from(["pending", "succeeded", "failed"]), max_size=3),
    own=st.booleans(),
    data=st.data(),
)
@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make it shorter takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_in_any_order_and_repetition_it_ends_the_same(ann, statuses, refunds, own, data):
    ends = set()
    with transaction.atomic():
        order = make_due_order(ann)
        for _ in range(2):
            with transaction.atomic():
                said = data.draw(shuffled(statuses, refunds))
                ends.add(end_of(order, said, answer=statuses[0] if own else None))
                transaction.set_rollback(True)
        transaction.set_rollback(True)

    assert len(ends) == 1


def shuffled(statuses, refunds):
    """Any order of what was said, some of it more than once."""
    said = [("charge", status) for status in statuses] + [("refund", one) for one in refunds]
    again = st.lists(st.sampled_from(said), max_size=3)
    return again.flatmap(lambda more: st.permutations([*said, *more]))


def end_of(order, said, *, answer: str | None) -> tuple[object, ...]:
    """Return how everything stands when all this was said, and then the call was answered."""
    payment = sent(order)
    for kind, status in said:
        if kind == "charge":
            tell(known(payment, status))
        else:
            name = report(payment, "succeeded").name
            tell(Known(name=name, refunds=(foreign_refund(status),)))
        run_jobs()
    if answer is not None:
        heard = known(payment, answer)
        exchange.take_in(payment_id=payment.pk, known=heard, now=timezone.now())
        run_jobs()
    order.refresh_from_db()
    waiting = ProviderEvent.objects.waiting().count() > 0
    rows = [(r.status, r.amount) for r in Refund.objects.order_by("reference")]
    status = order.payment_status
    return (status, *standing(payment.pk), tuple(rows), tuple(paid_for("order", order.pk)), waiting)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", list(itertools.permutations(["processing", "authorized", "succeeded", "refunded"]))
)
def test_each_order_of_a_whole_story_is_tried(order, said):
    payment = sent(order)
    for word in said:
        if word == "refunded":
            tell(Known(name=report(payment, "succeeded").name, refunds=(foreign_refund(),)))
        else:
            tell(known(payment, word))
        run_jobs()

    order.refresh_from_db()
    assert standing(payment.pk) == ("succeeded", ALL, PART)
    assert [refund.amount for refund in payment.refunds.all()] == [PART]
    assert order.payment_status == "C"
    assert not ProviderEvent.objects.waiting().exists()


# --- What is told once, late, or about nobody --------------------------------------------------


@pytest.mark.django_db
def test_an_event_that_comes_again_changes_nothing(order):
    payment = sent(order)
    said = known(payment, "succeeded", foreign_refund())

    for _ in range(3):
        tell(said, event_id="evt_1")
        run_jobs()
    tell(said, event_id="evt_2")
    run_jobs()

    assert standing(payment.pk) == ("succeeded", ALL, PART)
    assert ProviderEvent.objects.count() == 2
    assert payment.refunds.count() == 1


@pytest.mark.django_db
def test_an_event_about_a_reference_that_is_not_known_yet_waits_for_it(order):
    payment = sent(order)
    stranger = report(payment, "succeeded", key="")
    tell(Known(name=stranger.name, charge=stranger))
    run_jobs()
    assert standing(payment.pk)[0] == "created"
    assert ProviderEvent.objects.waiting().count() == 1

    answer = known(payment, "processing")
    exchange.take_in(payment_id=payment.pk, known=answer, now=timezone.now())
    run_jobs()

    assert standing(payment.pk)[0] == "succeeded"
    assert not ProviderEvent.objects.waiting().exists()


@pytest.mark.django_db
def test_an_event_about_nothing_of_ours_waits_and_harms_nobody(order):
    tell(known(Payment(amount=ALL, currency="USD"), "succeeded", key="somebody's else"))
    tell(None)
    run_jobs()

    assert ProviderEvent.objects.waiting().count() == 1
    assert not Job.objects.filter(state=Job.State.DEAD).exists()


# --- What contradicts us -----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "problem"),
    [
        ({"amount": Decimal("2.00"), "captured": Decimal("2.00")}, "other_amount"),
        ({"captured": Decimal("19.99")}, "other_amount"),
        ({"amount": Decimal("200.00"), "captured": Decimal("200.00")}, "other_amount"),
        ({"currency": "EUR"}, "other_currency"),
    ],
)
def test_what_contradicts_us_is_never_taken_as_paid_and_people_are_told(
    order, settings, mailoutbox, other, problem
):
    settings.ADMINS = ["root@example.com"]
    payment = sent(order)

    tell(replace(known(payment, "succeeded"), charge=report(payment, "succeeded", **other)))
    run_jobs()

    order.refresh_from_db()
    payment.refresh_from_db()
    assert standing(payment.pk) == ("created", NONE, NONE)
    assert order.payment_status == "P"
    assert payment.problem == ProviderEvent.objects.waiting().get().problem == problem
    [mail] = [mail for mail in mailoutbox if mail.to == ["root@example.com"]]
    assert "A provider contradicts us" in mail.subject


@pytest.mark.django_db
def test_another_reference_for_the_same_payment_is_not_taken(order):
    payment = pay(order)

    tell(known(payment, "succeeded", reference="ch_other"))
    run_jobs()

    payment.refresh_from_db()
    assert payment.problem == "other_reference"
    assert payment.reference != "ch_other"


# --- Refunds -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_refund_takes_from_the_newest_payments_first(order):
    first, second = pay(order, amount="12.00"), pay(order, amount="8.00")

    refund(payable="order", pk=order.pk, amount=Decimal("9.01"), reason="Late", now=timezone.now())
    run_jobs()

    assert standing(second.pk) == ("succeeded", Decimal("8.00"), Decimal("8.00"))
    assert standing(first.pk) == ("succeeded", Decimal("12.00"), Decimal("1.01"))
    assert paid_for("order", order.pk).paid == Decimal("10.99")
    assert set(Refund.objects.values_list("status", flat=True)) == {"succeeded"}


@pytest.mark.django_db
@pytest.mark.parametrize("amount", ["20.01", "0.00", "-1.00"])
def test_a_refund_beyond_what_is_left_is_refused(order, amount):
    pay(order)

    with pytest.raises(RefundTooLarge):
        refund(payable="order", pk=order.pk, amount=Decimal(amount), reason="", now=timezone.now())
    assert not Refund.objects.exists()


@pytest.mark.django_db
@given(parts=st.lists(st.integers(1, 900), min_size=1, max_size=6))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_parts_and_the_rest_are_exactly_what_was_paid(ann, parts):
    with transaction.atomic():
        order = make_due_order(ann)
        pay(order, amount="13.37"), pay(order)
        back = NONE
        for cents in parts:
            amount = min(Decimal(cents) / 100, ALL - back)
            if amount:
                refund(payable="order", pk=order.pk, amount=amount, reason="", now=timezone.now())
            back += amount
        refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
        run_jobs()

        assert sum(OfflineRefund.objects.values_list("amount", flat=True)) == ALL
        assert [c.captured - c.refunded for c in OfflineCharge.objects.all()] == [NONE, NONE]
        assert paid_for("order", order.pk) == (NONE, NONE, NONE)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_refund_that_fails_is_seen_and_its_amount_is_left_again(order, settings, mailoutbox):
    settings.ADMINS = ["root@example.com"]
    payment = pay(order, card=REFUND_FAILS)

    [asked] = refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    assert paid_for("order", order.pk).paid == NONE
    run_jobs()

    asked.refresh_from_db()
    assert (asked.status, asked.failure) == ("failed", "card_unreachable")
    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert paid_for("order", order.pk).paid == ALL
    assert [mail.subject for mail in mailoutbox if mail.to == ["root@example.com"]] != []
    assert "refunded" not in [event.kind for event in order.events.all()]


@pytest.mark.django_db
def test_a_refund_that_the_provider_refuses_has_failed(order):
    payment = pay(order)
    OfflineCharge.objects.update(refunded=ALL)  # at its own desk, and we have not heard of it

    [asked] = refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    run_jobs()

    asked.refresh_from_db()
    assert (asked.status, asked.failure) == ("failed", "refund_too_large")
    assert standing(payment.pk)[2] == NONE
    assert Job.objects.get(name="payments.refund").state == Job.State.DEAD


@pytest.mark.django_db
def test_a_refund_is_sent_once_however_often_its_job_runs(order):
    pay(order)
    [asked] = refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    for _ in range(3):
        Refund.objects.update(status="pending")
        exchange.send_refund(refund_id=asked.pk, now=timezone.now())

    assert OfflineRefund.objects.count() == 1
    assert OfflineCharge.objects.get().refunded == ALL


@pytest.mark.django_db
def test_a_refund_of_the_providers_own_desk_that_came_back_is_none(order):
    payment = pay(order)
    name = report(payment, "succeeded", reference=payment.reference).name
    for status in ("succeeded", "failed", "succeeded"):
        tell(Known(name=name, refunds=(foreign_refund(status),)))
        run_jobs()

    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert Refund.objects.get().status == "failed"


# --- What comes for what is off ----------------------------------------------------------------


@pytest.mark.django_db
def test_what_comes_for_a_canceled_order_goes_back_by_itself(order, ann):
    payment = begin(order, card=TIMES_OUT)
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())

    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())
    run_jobs()

    order.refresh_from_db()
    assert standing(payment.pk) == ("succeeded", ALL, ALL)
    assert OfflineCharge.objects.get().refunded == ALL
    assert (order.payment_status, order.canceled_at is None) == ("P", False)


@pytest.mark.django_db
def test_a_canceled_order_gives_back_what_was_paid_of_it(order, ann):
    payment = pay(order, amount="5.00")

    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())
    run_jobs()

    assert standing(payment.pk) == ("succeeded", Decimal("5.00"), Decimal("5.00"))
    assert OfflineCharge.objects.get().refunded == Decimal("5.00")


@pytest.mark.django_db
def test_what_is_voided_while_it_is_only_held_is_canceled_when_it_is_heard_of(order):
    payment = pay(order, captures=False)
    void_payments(payable="order", pk=order.pk, now=timezone.now())
    run_jobs()

    tell(known(payment, "authorized", reference=payment.reference))
    run_jobs()

    assert standing(payment.pk)[0] == "canceled"
    assert OfflineCharge.objects.get().status == "canceled"

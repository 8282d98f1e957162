"""What was lost on the way is found by asking the provider."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from tradepost.kit.models import Job
from tradepost.payments import exchange, tasks
from tradepost.payments.actions.refunds import refund_rest
from tradepost.payments.actions.sending import begin_charge
from tradepost.payments.models import OfflineCharge, OfflineRefund, Payment, ProviderEvent, Refund
from tradepost.payments.providers.faults import ProviderAway
from tradepost.payments.providers.offline import OfflineProvider
from tradepost.payments.tests.factories import (
    NEEDS_CODE,
    TIMES_OUT,
    begin,
    make_due_order,
    pay,
    run_jobs,
    standing,
)

pytestmark = pytest.mark.django_db

ALL, NONE = Decimal("20.00"), Decimal("0.00")


@pytest.fixture
def order(ann):
    return make_due_order(ann)


def lose_everything() -> None:
    """No job goes on, and no event arrives."""
    Job.objects.all().delete()
    ProviderEvent.objects.all().delete()


def let_pass(**time: int) -> None:
    """Have all that happened happened earlier."""
    for column in ("created_at", "changed_at", "sent_at"):
        for payment in Payment.objects.exclude(**{column: None}):
            value = getattr(payment, column) - timedelta(**time)
            Payment.objects.filter(pk=payment.pk).update(**{column: value})


def lost(order) -> Payment:
    """Charge a payment of which we hear nothing."""
    payment = begin(order, card=TIMES_OUT)
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())
    lose_everything()
    return payment


def test_a_charge_that_we_never_heard_of_is_found(order):
    payment = lost(order)
    let_pass(minutes=6)

    tasks.reconcile()

    order.refresh_from_db()
    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert order.payment_status == "C"


def test_what_was_just_heard_of_is_not_asked_for(order):
    payment = lost(order)

    tasks.reconcile()

    assert standing(payment.pk)[0] == "created"


def test_the_command_says_what_differed(order):
    payment = lost(order)
    out = StringIO()

    call_command("reconcile_payments", stdout=out)

    was, now = "created, 0.00 paid, 0.00 refunded", "succeeded, 20.00 paid, 0.00 refunded"
    assert out.getvalue().splitlines() == [
        f"payment {payment.pk}: {was} -> {now}",
        "1 payments were asked for, 0 need a look.",
    ]
    assert standing(payment.pk)[0] == "succeeded"


def test_the_command_finds_what_is_at_its_end_and_differs(order):
    payment = pay(order)
    OfflineCharge.objects.update(status="canceled", captured=NONE)
    out = StringIO()

    call_command("reconcile_payments", stdout=out)
    assert out.getvalue() == "0 payments were asked for, 0 need a look.\n"
    with pytest.raises(SystemExit):
        call_command("reconcile_payments", "--hours", "1", stdout=out)

    assert f"payment {payment.pk}: " in out.getvalue()
    assert "other_status" in out.getvalue()
    assert standing(payment.pk) == ("succeeded", ALL, NONE)


def test_a_charge_that_the_provider_does_not_know_is_said(order):
    payment = begin(order)
    begin_charge(payment_id=payment.pk, now=timezone.now())
    let_pass(minutes=11)
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("reconcile_payments", stdout=out)

    assert "unknown_to_provider" in out.getvalue()


def test_a_provider_that_is_away_keeps_nobody_else_waiting(order, ann, monkeypatch):
    first, second = lost(order), lost(make_due_order(ann))
    really = OfflineProvider.read

    def read(provider, charge):
        if charge.key == str(first.pk):
            raise ProviderAway
        return really(provider, charge)

    monkeypatch.setattr(OfflineProvider, "read", read)

    found = list(exchange.reconcile(payment_ids=[first.pk, second.pk], now=timezone.now()))

    assert [(one.payment_id, one.problem) for one in found] == [
        (first.pk, "provider_away"),
        (second.pk, ""),
    ]


def test_a_refund_that_was_never_sent_is_sent(order):
    payment = pay(order)
    refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    lose_everything()
    let_pass(minutes=6)

    tasks.reconcile()

    assert OfflineRefund.objects.get().amount == ALL
    assert Refund.objects.get().status == "succeeded"
    assert standing(payment.pk) == ("succeeded", ALL, ALL)


def test_a_refund_whose_answer_got_lost_is_found_and_not_sent_again(order):
    pay(order)
    [asked] = refund_rest(payable="order", pk=order.pk, reason="", now=timezone.now())
    run_jobs()
    Refund.objects.update(status="pending", reference=None)
    lose_everything()
    let_pass(minutes=6)

    tasks.reconcile()

    asked.refresh_from_db()
    assert (asked.status, OfflineRefund.objects.count()) == ("succeeded", 1)


def test_a_refund_of_the_providers_own_desk_is_found(order):
    payment = pay(order)
    OfflineRefund.objects.create(
        key="desk",
        reference="re_desk",
        charge=OfflineCharge.objects.get(),
        amount=Decimal("3.00"),
        status="succeeded",
        created_at=timezone.now(),
    )

    list(exchange.reconcile(payment_ids=[payment.pk], now=timezone.now()))

    assert standing(payment.pk) == ("succeeded", ALL, Decimal("3.00"))


# --- What nobody goes on with ------------------------------------------------------------------


def test_an_attempt_that_its_payer_left_is_canceled_and_the_order_can_be_paid(order):
    payment = pay(order, card=NEEDS_CODE)
    let_pass(minutes=31)

    tasks.expire()
    run_jobs()

    assert standing(payment.pk)[0] == "canceled"
    assert OfflineCharge.objects.get().status == "canceled"
    assert begin(order).amount == ALL


def test_an_attempt_is_left_alone_for_half_an_hour(order):
    payment = pay(order, card=NEEDS_CODE)
    let_pass(minutes=29)

    tasks.expire()
    run_jobs()

    assert standing(payment.pk)[0] == "requires_action"


def test_a_cancellation_that_was_lost_is_asked_for_again(order):
    payment = pay(order, card=NEEDS_CODE)
    let_pass(minutes=31)
    tasks.expire()
    lose_everything()

    tasks.reconcile()

    assert standing(payment.pk)[0] == "canceled"

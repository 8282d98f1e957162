"""From a card to a paid order, by the offline provider, whatever it does in between."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tradepost.kit.audit import find_faults
from tradepost.kit.errors import NotFound
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.payments import exchange
from tradepost.payments.actions.payments import (
    cancel_payment,
    capture_payments,
    confirm_payment,
    forget_attempts,
    start_payment,
    void_payments,
)
from tradepost.payments.errors import (
    AmountTooLarge,
    BadPaymentMethod,
    NoCodeAwaited,
    NoProvider,
    NoSuchProvider,
    NothingDue,
    PaymentFinal,
    PaymentsRemain,
)
from tradepost.payments.models import OfflineCharge, Payment, ProviderEvent
from tradepost.payments.providers.faults import ProviderAway
from tradepost.payments.queries import list_payments, paid_for
from tradepost.payments.tests.factories import (
    ANSWERS_LATE,
    DECLINED,
    NEEDS_CODE,
    POOR,
    TELLS_FIRST,
    TELLS_TWICE,
    TIMES_OUT,
    VISA,
    begin,
    make_due_order,
    pay,
    run_jobs,
    standing,
)
from tradepost.store.actions.order_changes import cancel_order
from tradepost.store.errors import OrderCanceled

pytestmark = pytest.mark.django_db

ALL, NONE = Decimal("20.00"), Decimal("0.00")


@pytest.fixture
def order(ann):
    return make_due_order(ann)


@pytest.fixture(autouse=True)
def audited():
    yield
    assert find_faults() == []


@pytest.mark.parametrize("card", [VISA, TIMES_OUT, TELLS_TWICE, TELLS_FIRST, ANSWERS_LATE])
def test_a_good_card_pays_the_order_once_however_the_provider_answers(order, card):
    payment = pay(order, card=card)

    order.refresh_from_db()
    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert order.payment_status == "C"
    assert [charge.captured for charge in OfflineCharge.objects.all()] == [ALL]
    assert not ProviderEvent.objects.waiting().exists()
    assert [event.kind for event in order.events.all()] == ["paid"]


@pytest.mark.parametrize(
    ("card", "failure"), [(DECLINED, "card_declined"), (POOR, "insufficient_funds")]
)
def test_a_bad_card_fails_and_another_one_may_follow(order, card, failure):
    payment = pay(order, card=card)

    order.refresh_from_db()
    assert standing(payment.pk) == ("failed", NONE, NONE)
    assert payment.failure == failure
    assert order.payment_status == "F"

    pay(order)

    order.refresh_from_db()
    assert order.payment_status == "C"


def test_nothing_is_asked_of_the_provider_before_the_job_runs(order):
    payment = begin(order)

    assert standing(payment.pk) == ("created", NONE, NONE)
    assert not OfflineCharge.objects.exists()


def test_an_answer_that_got_lost_is_asked_for_again_and_nothing_is_charged_twice(order):
    payment = begin(order, card=TIMES_OUT)
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())
    assert standing(payment.pk)[0] == "created"
    assert OfflineCharge.objects.get().captured == ALL

    exchange.charge(payment_id=payment.pk, now=timezone.now())

    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert OfflineCharge.objects.count() == 1


def test_of_an_answer_that_comes_late_the_payment_waits(order):
    payment = begin(order, card=ANSWERS_LATE)
    run_due_jobs()

    assert standing(payment.pk) == ("processing", NONE, NONE)
    assert paid_for("order", order.pk) == (NONE, NONE, ALL)

    run_jobs()

    assert paid_for("order", order.pk) == (ALL, NONE, NONE)


@pytest.mark.parametrize(("code", "status"), [("123456", "succeeded"), ("000000", "failed")])
def test_a_second_step_decides(order, ann, code, status):
    payment = pay(order, card=NEEDS_CODE)
    assert (payment.status, payment.next_action) == ("requires_action", {"type": "code"})

    confirm_payment(payer=ann, payment_id=payment.pk, code=code)
    run_jobs()

    assert standing(payment.pk)[0] == status


def test_who_waits_for_no_code_takes_none(order, ann, bob):
    payment = pay(order)

    with pytest.raises(NoCodeAwaited):
        confirm_payment(payer=ann, payment_id=payment.pk, code="123456")
    with pytest.raises(NotFound):
        confirm_payment(payer=bob, payment_id=payment.pk, code="123456")


def test_an_order_is_paid_in_parts(order):
    pay(order, amount="5.00")
    order.refresh_from_db()
    assert order.payment_status == "P"

    rest = pay(order)

    order.refresh_from_db()
    assert rest.amount == Decimal("15.00")
    assert order.payment_status == "C"
    assert [payment.amount for payment in list_payments("order", order.pk)] == [5, 15]


def test_no_more_is_begun_than_is_due(order):
    begin(order, amount="15.00")

    with pytest.raises(AmountTooLarge):
        begin(order, amount="5.01")
    begin(order, amount="5.00")
    with pytest.raises(NothingDue):
        begin(order)
    assert Payment.objects.count() == 2


def test_what_failed_is_due_again(order):
    pay(order, card=DECLINED)

    assert begin(order).amount == ALL


def test_a_paid_order_takes_no_more(order):
    pay(order)

    with pytest.raises(NothingDue):
        begin(order)


def test_a_canceled_order_takes_no_payment(order, ann):
    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())

    with pytest.raises(OrderCanceled):
        begin(order)


def test_somebody_else_cannot_pay_for_an_order(order, bob):
    with pytest.raises(NotFound):
        start_payment(
            payer=bob,
            payable="order",
            pk=order.pk,
            provider=None,
            payment_method=VISA,
            now=timezone.now(),
        )
    assert not Payment.objects.exists()


@pytest.mark.parametrize("card", ["4111111111111111", "", "pm_card_visa"])
def test_only_published_numbers_are_taken(order, card):
    with pytest.raises(BadPaymentMethod):
        begin(order, card=card)


def test_a_card_number_is_kept_nowhere(order):
    payment = pay(order)

    assert (payment.method, payment.brand, payment.last4) == ("succeeds", "visa", "4242")
    rows = [*Payment.objects.values(), *Job.objects.values(), *OfflineCharge.objects.values()]
    assert VISA not in str(rows)


def test_without_a_provider_nothing_is_taken(order, settings):
    settings.PAYMENT_PROVIDERS = []

    with pytest.raises(NoProvider):
        begin(order)


def test_a_provider_that_is_not_let_in_takes_nothing(order, ann, settings):
    settings.PAYMENT_PROVIDERS = ["stripe"]

    with pytest.raises(NoSuchProvider):
        start_payment(
            payer=ann,
            payable="order",
            pk=order.pk,
            provider="offline",
            payment_method=VISA,
            now=timezone.now(),
        )


def test_an_attempt_that_was_never_sent_is_canceled_here(order, ann):
    payment = begin(order)
    Job.objects.filter(name="payments.charge").delete()

    cancel_payment(payer=ann, payment_id=payment.pk, now=timezone.now())
    run_jobs()

    assert standing(payment.pk) == ("canceled", NONE, NONE)
    assert not OfflineCharge.objects.exists()


def test_a_canceled_attempt_is_not_sent_any_more(order, ann):
    payment = begin(order)
    cancel_payment(payer=ann, payment_id=payment.pk, now=timezone.now())

    run_jobs()

    assert standing(payment.pk)[0] == "canceled"
    assert not OfflineCharge.objects.exists()


def test_an_attempt_that_waits_for_a_code_is_canceled_at_the_provider(order, ann):
    payment = pay(order, card=NEEDS_CODE)

    cancel_payment(payer=ann, payment_id=payment.pk, now=timezone.now())
    run_jobs()

    assert standing(payment.pk)[0] == "canceled"
    assert OfflineCharge.objects.get().status == "canceled"
    assert begin(order).amount == ALL


def test_what_has_ended_is_not_canceled(order, ann):
    payment = pay(order)

    with pytest.raises(PaymentFinal):
        cancel_payment(payer=ann, payment_id=payment.pk, now=timezone.now())


def test_what_is_only_held_is_captured_when_the_app_says_so(order):
    payment = pay(order, captures=False)
    assert standing(payment.pk) == ("authorized", NONE, NONE)
    assert paid_for("order", order.pk) == (NONE, ALL, NONE)

    capture_payments(payable="order", pk=order.pk, now=timezone.now())
    run_jobs()

    assert standing(payment.pk) == ("succeeded", ALL, NONE)
    assert paid_for("order", order.pk) == (ALL, NONE, NONE)


def test_what_is_only_held_is_given_back(order):
    payment = pay(order, captures=False)

    void_payments(payable="order", pk=order.pk, now=timezone.now())
    run_jobs()

    assert standing(payment.pk) == ("canceled", NONE, NONE)
    assert paid_for("order", order.pk) == (NONE, NONE, NONE)


def test_what_was_voided_and_comes_nevertheless_goes_back(order):
    payment = begin(order, card=TIMES_OUT)
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())

    void_payments(payable="order", pk=order.pk, now=timezone.now())
    run_jobs()

    order.refresh_from_db()
    assert standing(payment.pk) == ("succeeded", ALL, ALL)
    assert OfflineCharge.objects.get().refunded == ALL
    assert order.payment_status == "P"


def test_attempts_in_vain_go_with_the_order(order):
    pay(order, card=DECLINED)

    forget_attempts(payable="order", pk=order.pk)

    assert not Payment.objects.exists()


@pytest.mark.parametrize("card", [VISA, NEEDS_CODE])
def test_where_money_moved_or_may_move_payments_remain(order, card):
    pay(order, card=card)

    with pytest.raises(PaymentsRemain):
        forget_attempts(payable="order", pk=order.pk)
    assert Payment.objects.count() == 1

"""What becomes of an order by what is received for it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tradepost.kit.audit import find_faults
from tradepost.notifications.models import Notification
from tradepost.payments import exchange
from tradepost.payments.actions.refunds import refund
from tradepost.payments.actions.reports import take_in
from tradepost.payments.errors import PaymentsRemain
from tradepost.payments.models import OfflineCharge, Payment
from tradepost.payments.providers.faults import ProviderAway
from tradepost.payments.providers.reports import ChargeReport, Known
from tradepost.payments.queries import paid_for
from tradepost.payments.tests.factories import (
    DECLINED,
    NEEDS_CODE,
    TIMES_OUT,
    begin,
    make_due_order,
    pay,
    run_jobs,
    standing,
)
from tradepost.store.actions.order_changes import (
    cancel_order,
    delete_order,
    delete_orders,
    set_payment_status,
)
from tradepost.store.errors import OrderPaid
from tradepost.store.models import Order

pytestmark = pytest.mark.django_db

ALL, NONE = Decimal("20.00"), Decimal("0.00")


@pytest.fixture
def order(ann):
    return make_due_order(ann)


@pytest.fixture(autouse=True)
def audited():
    yield
    assert find_faults() == []


def kinds(order: Order) -> list[str]:
    return [event.kind for event in order.events.all()]


def test_the_buyer_and_the_desk_are_told_that_nobody_in_person_paid_it(order, ann, dora):
    pay(order)

    told = Notification.objects.filter(kind="order.paid").select_related("user", "actor")

    assert {(one.user.username, one.actor) for one in told} == {("ann", None), ("dora", None)}
    assert order.events.get().actor is None


@pytest.mark.parametrize(
    ("card", "subject"),
    [
        ("4242424242424242", "is paid"),
        (DECLINED, "has failed"),
    ],
)
def test_the_buyer_gets_one_mail_about_it(order, mailoutbox, card, subject):
    run_jobs()
    mailoutbox.clear()

    pay(order, card=card)

    [mail] = mailoutbox
    assert mail.to == ["ann@example.com"]
    assert subject in mail.subject


def test_the_buyer_gets_a_mail_about_each_refund(order, mailoutbox):
    pay(order)
    mailoutbox.clear()

    for amount in ("3.00", "4.50"):
        refund(payable="order", pk=order.pk, amount=Decimal(amount), reason="", now=timezone.now())
        run_jobs()

    assert ["refund" in mail.subject for mail in mailoutbox] == [True, True]
    assert "4.50 USD" in mailoutbox[1].body
    assert kinds(order) == ["paid", "refunded", "refunded"]


def test_who_had_paid_a_part_of_a_canceled_order_reads_that_it_comes_back(order, ann, mailoutbox):
    pay(order, amount="5.00")
    mailoutbox.clear()

    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())
    run_jobs()

    [canceled] = [mail for mail in mailoutbox if "is canceled" in mail.subject]
    assert "what you had paid is on its way back" in canceled.body
    assert "Nothing was paid" not in canceled.body


def test_no_mail_says_that_it_failed_when_it_is_paid_by_now(order, mailoutbox):
    run_jobs()
    mailoutbox.clear()
    begin(order, card=DECLINED)
    payment = Payment.objects.get()
    exchange.charge(payment_id=payment.pk, now=timezone.now())
    set_payment_status(order_id=order.pk, status="C", actor=order.customer.user)

    run_jobs()

    assert [mail.subject for mail in mailoutbox if "failed" in mail.subject] == []


def test_while_another_attempt_may_succeed_it_has_not_failed(order):
    pay(order, card=NEEDS_CODE, amount="5.00")

    pay(order, card=DECLINED)

    order.refresh_from_db()
    assert order.payment_status == "P"


def test_what_is_under_way_ends_when_the_shop_says_that_it_is_paid(order, dora):
    payment = pay(order, card=NEEDS_CODE)

    set_payment_status(order_id=order.pk, status="C", actor=dora)
    run_jobs()

    assert standing(payment.pk)[0] == "canceled"


def test_what_comes_for_an_order_that_was_marked_as_paid_goes_back(order, dora):
    payment = begin(order, card=TIMES_OUT)
    with pytest.raises(ProviderAway):
        exchange.charge(payment_id=payment.pk, now=timezone.now())

    set_payment_status(order_id=order.pk, status="C", actor=dora)
    run_jobs()

    assert standing(payment.pk) == ("succeeded", ALL, ALL)
    assert OfflineCharge.objects.get().refunded == ALL


def test_what_comes_beyond_the_total_goes_back(order):
    failed = pay(order, card=DECLINED)
    pay(order)
    OfflineCharge.objects.filter(key=failed.pk).update(status="succeeded", captured=ALL)
    late = ChargeReport(
        key=str(failed.pk), reference=failed.reference, status="succeeded", amount=ALL,
        currency="USD", captured=ALL,
    )  # fmt: skip

    take_in(payment_id=failed.pk, known=Known(name=late.name, charge=late), now=timezone.now())
    run_jobs()

    assert paid_for("order", order.pk) == (ALL, NONE, NONE)
    assert sum(charge.captured - charge.refunded for charge in OfflineCharge.objects.all()) == ALL


def test_a_canceled_order_ends_what_is_under_way(order, ann):
    payment = pay(order, card=NEEDS_CODE)

    cancel_order(order_id=order.pk, actor=ann, now=timezone.now())
    run_jobs()

    assert standing(payment.pk)[0] == "canceled"


def test_an_order_goes_with_what_was_tried_in_vain(order):
    pay(order, card=DECLINED)

    delete_order(order_id=order.pk)

    assert not Order.objects.exists()
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", ["5.00", "20.00"])
def test_an_order_that_money_came_for_is_not_deleted(order, ann, amount):
    pay(order, amount=amount)
    other = make_due_order(ann)

    for delete in (
        lambda: delete_order(order_id=order.pk),
        lambda: delete_orders(order_ids=[other.pk, order.pk]),
    ):
        with pytest.raises(PaymentsRemain if amount == "5.00" else OrderPaid):
            delete()
    assert Order.objects.count() == 2


def test_an_order_that_is_being_paid_is_not_deleted(order, api, dora):
    pay(order, card=NEEDS_CODE)

    answer = api(dora).delete(f"/api/v1/store/orders/{order.pk}/")

    assert (answer.status_code, answer.json()["code"]) == (409, PaymentsRemain.code)
